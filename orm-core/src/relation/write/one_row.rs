//! `with` and `with_nth` of an insert of one row: its closures are called once, so they may move values.
//!
//! The signatures are those of `many_rows`, but for `FnOnce`. They are written out: a macro would show its invocation
//! in every message of the compiler about a nested insert.

use super::{Children, NestedInsert, NestedRelation};
use crate::{
    model::{Keyed, Writable},
    query::{Insert, OneRow},
    relation::{AddRelation, Related, StoredAfter},
};

impl<M: Writable> Insert<M, M, OneRow> {
    /// Also inserts the rows that belong to the row. The closure is called once, with the row as the server stored it,
    /// including its key, and returns the rows as a `Vec`, an array or an `Option` that borrows nothing from the row.
    /// They are inserted by one statement, whatever their number. Several relations can stand side by side, and
    /// [`children`](crate::relation::children) can have children. Through a junction table, rows are linked as well:
    /// new ones, or [`linked`](crate::relation::linked) ones that exist already.
    ///
    /// The closure sets the foreign key: `NewPost::new(ann.id, ..)`. It is an error if a row, as the server stored it,
    /// does not belong to its parent, because the key was left out or is that of another row; then nothing is stored.
    ///
    /// Round trips: 1 for each level, 1 more for each level of links, and 2 for the transaction. Relations side by side
    /// are pipelined. A level without rows: none. If a foreign key has other bytes than the parent's key, such as `ANN`
    /// for a `citext` of `Ann`, the server is asked whether they are equal: 1 more for that level.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let (ann, posts): (User, Vec<Post>) = User::insert(NewUser::new("ann@example.org", "Ann"))
    ///     .with(User::posts(), |ann| vec![NewPost::new(ann.id, "One"), NewPost::new(ann.id, "Two")])
    ///     .one(&db)
    ///     .await?;
    /// # Ok(()) }
    /// ```
    pub fn with<'f, C, K, I, F>(
        self,
        relation: Related<M, C, K>,
        children: F,
    ) -> NestedInsert<M, (NestedRelation<'f, M, C, K, I>,), OneRow>
    where
        C: Keyed,
        K: StoredAfter,
        I: Children<C>,
        F: FnOnce(&M) -> I + Send + 'f,
    {
        self.with_nth(relation, move |row, _| children(row))
    }

    /// Like [`with`](Self::with), for a closure that is used for many rows as well: the number is zero.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let drafts = [["One", "Two"]];
    /// let posts = |user: &User, n: usize| drafts[n].map(|title| NewPost::new(user.id, title));
    /// let ann = User::insert(NewUser::new("ann@example.org", "Ann")).with_nth(User::posts(), posts).one(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn with_nth<'f, C, K, I, F>(
        self,
        relation: Related<M, C, K>,
        children: F,
    ) -> NestedInsert<M, (NestedRelation<'f, M, C, K, I>,), OneRow>
    where
        C: Keyed,
        K: StoredAfter,
        I: Children<C>,
        F: FnOnce(&M, usize) -> I + Send + 'f,
    {
        NestedInsert { insert: self, relations: (NestedRelation::once(relation, children),) }
    }
}

impl<M: Writable, L> NestedInsert<M, L, OneRow> {
    /// Also inserts rows of another relation, like [`Insert::with`].
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let ann = User::get(7).one(&db).await?;
    /// let tags = Tag::query().all(&db).await?;
    /// let (post, comments, tags): (Post, Vec<Comment>, Vec<Tag>) = Post::insert(NewPost::new(ann.id, "One"))
    ///     .with(Post::comments(), |post| [NewComment::new(post.id, "First!")])
    ///     .with(Post::tags(), |_| linked(tags))
    ///     .one(&db)
    ///     .await?;
    /// # Ok(()) }
    /// ```
    pub fn with<'f, C, K, I, F>(
        self,
        relation: Related<M, C, K>,
        children: F,
    ) -> NestedInsert<M, <L as AddRelation<NestedRelation<'f, M, C, K, I>>>::Output, OneRow>
    where
        C: Keyed,
        K: StoredAfter,
        I: Children<C>,
        F: FnOnce(&M) -> I + Send + 'f,
        L: AddRelation<NestedRelation<'f, M, C, K, I>>,
    {
        self.with_nth(relation, move |row, _| children(row))
    }

    /// Also inserts rows of another relation, like [`Insert::with_nth`].
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let ann = User::get(7).one(&db).await?;
    /// let tags = Tag::query().all(&db).await?;
    /// let comment = |post: &Post, n: usize| [NewComment::new(post.id, format!("number {n}"))];
    /// let post = Post::insert(NewPost::new(ann.id, "One"))
    ///     .with(Post::tags(), |_| linked(tags))
    ///     .with_nth(Post::comments(), comment)
    ///     .one(&db)
    ///     .await?;
    /// # Ok(()) }
    /// ```
    pub fn with_nth<'f, C, K, I, F>(
        self,
        relation: Related<M, C, K>,
        children: F,
    ) -> NestedInsert<M, <L as AddRelation<NestedRelation<'f, M, C, K, I>>>::Output, OneRow>
    where
        C: Keyed,
        K: StoredAfter,
        I: Children<C>,
        F: FnOnce(&M, usize) -> I + Send + 'f,
        L: AddRelation<NestedRelation<'f, M, C, K, I>>,
    {
        let relations = self.relations.push(NestedRelation::once(relation, children));
        NestedInsert { insert: self.insert, relations }
    }
}

//! What is stored along with a single row: its closures run once.

use super::{Children, NestedInsert, NestedRelation};
use crate::{
    model::{Keyed, Writable},
    query::{Insert, OneRow},
    relation::{AddRelation, Related, StoredAfter},
};

impl<M: Writable> Insert<M, M, OneRow> {
    /// Stores rows along with the row: the closure is called once, with the row as the server stored it, its key among it,
    /// and returns what belongs to it, as a `Vec`, an array or an `Option` that borrows nothing of the row. All of that
    /// is one statement, whatever the number of rows; several relations may stand side by side, and
    /// [`children`](crate::relation::children) have children. Through a table in between rows are linked, too: new ones, or
    /// [`linked`](crate::relation::linked) ones that are there already.
    ///
    /// The foreign key is the closure's to set: `NewPost::new(ann.id, ..)`. A row that does not belong to its parent as the
    /// server stored it, whose key was left out or is another's, is an error, and nothing is stored.
    ///
    /// Round trips: 1 for each level, 1 more for each level of links, and 2 for the transaction. What stands side by
    /// side waits at the same time. A level without rows: none. Where a foreign key is written in another way than the
    /// parent's key, `ANN` for a `citext` of `Ann`, the server is asked whether they are equal: 1 more for that level.
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

    /// As [`with`](Self::with), for a closure that is used for many rows as well: the number is zero.
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
        NestedInsert { insert: self, branches: (NestedRelation::once(relation, children),) }
    }
}

impl<M: Writable, L> NestedInsert<M, L, OneRow> {
    /// Stores rows of another relation along with the row: as [`Insert::with`].
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

    /// Stores rows of another relation along with the row: as [`Insert::with_nth`].
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
        NestedInsert { insert: self.insert, branches: self.branches.push(NestedRelation::once(relation, children)) }
    }
}

//! `with` and `with_nth` of an insert of many rows: its closures are called for each row.
//!
//! The signatures are those of `one_row`, but for `FnMut`. They are written out: a macro would show its invocation in
//! every message of the compiler about a nested insert.

use super::{Children, NestedInsert, NestedRelation};
use crate::{
    model::{Keyed, Writable},
    query::{Insert, ManyRows},
    relation::{AddRelation, Related, StoredAfter},
};

impl<M: Writable> Insert<M, M, ManyRows> {
    /// Also inserts rows that belong to each row, as [`with`](Insert::with) of one row does. The closure is called for
    /// each row, so it has to clone values that it moves out: `|_| linked(tags.clone())`.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let rows = ["Ann", "Bob"].map(|name| NewUser::new(format!("{name}@example.org"), name));
    /// let stored: Vec<(User, Vec<Post>)> =
    ///     User::insert_many(rows).with(User::posts(), |user| [NewPost::new(user.id, "Hello")]).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn with<'f, C, K, I, F>(
        self,
        relation: Related<M, C, K>,
        mut children: F,
    ) -> NestedInsert<M, (NestedRelation<'f, M, C, K, I>,), ManyRows>
    where
        C: Keyed,
        K: StoredAfter,
        I: Children<C>,
        F: FnMut(&M) -> I + Send + 'f,
    {
        self.with_nth(relation, move |row, _| children(row))
    }

    /// Like [`with`](Self::with); the closure also gets the number of the row, from zero, in the order in which the
    /// rows were given.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let people = [("Ann", vec!["One", "Two"]), ("Bob", vec![])];
    /// let rows = people.iter().map(|(name, _)| NewUser::new(format!("{name}@example.org"), *name));
    /// let stored: Vec<(User, Vec<Post>)> = User::insert_many(rows)
    ///     .with_nth(User::posts(), |user, n| {
    ///         people[n].1.iter().map(|title| NewPost::new(user.id, *title)).collect::<Vec<_>>()
    ///     })
    ///     .all(&db)
    ///     .await?;
    /// # Ok(()) }
    /// ```
    pub fn with_nth<'f, C, K, I, F>(
        self,
        relation: Related<M, C, K>,
        children: F,
    ) -> NestedInsert<M, (NestedRelation<'f, M, C, K, I>,), ManyRows>
    where
        C: Keyed,
        K: StoredAfter,
        I: Children<C>,
        F: FnMut(&M, usize) -> I + Send + 'f,
    {
        NestedInsert { insert: self, relations: (NestedRelation::each(relation, children),) }
    }
}

impl<M: Writable, L> NestedInsert<M, L, ManyRows> {
    /// Also inserts rows of another relation, like [`Insert::with`].
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let ann = User::get(7).one(&db).await?;
    /// let tags = Tag::query().all(&db).await?;
    /// let posts: Vec<(Post, Vec<Comment>, Vec<Tag>)> = Post::insert_many(["One", "Two"].map(|it| NewPost::new(ann.id, it)))
    ///     .with(Post::comments(), |post| [NewComment::new(post.id, "First!")])
    ///     .with(Post::tags(), |_| linked(tags.clone()))
    ///     .all(&db)
    ///     .await?;
    /// # Ok(()) }
    /// ```
    pub fn with<'f, C, K, I, F>(
        self,
        relation: Related<M, C, K>,
        mut children: F,
    ) -> NestedInsert<M, <L as AddRelation<NestedRelation<'f, M, C, K, I>>>::Output, ManyRows>
    where
        C: Keyed,
        K: StoredAfter,
        I: Children<C>,
        F: FnMut(&M) -> I + Send + 'f,
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
    /// let titles = ["One", "Two"];
    /// let posts: Vec<(Post, Vec<Tag>, Vec<Comment>)> = Post::insert_many(titles.map(|it| NewPost::new(ann.id, it)))
    ///     .with(Post::tags(), |_| linked(tags.clone()))
    ///     .with_nth(Post::comments(), |post, n| [NewComment::new(post.id, format!("{} is number {n}", titles[n]))])
    ///     .all(&db)
    ///     .await?;
    /// # Ok(()) }
    /// ```
    pub fn with_nth<'f, C, K, I, F>(
        self,
        relation: Related<M, C, K>,
        children: F,
    ) -> NestedInsert<M, <L as AddRelation<NestedRelation<'f, M, C, K, I>>>::Output, ManyRows>
    where
        C: Keyed,
        K: StoredAfter,
        I: Children<C>,
        F: FnMut(&M, usize) -> I + Send + 'f,
        L: AddRelation<NestedRelation<'f, M, C, K, I>>,
    {
        let relations = self.relations.push(NestedRelation::each(relation, children));
        NestedInsert { insert: self.insert, relations }
    }
}

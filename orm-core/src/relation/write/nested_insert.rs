//! Writing a graph: rows with what belongs to them, one statement a level, in one transaction.

use std::fmt;

use super::{Children, NestedRelation, NestedRelations, child::store, link_column::refused};
use crate::{
    error::{Error, ErrorKind, Result},
    executor::{Consistency, Executor, LimitedExecutor},
    model::{Keyed, Model, Writable},
    query::{Insert, ManyRows, OneRow},
    relation::{AddRelation, Related, StoredAfter, load::fewer},
    statement::Limit,
};

/// Rows to insert with what belongs to them: made by [`Insert::with`]. The rows that come back are tuples of the row and
/// what each relation gives, as a query with the same relations would load them.
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// let (ann, posts): (User, Vec<Post>) = User::insert(NewUser::new("ann@example.org", "Ann"))
///     .with(User::posts(), |ann| ["One", "Two"].map(|title| NewPost::new(ann.id, title)))
///     .one(&db)
///     .await?;
/// # Ok(()) }
/// ```
#[must_use = "nothing is stored until a verb such as `.all(&db)` is awaited"]
pub struct NestedInsert<M, L, N = OneRow> {
    pub(crate) insert: Insert<M, M, N>,
    pub(super) branches: L,
}

impl<M: Model, L, N> fmt::Debug for NestedInsert<M, L, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NestedInsert").field("insert", &self.insert).finish_non_exhaustive()
    }
}

impl<M: Writable> Insert<M, M, ManyRows> {
    /// Stores rows along with each row: as [`with`](Insert::with) of one row. The closure is called for each of them, so
    /// what it gives away it has to copy: `|_| linked(tags.clone())`.
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

    /// As [`with`](Self::with), for rows that are found by their number: the closure also gets which of the rows it is,
    /// from zero, in the order in which they were given.
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
        NestedInsert { insert: self, branches: (NestedRelation::new(relation, children),) }
    }
}

impl<M: Writable, L> NestedInsert<M, L, ManyRows> {
    /// Stores rows of another relation along with each row: as [`Insert::with`].
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

    /// Stores rows of another relation along with each row: as [`Insert::with_nth`].
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
        NestedInsert { insert: self.insert, branches: self.branches.push(NestedRelation::new(relation, children)) }
    }
}

impl<M: Writable, L: NestedRelations<M>, N> NestedInsert<M, L, N> {
    /// Stores all rows and what belongs to them, and returns them, both in the order given. All of it takes effect, or
    /// none: it runs in a transaction of its own, or leaves the one that it runs in unable to commit.
    ///
    /// Round trips: 1 for each level, 1 more for each level of links, and 2 for the transaction, where it is none
    /// already. No rows: none.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let rows = ["Ann", "Bob"].map(|name| NewUser::new(format!("{name}@example.org"), name));
    /// let stored: Vec<(User, Vec<Post>)> =
    ///     User::insert_many(rows).with(User::posts(), |user| [NewPost::new(user.id, "Hello")]).all(&db).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidStatement`](crate::ErrorKind::InvalidStatement) for an upsert, a relation with clauses of
    /// its own, and an executor that has no transaction, before anything is stored, and for a row whose foreign key is not
    /// its parent's key, which it names;
    /// [`is_more_than_one`](Error::is_more_than_one) for several rows of a `has_one`; [`is_not_found`](Error::is_not_found)
    /// where a trigger left rows out; else as for [`Insert::all`].
    pub async fn all(self, db: &impl Executor) -> Result<Vec<L::Output>> {
        let Self { mut insert, branches } = self;
        if insert.is_upsert() {
            return Err(refused(
                "an upsert cannot store what belongs to its rows: which are there already is not known",
            ));
        }
        branches.check()?;
        if insert.given() == 0 {
            insert.check()?;
            return Ok(vec![]);
        }
        // What has no meaning in SQL begins no transaction.
        insert.clone().statements(true)?;
        let limit = insert.ast.timeout.take().map(Limit::begin);
        let group = db.together_within(Consistency::AllOrNone, limit).await?;
        let rows = store(insert, &LimitedExecutor::new(&group, limit)).await?;
        let limited = LimitedExecutor::new(&group, limit);
        let stored = Box::pin(L::write(vec![(branches, rows.len())], rows, &limited)).await?;
        group.commit().await?;
        Ok(stored)
    }

    /// Stores the row and what belongs to it, and returns them: as [`all`](Self::all) for one row.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let ann = User::insert(NewUser::new("ann@example.org", "Ann"));
    /// let (ann, posts) = ann.with(User::posts(), |ann| [NewPost::new(ann.id, "Hello")]).one(&db).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`all`](Self::all); [`is_not_found`](Error::is_not_found) or
    /// [`is_more_than_one`](Error::is_more_than_one) where none or several rows were given, before any I/O.
    pub async fn one(self, db: &impl Executor) -> Result<L::Output> {
        let wrong = |kind, text: &'static str| Error::new(kind, text).in_statement("insert into", Some(M::TABLE.name));
        match self.insert.given() {
            0 => return Err(wrong(ErrorKind::NotFound, "no row was given")),
            1 => {}
            _ => return Err(wrong(ErrorKind::MoreThanOne, "more than one row was given where one was wanted")),
        }
        self.all(db).await?.pop().ok_or_else(fewer)
    }
}

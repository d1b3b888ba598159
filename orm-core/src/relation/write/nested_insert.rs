//! Nested inserts: rows with the rows that belong to them, one statement for each level, in one transaction.

use std::fmt;

use super::{NestedRelations, child::store, link_column::refused};
use crate::{
    error::{Error, ErrorKind, Result},
    executor::{Consistency, Executor, LimitedExecutor},
    model::{Model, Writable},
    query::{Insert, OneRow},
    relation::load::too_few_rows,
    statement::Limit,
};

/// Rows to insert with the rows that belong to them: made by [`Insert::with`]. It returns tuples of a row and its
/// related rows, as a query with the same relations would load them.
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
    pub(super) relations: L,
}

impl<M: Model, L, N> fmt::Debug for NestedInsert<M, L, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NestedInsert").field("insert", &self.insert).finish_non_exhaustive()
    }
}

impl<M: Writable, L: NestedRelations<M>, N> NestedInsert<M, L, N> {
    /// Inserts all rows and the rows that belong to them, and returns them in the order given. All of them are stored,
    /// or none: it runs in a separate transaction, or, on an error, leaves the transaction that it runs in unable to
    /// commit.
    ///
    /// Round trips: 1 for each level, 1 more for each level of links, and 2 for the transaction, unless it runs in one
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
    /// [`ErrorKind::InvalidStatement`](crate::ErrorKind::InvalidStatement), before anything is stored, for an upsert, a
    /// relation that has clauses, and an executor without transactions; also for a row whose foreign key is not its
    /// parent's key, which the error names. [`is_more_than_one`](Error::is_more_than_one) for several rows of a
    /// `has_one`; [`is_not_found`](Error::is_not_found) if a trigger skipped rows; otherwise as for [`Insert::all`].
    pub async fn all(self, db: &impl Executor) -> Result<Vec<L::Output>> {
        let Self { mut insert, relations } = self;
        if insert.is_upsert() {
            return Err(refused("an upsert cannot be a nested insert: which of its rows are new is not known"));
        }
        relations.check()?;
        if insert.given() == 0 {
            insert.check()?;
            return Ok(vec![]);
        }
        // An insert that is refused before any I/O must not begin a transaction.
        insert.clone().statements(true)?;
        let limit = insert.ast.timeout.take().map(Limit::begin);
        let group = db.together_within(Consistency::AllOrNone, limit).await?;
        let rows = store(insert, &LimitedExecutor::new(&group, limit)).await?;
        let limited = LimitedExecutor::new(&group, limit);
        let stored = Box::pin(L::write(vec![(relations, rows.len())], rows, &limited)).await?;
        group.commit().await?;
        Ok(stored)
    }

    /// Inserts the row and the rows that belong to it, and returns them: like [`all`](Self::all) for one row.
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
    /// [`is_more_than_one`](Error::is_more_than_one) if no row or several rows were given, before any I/O.
    pub async fn one(self, db: &impl Executor) -> Result<L::Output> {
        let wrong = |kind, text: &'static str| Error::new(kind, text).in_statement("insert into", Some(M::TABLE.name));
        match self.insert.given() {
            0 => return Err(wrong(ErrorKind::NotFound, "no row was given")),
            1 => {}
            _ => return Err(wrong(ErrorKind::MoreThanOne, "more than one row was given where one was wanted")),
        }
        self.all(db).await?.pop().ok_or_else(too_few_rows)
    }
}

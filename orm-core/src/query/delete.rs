//! DELETE.

use std::{fmt, marker::PhantomData};

use super::{RowsOf, Select, Source, update::refused};
use crate::{
    ast::{self, QueryId, by_key, equals},
    expr::{Origin, Present, SelectList, Selection},
    model::{Keyed, Model, Writable},
};

/// A delete of rows of `M`; with `all` or `one` each deleted row is read into `Out`.
///
/// ```
/// # use blog::*;
/// let delete = User::query().filter(|u| u.age.lt(0)).delete();
/// assert!(delete.to_string().starts_with(r#"DELETE FROM "users" AS t0 WHERE t0."age" < $1"#));
/// ```
#[must_use = "a delete does nothing until a verb such as `.execute(&db)` is awaited"]
pub struct Delete<M, Out> {
    pub(super) ast: ast::Delete,
    pub(super) checks_version: bool,
    _types: PhantomData<fn() -> (M, Out)>,
}

impl<M, Out> Clone for Delete<M, Out> {
    fn clone(&self) -> Self {
        Self { ast: self.ast.clone(), checks_version: self.checks_version, _types: PhantomData }
    }
}

impl<M: Model, Out> fmt::Debug for Delete<M, Out> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Delete").field(&self.to_sql()).finish()
    }
}

impl<M: Model, Out> fmt::Display for Delete<M, Out> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_sql().fmt(f)
    }
}

impl<M: Model> Delete<M, M> {
    fn new(id: QueryId) -> Self {
        let ast = ast::Delete {
            id,
            table: M::TABLE,
            filters: vec![],
            all_rows: false,
            returning: None,
            refused: None,
            timeout: None,
        };
        Self { ast, checks_version: false, _types: PhantomData }
    }

    pub(crate) fn instance(instance: &M) -> Self
    where
        M: Keyed,
    {
        let mut delete = Self::new(QueryId::next());
        delete.ast.filters = by_key(M::TABLE, delete.ast.id, instance.key());
        if let (Some(column), Some(version)) = (M::TABLE.version(), instance.version()) {
            delete.ast.filters.push(equals(delete.ast.id, column.name, version));
            delete.checks_version = true;
        }
        delete
    }
}

impl<M: Model, Out> Delete<M, Out> {
    /// Says what comes back of each deleted row. Renders `RETURNING …`.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let gone: Vec<String> = User::query().filter(|u| u.age.lt(0)).delete().returning(|u| u.email).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn returning<P: Selection>(mut self, list: impl FnOnce(M::Columns<Present>) -> P) -> Delete<M, P::Output> {
        self.ast.returning = Some(SelectList::of(list(M::columns(Origin::new(self.ast.id, 0)))));
        Delete { ast: self.ast, checks_version: self.checks_version, _types: PhantomData }
    }

    /// Lets the delete go without a filter: every row of the table.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let count = Post::query().delete().all_rows().execute(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn all_rows(mut self) -> Self {
        self.ast.all_rows = true;
        self
    }
}

impl<S: Source, Out> Select<S, Out> {
    /// Makes the query a delete of its rows. Without a filter it is refused, unless [`all_rows`](Delete::all_rows)
    /// says so; so are clauses that a delete cannot have. What counts as no filter is told at
    /// [`update`](Self::update). Renders `DELETE FROM "users" AS t0 WHERE …`.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let count = User::query().filter(|u| u.age.lt(0)).delete().execute(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn delete<M: Writable>(mut self) -> Delete<M, M>
    where
        S: RowsOf<Out, Model = M>,
    {
        let mut delete = Delete::new(self.ast.id);
        delete.ast.refused = refused(&mut self.ast, "a delete");
        (delete.ast.all_rows, delete.ast.timeout) = (self.ast.all_rows, self.ast.timeout);
        delete.ast.filters = self.ast.filters;
        delete
    }
}

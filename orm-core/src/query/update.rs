//! UPDATE.

use std::{borrow::Cow, fmt, marker::PhantomData};

use super::{RowsOf, Select, Source};
use crate::{
    ast::{self, Clause, QueryId, by_key, equals},
    expr::{IntoAssignments, Origin, Present, SelectList, Selection},
    model::{Keyed, Model, Writable},
};

/// An update of rows of `M`; with `all` or `one` each updated row is read into `Out`. The rows come back in no
/// particular order, not in that of a sub-query either.
///
/// Columns with `on_update` and the `version` column are set as well, unless named.
///
/// ```
/// # use blog::*;
/// let update = User::query().filter(|u| u.id.eq(7)).update(|u| u.name.set("Ann"));
/// assert!(update.to_string().starts_with(r#"UPDATE "users" AS t0 SET "name" = $1 WHERE t0."id" = $2"#));
/// ```
#[must_use = "an update does nothing until a verb such as `.execute(&db)` is awaited"]
pub struct Update<M, Out> {
    pub(super) ast: ast::Update,
    pub(super) checks_version: bool,
    _types: PhantomData<fn() -> (M, Out)>,
}

impl<M, Out> Clone for Update<M, Out> {
    fn clone(&self) -> Self {
        Self { ast: self.ast.clone(), checks_version: self.checks_version, _types: PhantomData }
    }
}

impl<M: Model, Out> fmt::Debug for Update<M, Out> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Update").field(&self.to_sql()).finish()
    }
}

impl<M: Model, Out> fmt::Display for Update<M, Out> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_sql().fmt(f)
    }
}

impl<M: Model> Update<M, M> {
    fn new<A: IntoAssignments<M>>(id: QueryId, set: impl FnOnce(M::Columns<Present>) -> A) -> Self {
        let columns = M::columns::<Present>(Origin::new(id, 0));
        let mut assignments = Vec::new();
        set(columns).assign(&mut assignments);
        let ast = ast::Update {
            id,
            table: M::TABLE,
            set: assignments,
            filters: vec![],
            all_rows: false,
            returning: None,
            refused: None,
            timeout: None,
        };
        Self { ast, checks_version: false, _types: PhantomData }
    }

    pub(crate) fn instance<A: IntoAssignments<M>>(instance: &M, set: impl FnOnce(M::Columns<Present>) -> A) -> Self
    where
        M: Keyed,
    {
        let mut update = Self::new(QueryId::next(), set);
        update.ast.filters = by_key(M::TABLE, update.ast.id, instance.key());
        if let (Some(column), Some(version)) = (M::TABLE.version(), instance.version()) {
            update.ast.filters.push(equals(update.ast.id, column.name, version));
            update.checks_version = true;
        }
        update
    }
}

impl<M: Model, Out> Update<M, Out> {
    /// Says what comes back of each updated row. Renders `RETURNING …`.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let ages: Vec<Option<i32>> =
    ///     User::query().filter(|u| u.active).update(|u| u.age.set(u.age + 1)).returning(|u| u.age).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn returning<P: Selection>(mut self, list: impl FnOnce(M::Columns<Present>) -> P) -> Update<M, P::Output> {
        self.ast.returning = Some(SelectList::of(list(M::columns(Origin::new(self.ast.id, 0)))));
        Update { ast: self.ast, checks_version: self.checks_version, _types: PhantomData }
    }

    /// Lets the update go without a filter: every row of the table.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let touched = User::query().update(|u| u.active.set(false)).all_rows().execute(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn all_rows(mut self) -> Self {
        self.ast.all_rows = true;
        self
    }
}

impl<S: Source, Out> Select<S, Out> {
    /// Makes the query an update of its rows. Without a filter it is refused, unless [`all_rows`](Update::all_rows)
    /// says so; so are clauses that an update cannot have.
    ///
    /// A condition that holds for each row whatever is in it counts as no filter: of no conditions (`Cond::all([])`), of
    /// an empty list (`not_in([])`, `in_([]).not()`, `has_all([])`), of an empty text (`contains("")`), and where a
    /// column that is never NULL is compared with itself or asked whether it is NULL.
    ///
    /// Renders `UPDATE "users" AS t0 SET … WHERE …`.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let touched = User::query().filter(|u| u.age.is_null()).update(|u| u.age.set(18)).execute(&db).await?;
    /// // Every row only when that is said.
    /// User::query().update(|u| u.age.set(u.age + 1)).all_rows().execute(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn update<M: Writable, A: IntoAssignments<M>>(
        mut self,
        set: impl FnOnce(M::Columns<Present>) -> A,
    ) -> Update<M, M>
    where
        S: RowsOf<Out, Model = M>,
    {
        let mut update = Update::new(self.ast.id, set);
        update.ast.refused = refused(&mut self.ast, "an update");
        (update.ast.all_rows, update.ast.timeout) = (self.ast.all_rows, self.ast.timeout);
        update.ast.filters = self.ast.filters;
        update
    }
}

impl<M: Model> Select<M, M> {
    /// Lets an update or delete made of this query go without a filter: every row of the table.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let touched = User::query().all_rows().update(|u| u.active.set(false)).execute(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn all_rows(mut self) -> Self {
        self.ast.all_rows = true;
        self
    }
}

/// Why `query` cannot become `what`, an update or a delete: what was wrong with it before, or a clause that they do not
/// have.
pub(super) fn refused(query: &mut ast::Select, what: &str) -> Option<Cow<'static, str>> {
    if let Some(reason) = query.refused.take() {
        return Some(reason);
    }
    let clause = query.first_besides(&[Clause::Where])?.method();
    Some(format!("{what} cannot have `{clause}`; filter by `in_` over a query that has").into())
}

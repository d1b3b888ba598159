//! UPDATE.

use std::borrow::Cow;

use super::{RowsOf, Select, Source, Update};
use crate::{
    ast::{self, Clause},
    expr::{IntoAssignments, Origin, Present, SelectList, Selection, assignments},
    model::{Model, Writable},
};

impl<M: Model, Out> Update<M, Out> {
    /// Chooses what is returned of each updated row. Renders `RETURNING …`.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let ages: Vec<Option<i32>> =
    ///     User::query().filter(|u| u.active).update(|u| u.age.set(u.age + 1)).returning(|u| u.age).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn returning<P: Selection>(mut self, list: impl FnOnce(M::Columns<Present>) -> P) -> Update<M, P::Output> {
        self.ast.returning = Some(SelectList::of(list(M::columns(Origin::new(self.ast.id, 0)))));
        self.retype()
    }

    /// Allows the update without a filter: it updates every row of the table.
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
    /// Makes the query an update of its rows. It is refused without a filter, unless [`all_rows`](Update::all_rows) allows
    /// that, and with clauses that an update cannot have.
    ///
    /// A condition that is true for every row does not count as a filter: of no conditions (`Cond::all([])`), of
    /// an empty list (`not_in([])`, `in_([]).not()`, `has_all([])`), of an empty text (`contains("")`), and where a
    /// column that is never NULL is compared with itself or asked whether it is NULL.
    ///
    /// Renders `UPDATE "users" AS t0 SET … WHERE …`.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let touched = User::query().filter(|u| u.age.is_null()).update(|u| u.age.set(18)).execute(&db).await?;
    /// // Every row, only when that is allowed.
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
        let columns = M::columns::<Present>(Origin::new(self.ast.id, 0));
        let mut update = Update::new(self.ast.id, M::TABLE, assignments(set(columns)));
        update.ast.refused = refused(&mut self.ast, "an update");
        (update.ast.all_rows, update.ast.timeout) = (self.ast.all_rows, self.ast.timeout);
        update.ast.filters = self.ast.filters;
        update
    }
}

impl<M: Model> Select<M, M> {
    /// Allows an update or delete made of this query without a filter: it is of every row of the table.
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

/// Why `query` cannot become `what`, an update or a delete: what was wrong with it before, or a clause other than WHERE.
pub(super) fn refused(query: &mut ast::Select, what: &str) -> Option<Cow<'static, str>> {
    if let Some(reason) = query.refused.take() {
        return Some(reason);
    }
    let clause = query.first_besides(&[Clause::Where])?.method();
    Some(format!("{what} cannot have `{clause}`; filter it with `in_` over a query that has it").into())
}

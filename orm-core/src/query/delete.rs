//! DELETE.

use super::{Delete, RowsOf, Select, Source, update::refused};
use crate::{
    expr::{Origin, Present, SelectList, Selection},
    model::{Model, Writable},
};

impl<M: Model, Out> Delete<M, Out> {
    /// Chooses what is returned of each deleted row. Renders `RETURNING …`.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let gone: Vec<String> = User::query().filter(|u| u.age.lt(0)).delete().returning(|u| u.email).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn returning<P: Selection>(mut self, list: impl FnOnce(M::Columns<Present>) -> P) -> Delete<M, P::Output> {
        self.ast.returning = Some(SelectList::of(list(M::columns(Origin::new(self.ast.id, 0)))));
        self.retype()
    }

    /// Allows the delete without a filter: it deletes every row of the table.
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
    /// Makes the query a delete of its rows. It is refused without a filter, unless [`all_rows`](Delete::all_rows) allows
    /// that, and with clauses that a delete cannot have. See [`update`](Self::update) for which conditions do not count
    /// as a filter. Renders `DELETE FROM "users" AS t0 WHERE …`.
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
        let mut delete = Delete::new(self.ast.id, M::TABLE);
        delete.ast.refused = refused(&mut self.ast, "a delete");
        (delete.ast.all_rows, delete.ast.timeout) = (self.ast.all_rows, self.ast.timeout);
        delete.ast.filters = self.ast.filters;
        delete
    }
}

//! Joins. The outer side of a join is nullable by type.

use super::{Append, Maybe, Room, Select, Source, WholeRow};
use crate::{
    ast::{self, FromItem, Join},
    expr::{Cond, IntoCond, SelectList},
    schema::Table,
};

/// The sources `S` with `M`.
pub(crate) type JoinedSources<S, M> = <S as Append<M>>::Output;
/// The columns of the sources `S` with `M`.
pub(crate) type JoinedColumns<S, M> = <S as Append<M>>::Columns;
/// A query of the sources `S` with `M`.
type JoinedSelect<S, M> = Select<JoinedSources<S, M>, <S as Append<M>>::Row>;

/// A closure from columns to a condition: what a join is given.
///
/// It names what the closure returns, which a method whose type arguments users write could not.
pub trait On<A>: FnOnce(A) -> <Self as On<A>>::Cond {
    /// What the closure returns.
    type Cond;
}

impl<A, C, F: FnOnce(A) -> C> On<A> for F {
    type Cond = C;
}

/// Joins are for queries that still yield whole rows: what was selected is never dropped silently by a later join.
impl<S: Source, Out> Select<S, Out> {
    /// Adds the rows of `M` for which the condition holds. Renders `JOIN …`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().join::<Post>(|(u, p)| p.author_id.eq(u.id)).select(|(u, p)| (u.name, p.title));
    /// assert_eq!(
    ///     query.to_string(),
    ///     r#"SELECT t0."name", t1."title" FROM "users" AS t0 JOIN "posts" AS t1 ON t1."author_id" = t0."id""#,
    /// );
    /// ```
    pub fn join<M>(self, on: impl On<JoinedColumns<S, M>, Cond: IntoCond>) -> JoinedSelect<S, M>
    where
        Out: WholeRow<S>,
        S: Room + Append<M>,
    {
        let cond = on(JoinedSources::<S, M>::columns(self.ast.id, 0));
        self.push(S::TABLE, Join::Inner, cond).retype()
    }

    /// Adds the rows of `M` for which the condition holds, or none: `M` is an `Option`. Renders `LEFT JOIN …`.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let pairs: Vec<(User, Option<Post>)> = User::query().left_join::<Post>(|(u, p)| p.author_id.eq(u.id)).all(&db).await?;
    /// // A column of the outer side is nullable.
    /// let titles: Vec<(String, Option<String>)> = User::query()
    ///     .left_join::<Post>(|(u, p)| p.author_id.eq(u.id))
    ///     .select(|(u, p)| (u.email, p.title))
    ///     .all(&db)
    ///     .await?;
    /// # Ok(()) }
    /// ```
    pub fn left_join<M>(self, on: impl On<JoinedColumns<S, Maybe<M>>, Cond: IntoCond>) -> JoinedSelect<S, Maybe<M>>
    where
        Out: WholeRow<S>,
        S: Room + Append<Maybe<M>>,
    {
        let cond = on(JoinedSources::<S, Maybe<M>>::columns(self.ast.id, 0));
        self.push(S::TABLE, Join::Left, cond).retype()
    }

    /// Keeps all rows of `M`; what was there before is an `Option`. Renders `RIGHT JOIN …`.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let rows: Vec<(Option<User>, Post)> = User::query().right_join::<Post>(|(u, p)| p.author_id.eq(u.id)).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn right_join<M>(
        self,
        on: impl On<JoinedColumns<S::Optional, M>, Cond: IntoCond>,
    ) -> JoinedSelect<S::Optional, M>
    where
        Out: WholeRow<S>,
        S::Optional: Room + Append<M>,
    {
        let cond = on(JoinedSources::<S::Optional, M>::columns(self.ast.id, 0));
        self.push(S::Optional::TABLE, Join::Right, cond).retype()
    }

    /// Keeps all rows of both sides; each side is an `Option`. Renders `FULL JOIN …`.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let rows: Vec<(Option<User>, Option<Post>)> =
    ///     User::query().full_join::<Post>(|(u, p)| p.author_id.eq(u.id)).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn full_join<M>(
        self,
        on: impl On<JoinedColumns<S::Optional, Maybe<M>>, Cond: IntoCond>,
    ) -> JoinedSelect<S::Optional, Maybe<M>>
    where
        Out: WholeRow<S>,
        S::Optional: Room + Append<Maybe<M>>,
    {
        let cond = on(JoinedSources::<S::Optional, Maybe<M>>::columns(self.ast.id, 0));
        self.push(S::Optional::TABLE, Join::Full, cond).retype()
    }

    /// Joins rows of `M` that are named by clauses only: what is selected stays.
    pub(crate) fn join_beside<M>(
        self,
        on: impl On<JoinedColumns<S, M>, Cond: IntoCond>,
    ) -> Select<JoinedSources<S, M>, Out>
    where
        S: Room + Append<M>,
    {
        self.beside(Join::Inner, on)
    }

    /// The same, of rows that need not be there.
    pub(crate) fn left_join_beside<M>(
        self,
        on: impl On<JoinedColumns<S, Maybe<M>>, Cond: IntoCond>,
    ) -> Select<JoinedSources<S, Maybe<M>>, Out>
    where
        S: Room + Append<Maybe<M>>,
    {
        self.beside(Join::Left, on)
    }

    fn beside<M>(
        mut self,
        join: Join,
        on: impl On<JoinedColumns<S, M>, Cond: IntoCond>,
    ) -> Select<JoinedSources<S, M>, Out>
    where
        S: Append<M>,
    {
        let list = self.columns();
        self.ast.list.get_or_insert_with(|| SelectList::of(list));
        let cond = on(JoinedSources::<S, M>::columns(self.ast.id, 0));
        self.push(S::TABLE, join, cond).retype()
    }

    fn push(mut self, table: &'static Table, join: Join, on: impl IntoCond) -> Self {
        let Cond(on) = on.into_cond();
        self.ast.from.push(ast::From { relation: FromItem::Table(table), join, on: Some(on) });
        self
    }
}

//! Joins. The outer side of a join is nullable by type.

use super::{AddSource, CanJoin, Maybe, Select, Source, WholeRow};
use crate::{
    ast::{self, FromItem, Join},
    expr::{Cond, IntoCond, SelectList},
    schema::Table,
};

/// The sources `S` with `M`.
pub(crate) type JoinedSources<S, M> = <S as AddSource<M>>::Output;
/// Their columns.
pub(crate) type JoinedColumns<S, M> = <S as AddSource<M>>::Columns;
/// A query of their rows.
type JoinedSelect<S, M> = Select<JoinedSources<S, M>, <S as AddSource<M>>::Row>;

/// A closure from columns to the condition of a join.
///
/// It names the type that the closure returns: `join::<Post>(..)` could not, because users write its type arguments.
pub trait JoinCondition<A>: FnOnce(A) -> <Self as JoinCondition<A>>::Cond {
    /// What the closure returns.
    type Cond;
}

impl<A, C, F: FnOnce(A) -> C> JoinCondition<A> for F {
    type Cond = C;
}

/// Joins are for queries that still return whole rows, so that a join never drops a select list silently.
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
    pub fn join<M>(self, on: impl JoinCondition<JoinedColumns<S, M>, Cond: IntoCond>) -> JoinedSelect<S, M>
    where
        Out: WholeRow<S>,
        S: CanJoin + AddSource<M>,
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
    pub fn left_join<M>(
        self,
        on: impl JoinCondition<JoinedColumns<S, Maybe<M>>, Cond: IntoCond>,
    ) -> JoinedSelect<S, Maybe<M>>
    where
        Out: WholeRow<S>,
        S: CanJoin + AddSource<Maybe<M>>,
    {
        let cond = on(JoinedSources::<S, Maybe<M>>::columns(self.ast.id, 0));
        self.push(S::TABLE, Join::Left, cond).retype()
    }

    /// Keeps all rows of `M`; the sources before it become an `Option`. Renders `RIGHT JOIN …`.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let rows: Vec<(Option<User>, Post)> = User::query().right_join::<Post>(|(u, p)| p.author_id.eq(u.id)).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn right_join<M>(
        self,
        on: impl JoinCondition<JoinedColumns<S::Optional, M>, Cond: IntoCond>,
    ) -> JoinedSelect<S::Optional, M>
    where
        Out: WholeRow<S>,
        S::Optional: CanJoin + AddSource<M>,
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
        on: impl JoinCondition<JoinedColumns<S::Optional, Maybe<M>>, Cond: IntoCond>,
    ) -> JoinedSelect<S::Optional, Maybe<M>>
    where
        Out: WholeRow<S>,
        S::Optional: CanJoin + AddSource<Maybe<M>>,
    {
        let cond = on(JoinedSources::<S::Optional, Maybe<M>>::columns(self.ast.id, 0));
        self.push(S::Optional::TABLE, Join::Full, cond).retype()
    }

    /// Joins rows of `M` for the use of clauses only: the select list stays. Renders `SELECT t0.* … JOIN …`.
    pub(crate) fn join_beside<M>(
        self,
        on: impl JoinCondition<JoinedColumns<S, M>, Cond: IntoCond>,
    ) -> Select<JoinedSources<S, M>, Out>
    where
        S: CanJoin + AddSource<M>,
    {
        self.beside(Join::Inner, on)
    }

    /// The same as a LEFT JOIN: rows of `M` may be missing.
    pub(crate) fn left_join_beside<M>(
        self,
        on: impl JoinCondition<JoinedColumns<S, Maybe<M>>, Cond: IntoCond>,
    ) -> Select<JoinedSources<S, Maybe<M>>, Out>
    where
        S: CanJoin + AddSource<Maybe<M>>,
    {
        self.beside(Join::Left, on)
    }

    fn beside<M>(
        mut self,
        join: Join,
        on: impl JoinCondition<JoinedColumns<S, M>, Cond: IntoCond>,
    ) -> Select<JoinedSources<S, M>, Out>
    where
        S: AddSource<M>,
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

//! Joins. The outer side of a join is nullable by type.

use super::{Append, Maybe, Select, Source};
use crate::{
    ast::{self, Join, Relation},
    expr::Cond,
    model::Model,
};

type Joins<S, M> = <S as Append<M>>::Output;
type Columns<S> = <S as Source>::Columns;
type Row<S> = <S as Source>::Row;
/// A query over sources grown by `M`, of whole rows.
type Joined<S, M> = Select<Joins<S, M>, Row<Joins<S, M>>>;

/// Joins are for queries that still yield whole rows: what was selected is never dropped silently by a later join.
impl<S: Source> Select<S, Row<S>> {
    /// Adds the rows of `M` for which the condition holds. Renders `JOIN …`.
    pub fn join<M: Model>(self, on: impl FnOnce(Columns<Joins<S, M>>) -> Cond) -> Joined<S, M>
    where
        S: Append<M>,
    {
        let cond = on(Joins::<S, M>::columns(self.ast.id, 0));
        self.push::<M>(Join::Inner, cond).retype()
    }

    /// Adds the rows of `M` for which the condition holds, or none: `M` is an `Option`. Renders `LEFT JOIN …`.
    ///
    /// ```
    /// # use orm_pg::prelude::*;
    /// # #[derive(Debug, Clone, Model)]
    /// # #[orm(table = "users")]
    /// # pub struct User { #[orm(key, identity)] pub id: i64, #[orm(unique)] pub email: String, pub age: Option<i32> }
    /// # #[derive(Debug, Clone, Model)]
    /// # #[orm(table = "posts")]
    /// # pub struct Post { #[orm(key, identity)] pub id: i64, pub author_id: i64, pub title: String }
    /// # async fn run(db: &Database) -> Result<()> {
    /// let pairs: Vec<(User, Option<Post>)> = User::query().left_join::<Post>(|(u, p)| p.author_id.eq(u.id)).all(db).await?;
    /// // A column of the outer side is nullable.
    /// let titles: Vec<(String, Option<String>)> = User::query()
    ///     .left_join::<Post>(|(u, p)| p.author_id.eq(u.id))
    ///     .select(|(u, p)| (u.email, p.title))
    ///     .all(db)
    ///     .await?;
    /// # drop((pairs, titles)); Ok(()) }
    /// ```
    pub fn left_join<M: Model>(self, on: impl FnOnce(Columns<Joins<S, Maybe<M>>>) -> Cond) -> Joined<S, Maybe<M>>
    where
        S: Append<Maybe<M>>,
    {
        let cond = on(Joins::<S, Maybe<M>>::columns(self.ast.id, 0));
        self.push::<M>(Join::Left, cond).retype()
    }

    /// Keeps all rows of `M`; what was there before is an `Option`. Renders `RIGHT JOIN …`.
    pub fn right_join<M: Model>(self, on: impl FnOnce(Columns<Joins<S::Optional, M>>) -> Cond) -> Joined<S::Optional, M>
    where
        S::Optional: Append<M>,
    {
        let cond = on(Joins::<S::Optional, M>::columns(self.ast.id, 0));
        self.push::<M>(Join::Right, cond).retype()
    }

    /// Keeps all rows of both sides; each side is an `Option`. Renders `FULL JOIN …`.
    pub fn full_join<M: Model>(
        self,
        on: impl FnOnce(Columns<Joins<S::Optional, Maybe<M>>>) -> Cond,
    ) -> Joined<S::Optional, Maybe<M>>
    where
        S::Optional: Append<Maybe<M>>,
    {
        let cond = on(Joins::<S::Optional, Maybe<M>>::columns(self.ast.id, 0));
        self.push::<M>(Join::Full, cond).retype()
    }

    fn push<M: Model>(mut self, join: Join, Cond(on): Cond) -> Self {
        self.ast.from.push(ast::From { relation: Relation::Table(M::TABLE), join, on: Some(on) });
        self
    }
}

//! Loads how many rows a relation leads to, or whether there is one, instead of the rows.

use std::fmt;

use super::{key::ParentKeys, level::too_few_rows, lookup::fetch_with_owners, owner::OwnerColumn};
use crate::{
    ast,
    error::Result,
    executor::Executor,
    model::Model,
    query::Subquery,
    relation::{Path, Related, Relation},
};

/// How many rows of `C` belong to a row of `P`: an `i64`.
#[must_use = "a relation does nothing until a query takes it: `.with(..)`"]
pub struct Counted<P, C> {
    pub(crate) path: Path<P>,
    pub(crate) query: ast::Select,
    _type: std::marker::PhantomData<fn() -> C>,
}

/// Whether a row of `C` belongs to a row of `P`: a `bool`.
#[must_use = "a relation does nothing until a query takes it: `.with(..)`"]
pub struct Exists<P, C>(pub(crate) Counted<P, C>);

impl<P, C> Clone for Counted<P, C> {
    fn clone(&self) -> Self {
        Self { path: self.path.clone(), query: self.query.clone(), _type: std::marker::PhantomData }
    }
}

impl<P, C> Clone for Exists<P, C> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<P, C> fmt::Debug for Counted<P, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Counted").field("path", &self.path).finish_non_exhaustive()
    }
}

impl<P, C> fmt::Debug for Exists<P, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Exists").field(&self.0.path).finish()
    }
}

impl<P: Model, C: Model, K, Out> Related<P, C, K, Out> {
    /// Loads the number of rows instead of the rows: an `i64` for each parent.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let users: Vec<(User, i64)> = User::query().with(User::posts().count()).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn count(self) -> Counted<P, C> {
        let Self { path, query, .. } = self;
        Counted { path, query: query.into_ast(), _type: std::marker::PhantomData }
    }

    /// Loads whether there is a row instead of the rows: a `bool` for each parent. With a filter, whether there is one
    /// that fulfils it. In a condition, use [`any`](Related::any).
    ///
    /// Round trips: 1 for all parents. It counts, as [`count`](Self::count) does.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let users: Vec<(User, bool)> = User::query().with(User::posts().exists()).all(&db).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// A flag for the current user, who need not be logged in: [`Cond::any`](crate::expr::Cond::any) of no condition is
    /// false.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let viewer: Option<i64> = Some(7); // who is logged in, if anybody
    /// let mine = User::posts().filter(|p| Cond::any(viewer.map(|id| p.author_id.eq(id))));
    /// let users: Vec<(User, bool)> = User::query().with(mine.exists()).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn exists(self) -> Exists<P, C> {
        Exists(self.count())
    }
}

impl<P: Model, C: Model> Relation for Counted<P, C> {
    type Parent = P;
    type Output = i64;

    async fn load<E: Executor>(self, parents: &[P], db: &E) -> Result<Vec<i64>> {
        let (present, keys) = ParentKeys::of(&self.path, parents).each();
        let mut counts = vec![0; keys.len()];
        let timeout = self.query.timeout;
        if let Some(mut query) = self.path.count_statement(self.query, keys.into_binds()) {
            query.timeout = timeout;
            let (numbers, found) = fetch_with_owners::<i64>(&query, OwnerColumn::Number, db).await?;
            for (number, count) in numbers.into_iter().zip(found) {
                *counts.get_mut(number).ok_or_else(too_few_rows)? = count;
            }
        }
        let mut counts = counts.into_iter();
        Ok(present.into_iter().map(|it| if it { counts.next() } else { None }.unwrap_or_default()).collect())
    }
}

impl<P: Model, C: Model> Relation for Exists<P, C> {
    type Parent = P;
    type Output = bool;

    async fn load<E: Executor>(self, parents: &[P], db: &E) -> Result<Vec<bool>> {
        let counts = self.0.load(parents, db).await?;
        Ok(counts.into_iter().map(|it| it > 0).collect())
    }
}

//! The verbs of a query that loads relations: its rows first, then the relations of each level.

use std::{future::Future, pin::Pin};

use super::{Loads, With};
use crate::{
    error::Result,
    executor::{Executor, LimitedExecutor},
    model::Model,
    query::{Source, not_found},
    row::FromRow,
    statement::{Limit, Operation},
};

/// Which rows of the query are read.
#[derive(Debug, Clone, Copy)]
pub(super) enum WantedRows {
    All,
    /// The only one, if there is one; several are an error.
    Only,
    First,
}

impl<M: Model, Row: FromRow, L: Loads<Row>, S: Source> With<M, L, Row, S> {
    /// Runs the query and returns all rows with their related rows.
    ///
    /// Round trips: 1, and 1 for each level of relations.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let users: Vec<(User, Vec<Post>)> = User::query().with(User::posts()).all(&db).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`Select::all`](crate::query::Select::all).
    pub async fn all(self, db: &impl Executor) -> Result<Vec<L::Output>> {
        self.run(WantedRows::All, db).await
    }

    /// Runs the query and returns its only row with its related rows.
    ///
    /// Round trips: 1, and 1 for each level of relations.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let (ann, posts) = User::get(7).with(User::posts()).one(&db).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`Select::one`](crate::query::Select::one).
    pub async fn one(self, db: &impl Executor) -> Result<L::Output> {
        self.one_or_none(db).await?.ok_or_else(|| not_found(Operation::Select, Some(M::TABLE.name)))
    }

    /// Runs the query and returns its only row with its related rows, if there is one.
    ///
    /// Round trips: 1, and 1 for each level of relations.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let found: Option<(User, Vec<Post>)> = User::get(7).with(User::posts()).one_or_none(&db).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`Select::one_or_none`](crate::query::Select::one_or_none).
    pub async fn one_or_none(self, db: &impl Executor) -> Result<Option<L::Output>> {
        Ok(self.run(WantedRows::Only, db).await?.into_iter().next())
    }

    /// Counts the rows that [`all`](Self::all) would return. Loads no relations.
    ///
    /// Round trips: 1.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let query = User::query().with(User::posts()).filter(|u| u.age.ge(18));
    /// let count: i64 = query.clone().count(&db).await?;
    /// let page: Vec<(User, Vec<Post>)> = query.limit(20).all(&db).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`Select::count`](crate::query::Select::count).
    pub async fn count(self, db: &impl Executor) -> Result<i64> {
        self.query.count(db).await
    }

    /// Returns whether [`all`](Self::all) would return a row. Loads no relations.
    ///
    /// Round trips: 1.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let found: bool = User::query().with(User::posts()).filter(|u| u.age.ge(18)).exists(&db).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`Select::exists`](crate::query::Select::exists).
    pub async fn exists(self, db: &impl Executor) -> Result<bool> {
        self.query.exists(db).await
    }

    /// Runs the query with `LIMIT 1` and returns its first row with its related rows, if there is one.
    ///
    /// Round trips: 1, and 1 for each level of relations.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let oldest = User::query().with(User::posts()).order_by(|u| u.age.desc().nulls_last()).first(&db).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`Select::first`](crate::query::Select::first).
    pub async fn first(self, db: &impl Executor) -> Result<Option<L::Output>> {
        Ok(self.run(WantedRows::First, db).await?.into_iter().next())
    }
}

impl<M: Model, Row: FromRow, L: Loads<Row>, S: Source> With<M, L, Row, S> {
    /// Reads the rows and their relations. On the heap: otherwise the verbs would hold the query twice.
    fn run<E: Executor>(
        self,
        take: WantedRows,
        db: &E,
    ) -> Pin<Box<impl Future<Output = Result<Vec<L::Output>>> + Send>> {
        Box::pin(async move {
            let limit = self.query.ast.timeout.map(Limit::begin);
            let db = &LimitedExecutor::new(db, limit);
            if self.consistent {
                Box::pin(self.on_one_snapshot(take, limit, db)).await
            } else {
                self.levels(take, db).await
            }
        })
    }

    /// Reads the rows, then level by level the relations of what was read: one statement each.
    pub(super) async fn levels(mut self, take: WantedRows, db: &impl Executor) -> Result<Vec<L::Output>> {
        // The executor has the time limit of all levels, which has begun.
        self.query.ast.timeout = None;
        let rows = match take {
            WantedRows::All => self.query.all(db).await?,
            WantedRows::Only => self.query.one_or_none(db).await?.into_iter().collect(),
            WantedRows::First => self.query.first(db).await?.into_iter().collect(),
        };
        self.loads.load(rows, db).await
    }
}

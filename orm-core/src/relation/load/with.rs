//! Queries that load relations along with their rows.

use std::{fmt, marker::PhantomData};

use super::{Loads, consistent::Take};
use crate::{
    error::{Error, ErrorKind, Result},
    executor::Executor,
    model::Model,
    query::{Select, Source},
    relation::{Project, Projection, Relation},
    row::FromRow,
    statement::Operation,
};

/// Grows the relations asked for by one.
#[diagnostic::on_unimplemented(
    message = "at most eight relations can be loaded side by side",
    label = "one too many",
    note = "load the rest for the rows at hand: `load(&users, User::posts(), &db)`"
)]
pub trait Push<R> {
    /// The grown relations.
    type Output;

    /// Adds one.
    #[doc(hidden)]
    fn push(self, relation: R) -> Self::Output;
}

impl<R> Push<R> for () {
    type Output = (R,);

    fn push(self, relation: R) -> (R,) {
        (relation,)
    }
}

macro_rules! push {
    ($($($part:ident)+;)+) => { $(
        impl<$($part,)+ R> Push<R> for ($($part,)+) {
            type Output = ($($part,)+ R,);

            #[expect(non_snake_case, reason = "the variables are named like the types")]
            fn push(self, relation: R) -> Self::Output {
                let ($($part,)+) = self;
                ($($part,)+ relation,)
            }
        }
    )+ };
}
push! { A; A B; A B C; A B C D; A B C D E; A B C D E F; A B C D E F G; }

/// A query of rows of `M` with the relations `L`: its rows are tuples of the row and what each relation gives, or
/// projections. `S` are the sources that its clauses can name.
#[must_use = "a query does nothing until a verb such as `.all(&db)` is awaited"]
pub struct With<M, L, Row = M, S = M> {
    pub(crate) query: Select<S, Row>,
    pub(crate) loads: L,
    /// Whether all levels must see one snapshot.
    pub(crate) consistent: bool,
    pub(crate) _model: PhantomData<fn() -> M>,
}

impl<M, L: Clone, Row, S> Clone for With<M, L, Row, S> {
    fn clone(&self) -> Self {
        Self { consistent: self.consistent, ..Self::of(self.query.clone(), self.loads.clone()) }
    }
}

impl<M, L, Row, S: Source> fmt::Debug for With<M, L, Row, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("With").field("query", &self.query).finish_non_exhaustive()
    }
}

impl<S: Source, M: Model> Select<S, M> {
    /// Loads a relation along with the rows: each becomes a tuple of the row and what belongs to it. Several relations
    /// may stand side by side, and relations in relations.
    ///
    /// Round trips: 1 more for each level; relations of one level wait at the same time.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let users: Vec<(User, Vec<Post>)> = User::query().with(User::posts()).all(&db).await?;
    /// let (ann, posts) = User::get(7).with(User::posts()).one(&db).await?;
    /// // Of a join, one of its models.
    /// let authors = Post::query().join::<User>(|(p, u)| u.id.eq(p.author_id)).select(|(_, u)| u);
    /// let authors: Vec<(User, Vec<Post>)> = authors.with(User::posts()).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn with<R: Relation<Parent = M>>(self, relation: R) -> With<M, (R,), M, S> {
        With::of(self, (relation,))
    }

    /// Reads of each row what the projection says, with the relations that it names.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// #[derive(Projection)]
    /// #[orm(of = User)]
    /// struct Card {
    ///     name: String,
    ///     posts: Vec<Post>,
    /// }
    ///
    /// let authors = Post::query().join::<User>(|(p, u)| u.id.eq(p.author_id)).filter(|(p, _)| p.published);
    /// let cards: Vec<Card> = authors.select(|(_, u)| u).distinct().project::<Card>().all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn project<F: Projection<Of = M>>(self) -> With<M, Project<F>, F::Row, S> {
        With::of(self.projected::<F>(), Project::default())
    }
}

impl<M: Model, L, S: Source> With<M, L, M, S> {
    /// Loads another relation along with the rows.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let posts: Vec<(Post, User, Vec<Comment>)> =
    ///     Post::query().with(Post::author()).with(Post::comments()).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn with<R: Relation<Parent = M>>(self, relation: R) -> With<M, L::Output, M, S>
    where
        L: Push<R>,
    {
        With { consistent: self.consistent, ..With::of(self.query, self.loads.push(relation)) }
    }
}

impl<M, L, Row, S> With<M, L, Row, S> {
    pub(crate) fn of(query: Select<S, Row>, loads: L) -> Self {
        Self { query, loads, consistent: false, _model: PhantomData }
    }
}

impl<M: Model, Row: FromRow, L: Loads<Row>, S: Source> With<M, L, Row, S> {
    /// Runs the query and returns all rows with what belongs to them.
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
    /// As for [`Select::all`].
    pub async fn all(self, db: &impl Executor) -> Result<Vec<L::Output>> {
        self.run(Take::All, db).await
    }

    /// Runs the query and returns its only row with what belongs to it.
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
    /// As for [`Select::one`].
    pub async fn one(self, db: &impl Executor) -> Result<L::Output> {
        let text = "no row found";
        let missing =
            || Error::new(ErrorKind::NotFound, text).in_statement(Operation::Select.name(), Some(M::TABLE.name));
        self.one_or_none(db).await?.ok_or_else(missing)
    }

    /// Runs the query and returns its only row with what belongs to it, if there is one.
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
    /// As for [`Select::one_or_none`].
    pub async fn one_or_none(self, db: &impl Executor) -> Result<Option<L::Output>> {
        Ok(self.run(Take::Only, db).await?.into_iter().next())
    }

    /// Counts the rows that [`all`](Self::all) would return. Nothing is loaded along.
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
    /// As for [`Select::count`].
    pub async fn count(self, db: &impl Executor) -> Result<i64> {
        self.query.count(db).await
    }

    /// Returns whether [`all`](Self::all) would return a row. Nothing is loaded along.
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
    /// As for [`Select::exists`].
    pub async fn exists(self, db: &impl Executor) -> Result<bool> {
        self.query.exists(db).await
    }

    /// Runs the query with `LIMIT 1` and returns its first row with what belongs to it, if there is one.
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
    /// As for [`Select::first`].
    pub async fn first(self, db: &impl Executor) -> Result<Option<L::Output>> {
        Ok(self.run(Take::First, db).await?.into_iter().next())
    }
}

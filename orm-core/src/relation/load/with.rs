//! Queries that load relations with their rows.

use std::{fmt, marker::PhantomData};

use crate::{
    model::Model,
    query::{Select, Source},
    relation::{Related, Relation},
};

/// Relations that another one can be added to: a tuple of up to seven.
#[diagnostic::on_unimplemented(
    message = "at most eight relations can be loaded side by side",
    label = "one too many",
    note = "load the others for the rows that were read: `load(&users, User::posts(), &db)`"
)]
pub trait AddRelation<R> {
    /// The relations with the added one.
    type Output;

    /// Adds one.
    #[doc(hidden)]
    fn push(self, relation: R) -> Self::Output;
}

impl<R> AddRelation<R> for () {
    type Output = (R,);

    fn push(self, relation: R) -> (R,) {
        (relation,)
    }
}

macro_rules! push {
    ($($($part:ident)+;)+) => { $(
        impl<$($part,)+ R> AddRelation<R> for ($($part,)+) {
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

/// A query of rows of `M` that loads the relations `L`: it returns tuples of a row and its related rows, or
/// projections. `S` are the sources that its clauses can name.
#[must_use = "a query does nothing until a verb such as `.all(&db)` is awaited"]
pub struct With<M, L, Row = M, S = M> {
    pub(crate) query: Select<S, Row>,
    pub(crate) loads: L,
    /// Whether all levels read one snapshot.
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
    /// Loads a relation with the rows: each becomes a tuple of the row and its related rows. Several relations can be
    /// loaded side by side, and relations of relations.
    ///
    /// Round trips: 1 more for each level; the relations of one level are pipelined.
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
}

impl<M: Model, L, S: Source> With<M, L, M, S> {
    /// Loads another relation with the rows.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let posts: Vec<(Post, User, Vec<Comment>)> =
    ///     Post::query().with(Post::author()).with(Post::comments()).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn with<R: Relation<Parent = M>>(self, relation: R) -> With<M, L::Output, M, S>
    where
        L: AddRelation<R>,
    {
        With { consistent: self.consistent, ..With::of(self.query, self.loads.push(relation)) }
    }
}

impl<M, L, Row, S> With<M, L, Row, S> {
    pub(crate) fn of(query: Select<S, Row>, loads: L) -> Self {
        Self { query, loads, consistent: false, _model: PhantomData }
    }
}

impl<P: Model, C: Model, K, L> Related<P, C, K, C, L> {
    /// Loads a relation of each related row, to any depth. One more statement for each level.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let users: Vec<(User, Vec<(Post, User)>)> =
    ///     User::query().with(User::posts().with(Post::author())).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn with<R: Relation<Parent = C>>(self, relation: R) -> Related<P, C, K, C, L::Output>
    where
        L: AddRelation<R>,
    {
        let Self { path, query, loads, refers, .. } = self;
        Related { path, query, loads: loads.push(relation), refers, _kind: PhantomData }
    }
}

//! `with_depth`: recursive relations whose rows are returned with their depth.

use std::fmt;

use super::Tree;
use crate::{
    ast::{DEPTH, QueryId},
    error::Result,
    executor::Executor,
    expr::{Column, IntoFilter, IntoOrder, Joined, Mode, Origin, Present, Selection},
    model::{Keyed, Model},
    query::{Maybe, Select, Source, Subquery, clauses},
    relation::{Path, Related, Relation, related::refuse_per_parent},
    row::FromRow,
};

/// The number of steps in which a row of a tree was found: a source of a query whose only column is an `i32`, 1 for a
/// child or a parent. Made by [`with_depth`](Related::with_depth).
#[derive(Debug, Clone, Copy)]
pub enum Depth {}

impl Source for Depth {
    type Columns = Column<i32>;
    type Row = i32;
    type Optional = Maybe<Self>;
    const LEN: u8 = 1;

    fn columns(query: QueryId, first: u8) -> Column<i32> {
        Present::column::<i32>(Origin::new(query, first), 0, DEPTH)
    }
}

impl Source for Maybe<Depth> {
    type Columns = Column<Option<i32>>;
    type Row = Option<i32>;
    type Optional = Self;
    const LEN: u8 = 1;

    fn columns(query: QueryId, first: u8) -> Column<Option<i32>> {
        Joined::column::<i32>(Origin::new(query, first), 0, DEPTH)
    }
}

/// A tree of `P` whose rows are returned with their depth. Closures get both: `|(category, depth)|`.
#[must_use = "a relation does nothing until a query takes it: `.with(..)`"]
pub struct WithDepth<P, Out = (P, i32)> {
    pub(crate) path: Path<P>,
    pub(crate) query: Select<(P, Depth), Out>,
}

impl<P, Out> Clone for WithDepth<P, Out> {
    fn clone(&self) -> Self {
        Self { path: self.path.clone(), query: self.query.clone() }
    }
}

impl<P, Out> fmt::Debug for WithDepth<P, Out> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WithDepth").field("path", &self.path).finish_non_exhaustive()
    }
}

impl<P: Keyed> Tree<P> {
    /// Also returns in how many steps each row was found: 1 for a child or a parent. If several paths lead to a row,
    /// the shortest counts.
    ///
    /// A network of links can have more paths than can be followed, so for a relation `through` a junction table this
    /// is refused without [`max_depth`](Related::max_depth). Without it the server remembers the path of each row,
    /// which takes memory if rows are very deep.
    ///
    /// Renders `min("depth") … GROUP BY …` in the recursive query, and without `max_depth` also `CYCLE`, which
    /// PostgreSQL 14 and later have.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let leaf = Category::get(9).one(&db).await?;
    /// let above = Category::parent().ancestors().with_depth().order_by(|(_, depth)| depth.asc());
    /// let nearest_first: Vec<(Category, i32)> = above.clone().of(&leaf).all(&db).await?;
    /// let paths: Vec<(Category, Vec<(Category, i32)>)> = Category::query().with(above).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn with_depth(self) -> WithDepth<P> {
        let Self { mut path, query, .. } = self;
        path.count_steps();
        WithDepth { path, query: Select::from_ast(query.ast) }
    }
}

impl<P, Out> WithDepth<P, Out> {
    /// The path and the query; the query is refused if the number of paths that it follows has no bound.
    pub(crate) fn bounded(self) -> (Path<P>, Select<(P, Depth), Out>) {
        let Self { path, mut query } = self;
        if path.may_be_endless() {
            let text = "`with_depth` of a relation through a junction table needs `max_depth`: the number of paths has no bound";
            query.ast.refuse(text);
        }
        (path, query)
    }
}

impl<P: Model, Out> WithDepth<P, Out> {
    /// Follows the relation at most `steps` times, as [`Related::max_depth`] does.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let root = Category::get(1).one(&db).await?;
    /// let near = Category::children().descendants().with_depth().max_depth(2).of(&root).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn max_depth(mut self, steps: u32) -> Self {
        self.path.end_after(steps);
        self
    }

    /// Starts a query of the rows that belong to `parent`, with all clauses of a query over two sources: the rows and their
    /// depth. No I/O.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let root = Category::get(1).one(&db).await?;
    /// let below = Category::children().descendants().with_depth().of(&root);
    /// let deepest: Option<i32> = below.select(|(_, depth)| depth.max()).one(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn of(self, parent: &P) -> Select<(P, Depth), Out> {
        let (path, mut query) = self.bounded();
        path.restrict(&mut query.ast, std::slice::from_ref(parent));
        query
    }

    /// Starts a query of the rows that belong to any of `parents`. The depth of a row counts from the nearest of them.
    /// No I/O.
    ///
    /// A `limit`, `offset` or `distinct_on` goes after it, as for [`Related::of_all`].
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let some = Category::query().filter(|c| c.id.in_([2, 3])).all(&db).await?;
    /// let below: Vec<(Category, i32)> = Category::children().descendants().with_depth().of_all(&some).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn of_all(self, parents: &[P]) -> Select<(P, Depth), Out> {
        let (path, mut query) = self.bounded();
        path.restrict(&mut query.ast, parents);
        refuse_per_parent(&mut query.ast);
        query
    }
}

impl<P: Model> WithDepth<P> {
    /// Reads an expression of each row, or a tuple of expressions, instead of the whole row and its depth.
    ///
    /// ```
    /// # use blog::*;
    /// let outline = Category::children().descendants().with_depth().select(|(c, depth)| (depth, c.name));
    /// ```
    pub fn select<S: Selection>(
        self,
        list: impl FnOnce((P::Columns<Present>, Column<i32>)) -> S,
    ) -> WithDepth<P, S::Output> {
        WithDepth { path: self.path, query: self.query.select(list) }
    }
}

impl<P: Model, Out: FromRow> Relation for WithDepth<P, Out> {
    type Parent = P;
    type Output = Vec<Out>;

    async fn load<E: Executor>(self, parents: &[P], db: &E) -> Result<Vec<Vec<Out>>> {
        let (path, query) = self.bounded();
        let query = Select::from_ast(query.into_ast());
        let tree: Tree<P, Out> = Related { path, query, loads: (), refers: None, _kind: std::marker::PhantomData };
        tree.load(parents, db).await
    }
}

clauses! {
    [filter order] for {
        [P: Model, Out] WithDepth<P, Out>, query.ast of (P, Depth), (P::Columns<Present>, Column<i32>);
        [IntoFilter] [IntoOrder] [Selection];
        " of each parent", "Category::children().descendants().with_depth()", "(c, _)", "c"
    }
}

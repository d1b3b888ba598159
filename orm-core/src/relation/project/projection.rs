//! The traits of projections, and queries of them.

use std::{fmt, future::Future, marker::PhantomData};

use crate::{
    ast::Node,
    error::Result,
    executor::Executor,
    expr::{Origin, Present, SelectList, Selection},
    model::Model,
    query::{Select, Source},
    relation::{Loads, Related, With},
    row::FromRow,
};

/// A struct whose fields say which columns of a model are read, and which relations are loaded. Derive it with
/// `#[derive(Projection)]`.
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// #[derive(Projection)]
/// #[orm(of = User)]
/// struct Card {
///     name: String,
///     posts: Vec<Title>,
/// }
///
/// #[derive(Projection)]
/// #[orm(of = Post)]
/// struct Title {
///     title: String,
/// }
///
/// let cards: Vec<Card> = Card::query().filter(|u| u.age.ge(18)).order_by(|u| u.name.asc()).all(&db).await?;
/// # Ok(()) }
/// ```
pub trait Projection: Projected {
    /// Starts a query of the model's rows that reads only the fields of the struct. It has the clauses of
    /// `Model::query`.
    ///
    /// Round trips: 1, and 1 for each level of relations.
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
    /// let cards: Vec<Card> = Card::query().filter(|u| u.active).limit(20).all(&db).await?;
    /// # Ok(()) }
    /// ```
    fn query() -> With<Self::Of, Project<Self>, Self::Row> {
        Select::<Self::Of, Self::Of>::of_model().project()
    }
}

/// A type that rows of a model can be read as: a projection, or the model itself.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a model nor a projection",
    label = "cannot be read with its parent",
    note = "derive it: `#[derive(Projection)]` and `#[orm(of = Model)]`"
)]
pub trait Projected: Sized + Send + 'static {
    /// The model.
    type Of: Model;
    /// A row of the result, before relations are loaded.
    type Row: FromRow;

    /// Adds its columns to a select list.
    #[doc(hidden)]
    fn select(columns: <Self::Of as Model>::Columns<Present>, list: &mut SelectList);

    /// Loads the relations of `rows`.
    #[doc(hidden)]
    fn load<E: Executor>(rows: Vec<Self::Row>, db: &E) -> impl Future<Output = Result<Vec<Self>>> + Send;
}

impl<M: Model> Projected for M {
    type Of = M;
    type Row = M;

    fn select(columns: M::Columns<Present>, list: &mut SelectList) {
        columns.select(list);
    }

    async fn load<E: Executor>(rows: Vec<M>, _: &E) -> Result<Vec<M>> {
        Ok(rows)
    }
}

/// Loads the relations of a projection `F`, and makes it from its rows.
pub struct Project<F>(PhantomData<fn() -> F>);

impl<F> Default for Project<F> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<F> Clone for Project<F> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<F> fmt::Debug for Project<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Project")
    }
}

impl<F: Projected> Loads<F::Row> for Project<F> {
    type Output = F;

    async fn load<E: Executor>(self, rows: Vec<F::Row>, db: &E) -> Result<Vec<F>> {
        F::load(rows, db).await
    }
}

impl<S: Source, M: Model> Select<S, M> {
    /// Reads each row as the projection, with its relations.
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

    /// Replaces the select list by the columns that the projection reads.
    ///
    /// ```sql
    /// SELECT t0.name, t0.id FROM users t0
    /// ```
    pub(crate) fn projected<F: Projected<Of = M>>(mut self) -> Select<S, F::Row> {
        // Its rows are those of the first source, or of the source that was selected: `.select(|(_, u)| u)`.
        let source = self.ast.list.iter().flatten().find_map(|it| match it {
            Node::Column { source, .. } => Some(*source),
            _ => None,
        });
        let columns = M::columns(Origin::new(self.ast.id, source.unwrap_or(0)));
        let mut list = SelectList::default();
        F::select(columns, &mut list);
        self.ast.list = Some(list.into_nodes());
        self.retype()
    }
}

/// A column or relation of a model, found by a number made from its name.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no column or relation of this name",
    label = "not a field or relation of `{Self}`",
    note = "a field of a projection has the name of a column or relation of its model; a computed field names a function: `#[orm(expr = function)]`"
)]
pub trait Member<const NAME: u64>: Model {
    /// Its type.
    type Is;

    /// The column, if it is one whose type can be compared.
    const COLUMN: Option<&'static str>;

    /// What a relation gives, in words, for messages.
    const GIVES: &'static str = "";

    /// Makes it.
    fn member() -> Self::Is;
}

impl<P: Model, C: Model, K> Related<P, C, K> {
    /// Reads each row as `F`, a projection, with its relations.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// #[derive(Projection)]
    /// #[orm(of = Post)]
    /// struct Title {
    ///     title: String,
    /// }
    ///
    /// let users: Vec<(User, Vec<Title>)> = User::query().with(User::posts().project::<Title>()).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn project<F: Projected<Of = C>>(self) -> Related<P, C, K, F::Row, Project<F>> {
        let Self { path, query, .. } = self;
        Related { path, query: query.projected::<F>(), loads: Project::default(), refers: None, _kind: PhantomData }
    }
}

/// Adds the expression that a function of the user makes; it must have the type of its field.
#[doc(hidden)]
pub fn select_computed<M: Model, F: FromRow, S: Selection<Output = F>>(
    columns: M::Columns<Present>,
    expression: impl FnOnce(M::Columns<Present>) -> S,
    list: &mut SelectList,
) {
    expression(columns).select(list);
}

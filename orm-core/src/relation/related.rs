//! A relation as a value: which rows it leads to, and which columns and relations of them are read.

use std::{fmt, future::Future};

use super::{
    kind::{AtMostOne, Kind, Many, MaybeOne, One, ToMany},
    path::{Path, RefersTo},
};
use crate::{
    ast::{self, Clause},
    error::Result,
    executor::Executor,
    expr::{IntoFilter, IntoOrder, Present, Selection},
    model::{Keyed, Model},
    query::{Select, clauses},
    schema::Table,
    value::Bind,
};

/// A relation that a query can load with its rows.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a relation that can be loaded here",
    label = "expected a relation, such as `User::posts()`",
    note = "relations are loaded for the rows of a model: call `with` before `select`"
)]
pub trait Relation: Clone + Send {
    /// The model whose rows it belongs to.
    type Parent: Model;
    /// What each row of the parent gets.
    type Output: Send;

    /// Loads it for `parents`, in their order.
    #[doc(hidden)]
    fn load<E: Executor>(
        self,
        parents: &[Self::Parent],
        db: &E,
    ) -> impl Future<Output = Result<Vec<Self::Output>>> + Send;
}

/// A relation from `P` to `C`. `K` is how many rows it leads to, each is read as an `Out`, and `L` are the relations
/// that are loaded with each.
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// use orm_pg::prelude::*;
///
/// let users: Vec<(User, Vec<Post>)> = User::query().with(User::posts()).all(&db).await?;
/// let newest = User::posts().filter(|p| p.published).order_by(|p| p.id.desc()).limit(3);
/// let users: Vec<(User, Vec<Post>)> = User::query().with(newest).all(&db).await?;
/// # Ok(()) }
/// ```
#[must_use = "a relation does nothing until a query takes it: `.with(..)`"]
pub struct Related<P, C, K, Out = C, L = ()> {
    pub(super) path: Path<P>,
    pub(super) query: Select<C, Out>,
    pub(super) loads: L,
    /// Reads the key of the parent from a row of `C`, if rows of `C` have the foreign key.
    pub(super) refers: Option<fn(&C) -> Option<Vec<Bind>>>,
    pub(super) _kind: std::marker::PhantomData<fn() -> K>,
}

/// Many rows of `C` refer to one of `P`.
pub type HasMany<P, C, Out = C, L = ()> = Related<P, C, Many, Out, L>;
/// Rows of `V` link many of `C` with one of `P`.
pub type ManyToMany<P, C, V, Out = C, L = ()> = Related<P, C, Many<V>, Out, L>;
/// At most one row of `C` refers to one of `P`.
pub type HasOne<P, C, Out = C, L = ()> = Related<P, C, AtMostOne, Out, L>;
/// Each row of `C` refers to one of `P`.
pub type BelongsTo<C, P, Out = P, L = ()> = Related<C, P, One, Out, L>;
/// A row of `C` may refer to one of `P`.
pub type MayBelongTo<C, P, Out = P, L = ()> = Related<C, P, MaybeOne, Out, L>;

impl<P, C, K, Out, L: Clone> Clone for Related<P, C, K, Out, L> {
    fn clone(&self) -> Self {
        Self {
            path: self.path.clone(),
            query: self.query.clone(),
            loads: self.loads.clone(),
            refers: self.refers,
            _kind: std::marker::PhantomData,
        }
    }
}

impl<P, C: Model, K, Out, L> fmt::Debug for Related<P, C, K, Out, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Related").field("path", &self.path).field("query", &self.query).finish_non_exhaustive()
    }
}

impl<P: Model, C: Model, K> Related<P, C, K> {
    fn new(path: Path<P>) -> Self {
        Self { path, query: C::query(), loads: (), refers: None, _kind: std::marker::PhantomData }
    }
}

impl<P: Model, C: Model, K: Kind, Out, L> Related<P, C, K, Out, L> {
    /// Keeps the rows for which the condition holds; an `Option` of a condition filters if it is `Some`. A relation to one
    /// row then gives an `Option`. Renders `WHERE …`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().with(User::posts().filter(|p| p.published));
    /// ```
    pub fn filter<F: IntoFilter>(
        self,
        cond: impl FnOnce(C::Columns<Present>) -> F,
    ) -> Related<P, C, K::Filtered, Out, L> {
        let Self { path, query, loads, refers, .. } = self;
        Related { path, query: query.filter(cond), loads, refers, _kind: std::marker::PhantomData }
    }
}

clauses! {
    [order] for {
        [P: Model, C: Model, K, Out, L] Related<P, C, K, Out, L>, query.ast of C, C::Columns<Present>;
        [IntoFilter] [IntoOrder] [Selection] where [K: ToMany];
        " of each parent", "Post::tags()", "t", "t"
    }
}

impl<P: Model, C: Model, K> Related<P, C, K> {
    /// Reads an expression of each row, or a tuple of expressions, instead of the whole row.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let users: Vec<(User, Vec<(i64, String)>)> =
    ///     User::query().with(User::posts().select(|p| (p.id, p.title))).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn select<S: Selection>(self, list: impl FnOnce(C::Columns<Present>) -> S) -> Related<P, C, K, S::Output> {
        let Self { path, query, refers, .. } = self;
        Related { path, query: query.select(list), loads: (), refers, _kind: std::marker::PhantomData }
    }
}

impl<P: Model, C: Model, K, Out> Related<P, C, K, Out> {
    /// Starts a query of the rows that belong to `parent`, which takes all clauses. No I/O.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let ann = User::get(7).one(&db).await?;
    /// let published = User::posts().of(&ann).filter(|p| p.published).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn of(self, parent: &P) -> Select<C, Out> {
        let Self { path, mut query, .. } = self;
        path.restrict(&mut query.ast, std::slice::from_ref(parent));
        query
    }

    /// Starts a query of the rows that belong to any of `parents`. No I/O.
    ///
    /// A `limit`, `offset` or `distinct_on` after it counts for all parents together. One before it, on the relation, counts
    /// per parent and is an error before any I/O here; [`load`](crate::relation::load) does that.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let users = User::query().all(&db).await?;
    /// let posts: Vec<Post> = User::posts().of_all(&users).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn of_all(self, parents: &[P]) -> Select<C, Out> {
        let Self { path, mut query, .. } = self;
        path.restrict(&mut query.ast, parents);
        refuse_per_parent(&mut query.ast);
        query
    }
}

/// Refuses the clauses of a relation that count per parent, for a query of the rows of all parents.
pub(super) fn refuse_per_parent(query: &mut ast::Select) {
    if let Some(clause) = query.first_of(&[Clause::DistinctOn, Clause::Limit, Clause::Offset]) {
        let text = "of a relation counts per parent, and `of_all` is one query for all of them: use `load`, or put it after \
                    `of_all`";
        query.refuse(format!("`{}` {text}", clause.method()));
    }
}

/// The relation to the rows of `C` that refer to `P`.
#[doc(hidden)]
pub fn has_many<P: Keyed, C: RefersTo<P, FIELD>, const FIELD: u64>() -> HasMany<P, C> {
    Related { refers: Some(C::reference), ..Related::new(Path::to_children::<C, FIELD>()) }
}

/// The relation to the row of `C` that refers to `P`.
#[doc(hidden)]
pub fn has_one<P: Keyed, C: RefersTo<P, FIELD>, const FIELD: u64>() -> HasOne<P, C> {
    Related { refers: Some(C::reference), ..Related::new(Path::to_children::<C, FIELD>()) }
}

/// The relation to the row of `P` that `C` refers to. The table of `P` is an argument, not a bound: if `P` is not a
/// model, another check reports that.
#[doc(hidden)]
pub fn belongs_to<C: RefersTo<P, FIELD>, P: 'static, K, const FIELD: u64>(
    target: Option<&'static Table>,
) -> Related<C, P, K> {
    let target = target.unwrap_or(C::TABLE);
    Related {
        path: Path::to_parent::<P, FIELD>(target),
        query: Select::from_ast(ast::Select::of(target)),
        loads: (),
        refers: None,
        _kind: std::marker::PhantomData,
    }
}

/// The relation to the rows of `C` that `V` links with `P`.
#[doc(hidden)]
pub fn through<P, C, V, const NEAR: u64, const FAR: u64>() -> ManyToMany<P, C, V>
where
    P: Keyed,
    C: Keyed,
    V: RefersTo<P, NEAR> + RefersTo<C, FAR>,
{
    Related::new(Path::through::<V, C, NEAR, FAR>())
}

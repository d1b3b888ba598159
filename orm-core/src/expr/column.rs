//! Columns and expressions with the Rust type of their value.

use std::{fmt, marker::PhantomData};

use crate::{
    ast::{ColumnName, Node, QueryId},
    value::{Bind, Neighbour, SqlType, Written},
};

/// An expression whose value has the Rust type `T`; `Option` where it may be NULL.
///
/// ```
/// # use blog::*;
/// fn age_next_year(u: UserColumns) -> orm_pg::expr::Expr<Option<i32>> {
///     u.age + 1
/// }
/// let query = User::query().select(age_next_year);
/// ```
pub struct Expr<T> {
    pub(crate) node: Node,
    _type: PhantomData<fn() -> T>,
}

impl<T> Expr<T> {
    pub(crate) fn new(node: Node) -> Self {
        Self { node, _type: PhantomData }
    }
}

impl<T> Clone for Expr<T> {
    fn clone(&self) -> Self {
        Self::new(self.node.clone())
    }
}

impl<T> fmt::Debug for Expr<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.node.fmt(f)
    }
}

/// Makes a value an expression, to select it or to call a method on it: `bind(18).between(g.from, g.to)`. Renders `$n`.
///
/// Next to a column or an expression a plain value works, also on the left: `100 - a.balance`.
///
/// ```
/// # use blog::*;
/// let rows = User::query().select(|u| (u.name, bind(100), 100 - u.age));
/// assert_eq!(rows.to_string(), r#"SELECT t0."name", $1, $2 - t0."age" FROM "users" AS t0"#);
/// ```
pub fn bind<T: SqlType>(value: T) -> Expr<T> {
    Expr::new(Node::Bind(Bind::new(value)))
}

/// A column of one source of one query, whose value has the Rust type `T`.
///
/// `Copy`, so that closures read naturally. It carries the identity of its query: in another query it is refused.
///
/// ```
/// # use blog::*;
/// use orm_pg::prelude::*;
///
/// // A function over columns is written once and used in any query.
/// fn grown_up(age: orm_pg::expr::Column<Option<i32>>) -> Cond {
///     age.ge(18)
/// }
/// let adults = User::query().filter(|u| grown_up(u.age));
/// ```
///
/// `W` is [`Written`], or [`Generated`](crate::value::Generated) if the server computes its values; such a column cannot be
/// set. A function for both takes a `Column<T, W>` of any `W`.
pub struct Column<T, W = Written> {
    pub(crate) query: QueryId,
    pub(crate) source: u8,
    pub(crate) name: ColumnName,
    _type: PhantomData<fn() -> (T, W)>,
}

impl<T, W> Clone for Column<T, W> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, W> Copy for Column<T, W> {}

impl<T, W> fmt::Debug for Column<T, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name {
            ColumnName::Named(name) => write!(f, "Column({name})"),
            ColumnName::Position(position) => write!(f, "Column({position})"),
        }
    }
}

impl<T, W> Column<T, W> {
    pub(crate) fn node(self) -> Node {
        Node::Column { query: self.query, source: self.source, name: self.name }
    }

    pub(crate) fn neighbour(self) -> Neighbour {
        Neighbour { query: self.query, source: self.source, name: self.name, part: None }
    }
}

/// The source of a query that the columns of a model belong to.
#[derive(Debug, Clone, Copy)]
pub struct Origin {
    query: QueryId,
    source: u8,
    /// For a query in FROM: the position of the model's first column in its select list.
    first: Option<u16>,
}

impl Origin {
    /// Columns used for their name and type only: targets of inserts and of [`Changes`](crate::model::Model).
    pub const NONE: Self = Self { query: QueryId::NONE, source: 0, first: None };

    pub(crate) const fn new(query: QueryId, source: u8) -> Self {
        Self { query, source, first: None }
    }

    /// Returns the same source for columns `by` positions further on: those of a flattened struct.
    #[must_use]
    pub fn offset(mut self, by: u16) -> Self {
        self.first = self.first.map(|first| first + by);
        self
    }
}

pub(super) fn column<T, W>(origin: Origin, index: u16, name: &'static str) -> Column<T, W> {
    let name = match origin.first {
        None => ColumnName::Named(name),
        Some(first) => ColumnName::Position(first + index),
    };
    Column { query: origin.query, source: origin.source, name, _type: PhantomData }
}

/// A whole row of a source, which is NULL if an outer join found none. Renders `t0`.
pub(crate) fn whole_row(origin: Origin) -> Node {
    Node::WholeRow { query: origin.query, source: origin.source }
}

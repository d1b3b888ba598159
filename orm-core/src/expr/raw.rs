//! SQL of the user: `sql!` returns a [`RawSql`], which runs as a statement or is a fragment of a query.

use std::{borrow::Cow, time::Duration};

use super::{Column, Expr, Order};
use crate::{
    ast::{Direction, Node, SqlPart, is_of_one_type},
    value::{Bind, Neighbour, Scalar, SqlType},
};

/// SQL of the user, each `{name}` in it a bind or a column.
///
/// As a statement it has the verbs `all`, `one`, `one_or_none`, `first`, `stream` and `execute`. In a query it is a
/// condition (`.filter(|u| sql!("{u.name} ~ {pattern}"))`) or, with [`expr`](Self::expr), a value.
///
/// A text next to a comparison, in a list, a CASE, the rows of an insert or `coalesce` takes its type from there, as a literal
/// does: next to a column of `citext` it is a `citext`. Anywhere else it is a `text`; `{name}::citext` gives it another type.
///
/// ```
/// # use blog::*;
/// let pattern = "^A";
/// let query = User::query().filter(|u| sql!("{u.name} ~ {pattern}"));
/// ```
#[derive(Debug, Clone)]
#[must_use = "SQL does nothing until a verb is awaited"]
pub struct RawSql {
    pub(crate) parts: Vec<SqlPart>,
    /// How long the verb that runs it may take.
    pub(crate) timeout: Option<Duration>,
}

impl RawSql {
    /// Makes a statement of these parts, in order; `sql!` expands to this call.
    #[doc(hidden)]
    pub fn new(parts: Vec<SqlPart>) -> Self {
        Self { parts, timeout: None }
    }

    /// Returns the fragment as a value of type `T` in a query. The type is not checked before the first row is read, which
    /// is an error if it does not fit.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().select(|u| sql!("{u.id} * 2").expr::<i64>());
    /// ```
    #[must_use]
    pub fn expr<T: SqlType>(self) -> Expr<T> {
        Expr::new(self.into_node())
    }

    /// Sorts by the fragment, smallest first; NULLs come last. Renders `(…) ASC`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().order_by(|u| sql!("length({u.name})").asc());
    /// ```
    pub fn asc(self) -> Order {
        Order::new(self.into_node(), Direction::Asc)
    }

    /// Sorts by the fragment, largest first; NULLs come first: see [`Order::nulls_last`]. Renders `(…) DESC`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().order_by(|u| sql!("length({u.name})").desc());
    /// ```
    pub fn desc(self) -> Order {
        Order::new(self.into_node(), Direction::Desc)
    }

    pub(crate) fn into_node(self) -> Node {
        Node::Raw(self.parts)
    }
}

/// A value in SQL of the user, next to the expression `text`: a text there takes the type of that expression, and so does an
/// array of texts if `list`.
#[doc(hidden)]
#[must_use]
pub fn compared(node: Node, list: bool, text: &'static str) -> Node {
    let is_text = |bind: &Bind| {
        let ty = bind.ty();
        ty.oid == String::TYPE.oid || (list && ty.oid == Vec::<String>::TYPE.oid)
    };
    match node {
        Node::Bind(bind) if is_text(&bind) => Node::Bind(bind.beside(Neighbour::text(text))),
        node => node,
    }
}

/// A value in SQL of the user, among the arguments of `function`.
#[doc(hidden)]
#[must_use]
pub fn argument(node: Node, function: &str, text: &'static str) -> Node {
    if is_of_one_type(function) { compared(node, false, text) } else { node }
}

/// A value for `{name}` in `sql!`: one that a column could hold, or a column or expression of the query that contains the
/// fragment.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` cannot be used in `sql!`",
    label = "a `{Self}` has no PostgreSQL type",
    note = "use a value that a column can hold, an array of them, or a column of the outer query",
    note = "PostgreSQL has no unsigned integers: convert to `i16`, `i32` or `i64`"
)]
pub trait Fragment {
    /// Makes the node.
    #[doc(hidden)]
    fn to_node(&self) -> Node;
}

#[diagnostic::do_not_recommend]
impl<T: SqlType + Clone> Fragment for T {
    fn to_node(&self) -> Node {
        Node::Bind(Bind::new(self.clone()))
    }
}

#[diagnostic::do_not_recommend]
impl Fragment for str {
    fn to_node(&self) -> Node {
        Node::Bind(Bind::new(self.to_owned()))
    }
}

#[diagnostic::do_not_recommend]
impl Fragment for Option<&str> {
    fn to_node(&self) -> Node {
        Node::Bind(Bind::new(self.map(str::to_owned)))
    }
}

#[diagnostic::do_not_recommend]
impl Fragment for Cow<'_, str> {
    fn to_node(&self) -> Node {
        Node::Bind(Bind::new(self.clone().into_owned()))
    }
}

#[diagnostic::do_not_recommend]
impl Fragment for [u8] {
    fn to_node(&self) -> Node {
        Node::Bind(Bind::new(self.to_vec()))
    }
}

#[diagnostic::do_not_recommend]
impl<T: crate::value::Element + Clone> Fragment for [T] {
    fn to_node(&self) -> Node {
        Node::Bind(Bind::new(self.to_vec()))
    }
}

#[diagnostic::do_not_recommend]
impl<T: SqlType, W> Fragment for Column<T, W> {
    fn to_node(&self) -> Node {
        self.node()
    }
}

#[diagnostic::do_not_recommend]
impl<T: SqlType> Fragment for Expr<T> {
    fn to_node(&self) -> Node {
        self.node.clone()
    }
}

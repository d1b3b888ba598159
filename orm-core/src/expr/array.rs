//! Operators and functions on arrays.

use super::{
    Cond, Expr, Expression, Operand,
    expression::{Base, Like},
};
use crate::{
    ast::Node,
    value::{Bind, Element, Scalar},
};

/// An array type: a `Vec<T>` or a `Vec<Option<T>>`.
#[diagnostic::on_unimplemented(message = "`{Self}` is not an array", label = "this needs a `Vec<_>`")]
pub trait Array: Scalar {
    /// The type of the items.
    type Item: Element;
}

impl<T: Element> Array for Vec<T> {
    type Item = T;
}

impl<T: Element> Array for Vec<Option<T>> {
    type Item = T;
}

/// The type of the items of `E`.
type Item<E> = <Base<E> as Array>::Item;

/// The operators and functions on arrays. A GIN index on the column answers `has`, `has_all`, `has_any` and `has_only`
/// of values.
///
/// ```
/// use orm_pg::prelude::*;
///
/// #[derive(Debug, Clone, Model)]
/// #[orm(table = "articles")]
/// pub struct Article {
///     #[orm(key, identity)]
///     pub id: i64,
///     pub words: Vec<String>,
/// }
///
/// let query = Article::query().filter(|a| a.words.has("rust").and(a.words.has_any(["async", "await"])));
/// assert!(query.to_string().ends_with(r#"WHERE (t0."words" @> $1) AND (t0."words" && $2)"#));
/// let update = Article::query().filter(|a| a.id.eq(7)).update(|a| a.words.set(a.words.append("new")));
/// assert!(update.to_sql().text.contains(r#"SET "words" = array_append(t0."words", $1)"#));
/// ```
pub trait Arrays: Expression {
    /// The value is one of its items. Renders `x @> $1` with an array of the value, and of a column or an expression
    /// `array_position(x, y) IS NOT NULL`, which no index answers.
    ///
    /// ```
    /// # use blog::*;
    /// let query = Article::query().filter(|a| a.words.has("rust"));
    /// ```
    fn has<R: Operand<Item<Self>>>(self, value: R) -> Cond
    where
        Base<Self>: Array,
    {
        let value = value.into_node();
        if let Node::Bind(bind) = &value
            && let Some(array) = Bind::gather(vec![bind.clone()])
        {
            return Cond(self.node().binary("@>", Node::Bind(array)));
        }
        Cond(Node::Postfix(Box::new(Node::call_of_one_type("array_position", vec![self.node(), value])), "IS NOT NULL"))
    }

    /// Each of the values is one of its items. Renders `x @> y`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = Article::query().filter(|a| a.words.has_all(["rust", "async"]));
    /// ```
    fn has_all<R: Operand<Vec<Item<Self>>>>(self, values: R) -> Cond
    where
        Base<Self>: Array,
    {
        Cond(self.node().binary("@>", values.into_node()))
    }

    /// One of the values at least is one of its items. Renders `x && y`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = Article::query().filter(|a| a.words.has_any(vec!["rust".to_owned()]));
    /// ```
    fn has_any<R: Operand<Vec<Item<Self>>>>(self, values: R) -> Cond
    where
        Base<Self>: Array,
    {
        Cond(self.node().binary("&&", values.into_node()))
    }

    /// Each of its items is one of the values. Renders `x <@ y`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = Article::query().filter(|a| a.words.has_only(["rust", "async"]));
    /// ```
    fn has_only<R: Operand<Vec<Item<Self>>>>(self, values: R) -> Cond
    where
        Base<Self>: Array,
    {
        Cond(self.node().binary("<@", values.into_node()))
    }

    /// How many items it has. Renders `cardinality(x)`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = Article::query().order_by(|a| a.words.cardinality().desc());
    /// ```
    fn cardinality(self) -> Expr<Like<Self, i32>>
    where
        Base<Self>: Array,
    {
        Expr::new(Node::call("cardinality", vec![self.node()]))
    }

    /// With the value behind its items. Renders `array_append(x, y)`.
    ///
    /// ```
    /// # use blog::*;
    /// let update = Article::query().filter(|a| a.id.eq(7)).update(|a| a.words.set(a.words.append("rust")));
    /// ```
    fn append<R: Operand<Item<Self>>>(self, value: R) -> Expr<Self::Type>
    where
        Base<Self>: Array,
    {
        Expr::new(Node::call_of_one_type("array_append", vec![self.node(), value.into_node()]))
    }

    /// With the value before its items. Renders `array_prepend(y, x)`.
    ///
    /// ```
    /// # use blog::*;
    /// let update = Article::query().filter(|a| a.id.eq(7)).update(|a| a.words.set(a.words.prepend("rust")));
    /// ```
    fn prepend<R: Operand<Item<Self>>>(self, value: R) -> Expr<Self::Type>
    where
        Base<Self>: Array,
    {
        Expr::new(Node::call_of_one_type("array_prepend", vec![value.into_node(), self.node()]))
    }

    /// Without the items that equal the value. Renders `array_remove(x, y)`.
    ///
    /// ```
    /// # use blog::*;
    /// let update = Article::query().filter(|a| a.id.eq(7)).update(|a| a.words.set(a.words.remove("rust")));
    /// ```
    fn remove<R: Operand<Item<Self>>>(self, value: R) -> Expr<Self::Type>
    where
        Base<Self>: Array,
    {
        Expr::new(Node::call_of_one_type("array_remove", vec![self.node(), value.into_node()]))
    }
}

impl<E: Expression> Arrays for E {}

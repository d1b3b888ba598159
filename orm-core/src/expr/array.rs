//! Operators and functions on arrays.

use super::{
    Cond, Expr, Expression, Operand,
    expression::{Base, NullableLike},
};
use crate::{
    ast::Node,
    value::{Bind, Element, Scalar},
};

/// An array type: a `Vec<T>` or a `Vec<Option<T>>`.
#[diagnostic::on_unimplemented(message = "`{Self}` is not an array", label = "this needs a `Vec<_>`")]
pub trait Array: Scalar {
    /// The type of the elements.
    type Item: Element;
}

impl<T: Element> Array for Vec<T> {
    type Item = T;
}

impl<T: Element> Array for Vec<Option<T>> {
    type Item = T;
}

/// The type of the elements of `E`.
type ArrayItem<E> = <Base<E> as Array>::Item;

/// The operators and functions on arrays; [`overlaps`](super::Overlaps::overlaps) is another one. A GIN index on the
/// column answers it, `contains_element`, `is_superset_of` and `is_subset_of` where the other side is a value.
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
/// let query = Article::query().filter(|a| a.words.contains_element("rust").and(a.words.overlaps(["async", "await"])));
/// assert!(query.to_string().ends_with(r#"WHERE (t0."words" @> $1) AND (t0."words" && $2)"#));
/// let update = Article::query().filter(|a| a.id.eq(7)).update(|a| a.words.set(a.words.append("new")));
/// assert!(update.to_sql().text.contains(r#"SET "words" = array_append(t0."words", $1)"#));
/// ```
#[expect(clippy::wrong_self_convention, reason = "columns are cheap to move")]
pub trait Arrays: Expression {
    /// Has an element that equals the value. Renders `x @> $1` with an array of the value, and of a column or an
    /// expression `array_position(x, y) IS NOT NULL`, which no index answers.
    ///
    /// ```
    /// # use blog::*;
    /// let query = Article::query().filter(|a| a.words.contains_element("rust"));
    /// ```
    fn contains_element<R: Operand<ArrayItem<Self>>>(self, value: R) -> Cond
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

    /// Contains each element of the other array. Renders `x @> y`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = Article::query().filter(|a| a.words.is_superset_of(["rust", "async"]));
    /// ```
    fn is_superset_of<R: Operand<Vec<ArrayItem<Self>>>>(self, other: R) -> Cond
    where
        Base<Self>: Array,
    {
        Cond(self.node().binary("@>", other.into_node()))
    }

    /// Has no element that the other array does not contain. Renders `x <@ y`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = Article::query().filter(|a| a.words.is_subset_of(["rust", "async"]));
    /// ```
    fn is_subset_of<R: Operand<Vec<ArrayItem<Self>>>>(self, other: R) -> Cond
    where
        Base<Self>: Array,
    {
        Cond(self.node().binary("<@", other.into_node()))
    }

    /// The old name of [`contains_element`](Self::contains_element).
    #[deprecated(note = "renamed to `contains_element`")]
    fn has<R: Operand<ArrayItem<Self>>>(self, value: R) -> Cond
    where
        Base<Self>: Array,
    {
        self.contains_element(value)
    }

    /// The old name of [`is_superset_of`](Self::is_superset_of).
    #[deprecated(note = "renamed to `is_superset_of`")]
    fn has_all<R: Operand<Vec<ArrayItem<Self>>>>(self, values: R) -> Cond
    where
        Base<Self>: Array,
    {
        self.is_superset_of(values)
    }

    /// The old name of [`overlaps`](super::Overlaps::overlaps).
    #[deprecated(note = "renamed to `overlaps`")]
    fn has_any<R: Operand<Vec<ArrayItem<Self>>>>(self, values: R) -> Cond
    where
        Base<Self>: Array,
    {
        Cond(self.node().binary("&&", values.into_node()))
    }

    /// The old name of [`is_subset_of`](Self::is_subset_of).
    #[deprecated(note = "renamed to `is_subset_of`")]
    fn has_only<R: Operand<Vec<ArrayItem<Self>>>>(self, values: R) -> Cond
    where
        Base<Self>: Array,
    {
        self.is_subset_of(values)
    }

    /// Returns the number of elements. Renders `cardinality(x)`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = Article::query().order_by(|a| a.words.cardinality().desc());
    /// ```
    fn cardinality(self) -> Expr<NullableLike<Self, i32>>
    where
        Base<Self>: Array,
    {
        Expr::new(Node::call("cardinality", vec![self.node()]))
    }

    /// Adds the value at the end. Renders `array_append(x, y)`.
    ///
    /// ```
    /// # use blog::*;
    /// let update = Article::query().filter(|a| a.id.eq(7)).update(|a| a.words.set(a.words.append("rust")));
    /// ```
    fn append<R: Operand<ArrayItem<Self>>>(self, value: R) -> Expr<Self::Type>
    where
        Base<Self>: Array,
    {
        Expr::new(Node::call_of_one_type("array_append", vec![self.node(), value.into_node()]))
    }

    /// Adds the value at the start. Renders `array_prepend(y, x)`.
    ///
    /// ```
    /// # use blog::*;
    /// let update = Article::query().filter(|a| a.id.eq(7)).update(|a| a.words.set(a.words.prepend("rust")));
    /// ```
    fn prepend<R: Operand<ArrayItem<Self>>>(self, value: R) -> Expr<Self::Type>
    where
        Base<Self>: Array,
    {
        Expr::new(Node::call_of_one_type("array_prepend", vec![value.into_node(), self.node()]))
    }

    /// Removes the elements that equal the value. Renders `array_remove(x, y)`.
    ///
    /// ```
    /// # use blog::*;
    /// let update = Article::query().filter(|a| a.id.eq(7)).update(|a| a.words.set(a.words.remove("rust")));
    /// ```
    fn remove<R: Operand<ArrayItem<Self>>>(self, value: R) -> Expr<Self::Type>
    where
        Base<Self>: Array,
    {
        Expr::new(Node::call_of_one_type("array_remove", vec![self.node(), value.into_node()]))
    }
}

impl<E: Expression> Arrays for E {}

//! The arguments of `in_` and `not_in`.

use crate::{
    ast::Node,
    value::{Bind, Element, Scalar},
};

/// A list of values of type `T`, or a query that yields them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of `{T}`",
    label = "expected an array, a vector or a slice of `{T}`, or a query that selects one such column",
    note = "for NULL use `.is_null()`, and leave `None` out of the list"
)]
pub trait InList<T: Scalar> {
    /// Makes the node: one array bind, or a sub-query.
    #[doc(hidden)]
    fn into_node(self) -> Node;
}

/// A list of values of type `T`, or a query that yields them and never NULL.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of `{T}` without NULLs",
    label = "expected an array, a vector or a slice of `{T}`, or a query that selects one such column",
    note = "`x NOT IN (.., NULL)` is never true: leave `None` out of the list, filter NULLs out of the query"
)]
pub trait NotInList<T: Scalar>: InList<T> {}

/// An item of a list: the value, a reference, a `&str` for a `String`.
pub trait ListItem<T: Scalar> {
    /// The value.
    #[doc(hidden)]
    fn into_item(self) -> T;
}

#[diagnostic::do_not_recommend]
impl<T: Scalar> ListItem<T> for T {
    fn into_item(self) -> T {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<T: Scalar + Clone> ListItem<T> for &T {
    fn into_item(self) -> T {
        self.clone()
    }
}

#[diagnostic::do_not_recommend]
impl ListItem<String> for &str {
    fn into_item(self) -> String {
        self.to_owned()
    }
}

fn array<T: Element, V: ListItem<T>>(items: impl IntoIterator<Item = V>) -> Node {
    Node::Bind(Bind::array(items.into_iter().map(ListItem::into_item).collect()))
}

#[diagnostic::do_not_recommend]
impl<T: Element, V: ListItem<T>, const N: usize> InList<T> for [V; N] {
    fn into_node(self) -> Node {
        array(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Element, V: ListItem<T>> InList<T> for Vec<V> {
    fn into_node(self) -> Node {
        array(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Element, V: ListItem<T> + Clone> InList<T> for &[V] {
    fn into_node(self) -> Node {
        array(self.iter().cloned())
    }
}

#[diagnostic::do_not_recommend]
impl<T: Element, V: ListItem<T> + Clone> InList<T> for &Vec<V> {
    fn into_node(self) -> Node {
        array(self.iter().cloned())
    }
}

#[diagnostic::do_not_recommend]
impl<T: Element, V: ListItem<T> + Clone, const N: usize> InList<T> for &[V; N] {
    fn into_node(self) -> Node {
        array(self.iter().cloned())
    }
}

#[diagnostic::do_not_recommend]
impl<T: Element, V: ListItem<T>, const N: usize> NotInList<T> for [V; N] {}
#[diagnostic::do_not_recommend]
impl<T: Element, V: ListItem<T>> NotInList<T> for Vec<V> {}
#[diagnostic::do_not_recommend]
impl<T: Element, V: ListItem<T> + Clone> NotInList<T> for &[V] {}
#[diagnostic::do_not_recommend]
impl<T: Element, V: ListItem<T> + Clone> NotInList<T> for &Vec<V> {}
#[diagnostic::do_not_recommend]
impl<T: Element, V: ListItem<T> + Clone, const N: usize> NotInList<T> for &[V; N] {}

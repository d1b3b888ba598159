//! Operands of operators.

use std::borrow::Cow;

use super::{Column, Expr};
use crate::{
    ast::Node,
    value::{Bind, NotNull, Nullability, Scalar, SqlType},
};

/// An operand where SQL expects a value of type `T`: a value, a reference to one, a column or an expression.
///
/// `T` is never an `Option`, and an `Option` is not an operand: SQL's `= NULL` is never true.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` cannot be compared or combined with a `{T}` in SQL",
    label = "expected a `{T}`, or a column or an expression of that type",
    note = "for an `Option`: `= NULL` is never true in SQL; `.filter(|u| option.map(|it| u.age.eq(it)))` filters only if there is a value; `is_null()` tests for NULL",
    note = "`is_not_distinct_from(option)` treats NULL as a value, but PostgreSQL uses no index for it",
    note = "to compare other types, convert one side with `.cast::<_>()`"
)]
pub trait Operand<T: Scalar> {
    /// Whether it may be NULL.
    type Nullability: Nullability;

    /// Makes the node.
    #[doc(hidden)]
    fn into_node(self) -> Node;
}

#[diagnostic::do_not_recommend]
impl<T: SqlType, W> Operand<T::Base> for Column<T, W> {
    type Nullability = T::Nullability;

    fn into_node(self) -> Node {
        self.node()
    }
}

#[diagnostic::do_not_recommend]
impl<T: SqlType> Operand<T::Base> for Expr<T> {
    type Nullability = T::Nullability;

    fn into_node(self) -> Node {
        self.node
    }
}

#[diagnostic::do_not_recommend]
impl<T: SqlType> Operand<T::Base> for &Expr<T> {
    type Nullability = T::Nullability;

    fn into_node(self) -> Node {
        self.node.clone()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Scalar> Operand<T> for T {
    type Nullability = NotNull;

    fn into_node(self) -> Node {
        Node::Bind(Bind::new(self))
    }
}

#[diagnostic::do_not_recommend]
impl<T: Scalar + Clone> Operand<T> for &T {
    type Nullability = NotNull;

    fn into_node(self) -> Node {
        Node::Bind(Bind::new(self.clone()))
    }
}

macro_rules! borrowed {
    ($($borrowed:ty => $owned:ty, $this:ident => $make:expr;)+) => { $(
        #[diagnostic::do_not_recommend]
        impl Operand<$owned> for $borrowed {
            type Nullability = NotNull;

            fn into_node(self) -> Node {
                let $this = self;
                Node::Bind(Bind::new::<$owned>($make))
            }
        }
    )+ };
}

borrowed! {
    &str => String, this => this.to_owned();
    &&str => String, this => (*this).to_owned();
    Cow<'_, str> => String, this => this.into_owned();
    &Cow<'_, str> => String, this => this.clone().into_owned();
    &[u8] => Vec<u8>, this => this.to_vec();
}

#[diagnostic::do_not_recommend]
impl<T: crate::value::Element + Clone> Operand<Vec<T>> for &[T] {
    type Nullability = NotNull;

    fn into_node(self) -> Node {
        Node::Bind(Bind::new(self.to_vec()))
    }
}

#[diagnostic::do_not_recommend]
impl<const N: usize> Operand<Vec<String>> for [&str; N] {
    type Nullability = NotNull;

    fn into_node(self) -> Node {
        Node::Bind(Bind::new(self.map(str::to_owned).to_vec()))
    }
}

#[diagnostic::do_not_recommend]
impl Operand<Vec<String>> for &[&str] {
    type Nullability = NotNull;

    fn into_node(self) -> Node {
        Node::Bind(Bind::new(self.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>()))
    }
}

#[diagnostic::do_not_recommend]
impl<T: crate::value::Element, const N: usize> Operand<Vec<T>> for [T; N] {
    type Nullability = NotNull;

    fn into_node(self) -> Node {
        Node::Bind(Bind::new(Vec::from(self)))
    }
}

//! CASE.

use std::marker::PhantomData;

use super::{Cond, Expr, IntoCond, Operand};
use crate::{
    ast::Node,
    value::{NotNull, Nullability, Scalar},
};

/// Starts a CASE: `case().when(u.age.lt(18), "minor").otherwise("adult")`.
///
/// ```
/// # use blog::*;
/// let groups =
///     User::query().select(|u| case().when(u.age.lt(18), "minor").when(u.age.is_null(), "?").otherwise("adult"));
/// assert_eq!(
///     groups.to_string(),
///     r#"SELECT CASE WHEN t0."age" < $1 THEN $2 WHEN t0."age" IS NULL THEN $3 ELSE $4 END FROM "users" AS t0"#,
/// );
/// ```
#[must_use]
pub fn case() -> EmptyCase {
    EmptyCase(())
}

/// A CASE without an arm.
#[derive(Debug)]
pub struct EmptyCase(());

impl EmptyCase {
    /// Adds the first arm, which gives the type: `value` where `cond` holds.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().select(|u| case().when(u.age.lt(18), "minor").otherwise("adult"));
    /// ```
    pub fn when<V: CaseValue>(
        self,
        cond: impl IntoCond,
        value: V,
    ) -> Case<V::Type, <V as Operand<V::Type>>::Nullability> {
        Case { arms: vec![arm(cond, value.into_node())], _type: PhantomData }
    }
}

/// The value of the first arm of a CASE: a string, a number, a column, …
pub trait CaseValue: Operand<Self::Type> {
    /// The type of the CASE.
    type Type: Scalar;
}

impl<T: Scalar> CaseValue for T {
    type Type = T;
}

impl CaseValue for &str {
    type Type = String;
}

impl<T: crate::value::SqlType, W> CaseValue for super::Column<T, W> {
    type Type = T::Base;
}

impl<T: crate::value::SqlType> CaseValue for Expr<T> {
    type Type = T::Base;
}

/// A CASE of type `T`; `N` is `Null` if an arm so far may be NULL. Finish it with [`otherwise`](Case::otherwise) or
/// [`end`](Case::end).
#[derive(Debug)]
pub struct Case<T, N = NotNull> {
    arms: Vec<(Node, Node)>,
    _type: PhantomData<fn() -> (T, N)>,
}

impl<T: Scalar, N: Nullability> Case<T, N> {
    /// Adds an arm: `value` where `cond` holds and none before did.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().select(|u| case().when(u.age.lt(6), 0).when(u.age.lt(18), 5).otherwise(10));
    /// ```
    #[must_use]
    pub fn when<V: Operand<T>>(mut self, cond: impl IntoCond, value: V) -> Case<T, N::Or<V::Nullability>> {
        self.arms.push(arm(cond, value.into_node()));
        Case { arms: self.arms, _type: PhantomData }
    }

    /// Ends with the value for all other rows. The result is nullable where an arm or this value is.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().select(|u| case().when(u.age.lt(18), u.name).otherwise("an adult"));
    /// ```
    #[must_use]
    pub fn otherwise<V: Operand<T>>(self, value: V) -> Expr<<N::Or<V::Nullability> as Nullability>::Of<T>> {
        end(self.arms, Some(value.into_node()))
    }

    /// Ends without a value for other rows: NULL.
    ///
    /// ```
    /// # use blog::*;
    /// let minors = User::query().select(|u| case().when(u.age.lt(18), u.name).end()); // NULL for all others
    /// ```
    #[must_use]
    pub fn end(self) -> Expr<Option<T>> {
        end(self.arms, None)
    }
}

fn end<T>(mut arms: Vec<(Node, Node)>, mut otherwise: Option<Node>) -> Expr<T> {
    Node::of_one_type(arms.iter_mut().map(|(_, value)| value).chain(&mut otherwise));
    Expr::new(Node::Case { arms, otherwise: otherwise.map(Box::new) })
}

fn arm(cond: impl IntoCond, value: Node) -> (Node, Node) {
    let Cond(cond) = cond.into_cond();
    (cond, value)
}

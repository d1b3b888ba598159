//! Numbers and their functions.

use super::{
    Expr, Expression, Operand,
    expression::{Base, NullIfEither, NullableLike},
};
use crate::{ast::Node, value::Scalar};

/// A numeric type.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a number", label = "arithmetic needs a number")]
pub trait Number: Scalar {}

macro_rules! numbers {
    ($($ty:ty)+) => { $(impl Number for $ty {})+ };
}
numbers! { i16 i32 i64 f32 f64 }
#[cfg(feature = "rust_decimal")]
numbers! { rust_decimal::Decimal }

/// A number that is not rounded: the server has a remainder for these types only.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no remainder in PostgreSQL",
    note = "change the type first: `.cast::<i64>()`, or with the feature `rust_decimal` `.cast::<Decimal>()`"
)]
pub trait ExactNumber: Number {}
impl ExactNumber for i16 {}
impl ExactNumber for i32 {}
impl ExactNumber for i64 {}
#[cfg(feature = "rust_decimal")]
impl ExactNumber for rust_decimal::Decimal {}

/// A number that may have a fraction.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no fraction to round",
    note = "change the type first: `.cast::<f64>()`"
)]
pub trait Fractional: Number {}
impl Fractional for f32 {}
impl Fractional for f64 {}
#[cfg(feature = "rust_decimal")]
impl Fractional for rust_decimal::Decimal {}

/// The functions on numbers.
///
/// ```
/// # use blog::*;
/// use orm_pg::prelude::*;
///
/// let query = User::query().select(|u| (u.name, (u.score * 100.0).round(), u.score.abs().sqrt()));
/// ```
pub trait Numeric: Expression {
    /// Returns the absolute value. Renders `abs(x)`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().select(|u| u.score.abs());
    /// ```
    fn abs(self) -> Expr<Self::Type>
    where
        Base<Self>: Number,
    {
        Expr::new(Node::call("abs", vec![self.node()]))
    }

    /// Rounds up to a whole number. Renders `ceil(x)`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().select(|u| u.score.ceil());
    /// ```
    fn ceil(self) -> Expr<Self::Type>
    where
        Base<Self>: Fractional,
    {
        Expr::new(Node::call("ceil", vec![self.node()]).cast_to::<Base<Self>>())
    }

    /// Rounds down to a whole number. Renders `floor(x)`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().select(|u| u.score.floor());
    /// ```
    fn floor(self) -> Expr<Self::Type>
    where
        Base<Self>: Fractional,
    {
        Expr::new(Node::call("floor", vec![self.node()]).cast_to::<Base<Self>>())
    }

    /// Rounds to the nearest whole number; halves of `f64` are rounded to the even one. Renders `round(x)`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().select(|u| u.score.round());
    /// ```
    fn round(self) -> Expr<Self::Type>
    where
        Base<Self>: Fractional,
    {
        Expr::new(Node::call("round", vec![self.node()]).cast_to::<Base<Self>>())
    }

    /// Raises the value to a power. Renders `power(x, y)`, which the server calculates in `double precision`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().select(|u| u.score.power(2.0));
    /// ```
    fn power<R: Operand<f64>>(self, exponent: R) -> Expr<NullIfEither<Self, R::Nullability, f64>>
    where
        Base<Self>: Number,
    {
        Expr::new(Node::call("power", vec![self.node().cast_to::<f64>(), exponent.into_node()]))
    }

    /// Returns the square root. Renders `sqrt(x)`, which the server calculates in `double precision`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().select(|u| u.score.abs().sqrt());
    /// ```
    fn sqrt(self) -> Expr<NullableLike<Self, f64>>
    where
        Base<Self>: Number,
    {
        Expr::new(Node::call("sqrt", vec![self.node().cast_to::<f64>()]))
    }
}

impl<E: Expression> Numeric for E {}

impl Node {
    /// `CAST(self AS T)`, so that the server answers with the type that Rust expects.
    pub(crate) fn cast_to<T: Scalar>(self) -> Self {
        Self::Cast(Box::new(self), T::TYPE)
    }
}

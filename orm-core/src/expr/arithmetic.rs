//! The operands of `+`, `-`, `*` and `/`, and the types of the results: numbers, dates, times and intervals.

use std::ops::{Add, Div, Mul, Neg, Rem, Sub};

use super::{Column, ExactNumber, Expr, Expression, Number, Operand, bind};
use crate::{
    ast::Node,
    value::{Bind, Interval, NotNull, Nullability, Scalar, SqlType},
};

/// An operand next to a date, a time or an interval: a value, a column or an expression.
///
/// Unlike an [`Operand`] it determines its own type, which determines the type of the result.
pub trait ArithmeticOperand {
    /// The type, without the `Option`.
    type Base: Scalar;
    /// Whether it may be NULL.
    type Nullability: Nullability;

    /// Makes the node.
    #[doc(hidden)]
    fn into_node(self) -> Node;
}

macro_rules! terms {
    ($([$($generics:tt)*] $ty:ty, $base:ty, $nullability:ty, $this:ident => $node:expr;)+) => { $(
        impl<$($generics)*> ArithmeticOperand for $ty {
            type Base = $base;
            type Nullability = $nullability;

            fn into_node(self) -> Node {
                let $this = self;
                $node
            }
        }
    )+ };
}

terms! {
    [T: SqlType, W] Column<T, W>, T::Base, T::Nullability, this => this.node();
    [T: SqlType] Expr<T>, T::Base, T::Nullability, this => this.node;
    [T: SqlType] &Expr<T>, T::Base, T::Nullability, this => this.node.clone();
    [T: Scalar] T, T, NotNull, this => Node::Bind(Bind::new(this));
}

macro_rules! sides {
    ($($(#[$doc:meta])* $operator:ident, $side:ident: $message:literal;)+) => { $(
        $(#[$doc])*
        pub trait $operator<R>: Scalar {
            /// The type of the result.
            type Output: Scalar;
            /// Whether the right side may be NULL.
            type Nullability: Nullability;

            /// The right side.
            #[doc(hidden)]
            fn rhs(rhs: R) -> Node;
        }

        impl<B: Number, R: Operand<B>> $operator<R> for B {
            type Output = Self;
            type Nullability = R::Nullability;

            fn rhs(rhs: R) -> Node {
                rhs.into_node()
            }
        }

        /// A type on the right of the operator, with `L` on the left; not a number.
        #[diagnostic::on_unimplemented(
            message = $message,
            note = "dates, times and intervals take an interval, such as `Interval::days(1)`; dates also days, as an `i32`"
        )]
        pub trait $side<L: Scalar>: Scalar {
            /// The type of the result.
            type Output: Scalar;
        }
    )+ };
}

sides! {
    /// A type that something can be added to: `x + y`.
    ///
    /// Numbers of the same type; an [`Interval`] to a date, a time or an interval; days to a date.
    Addable, Addend: "a `{Self}` cannot be added to a `{L}` in SQL";
    /// A type that something can be subtracted from: `x - y`.
    ///
    /// Numbers of the same type; an [`Interval`] from a date, a time or an interval; days from a date; and two dates or
    /// times from each other, which is an interval, or a number of days.
    Subtractable, Subtrahend: "a `{Self}` cannot be subtracted from a `{L}` in SQL";
    /// A type that can be multiplied: `x * y`. Numbers of the same type, an [`Interval`] by an `f64`.
    Multipliable, Multiplier: "a `{L}` cannot be multiplied by a `{Self}` in SQL";
    /// A type that can be divided: `x / y`. Numbers of the same type, an [`Interval`] by an `f64`.
    Divisible, Divisor: "a `{L}` cannot be divided by a `{Self}` in SQL";
}

/// Accepts on the right of `$left` the types that implement the trait `$side`.
macro_rules! left {
    ($left:ty: $($operator:ident, $side:ident),+) => { $(
        impl<R: ArithmeticOperand<Base: $side<$left>>> $operator<R> for $left {
            type Output = <R::Base as $side<$left>>::Output;
            type Nullability = R::Nullability;

            fn rhs(rhs: R) -> Node {
                rhs.into_node()
            }
        }
    )+ };
}

/// `left operator right = output`
macro_rules! table {
    ($($left:ty, $side:ident, $right:ty => $output:ty;)+) => { $(
        impl $side<$left> for $right {
            type Output = $output;
        }
    )+ };
}

left!(Interval: Addable, Addend, Subtractable, Subtrahend);
table! {
    Interval, Addend, Interval => Interval;
    Interval, Subtrahend, Interval => Interval;
}

macro_rules! scaled {
    ($($operator:ident)+) => { $(
        impl<R: Operand<f64>> $operator<R> for Interval {
            type Output = Self;
            type Nullability = R::Nullability;

            fn rhs(rhs: R) -> Node {
                rhs.into_node()
            }
        }
    )+ };
}
scaled! { Multipliable Divisible }

macro_rules! calendar {
    ($($feature:literal: moment $moment:ty; local $local:ty; day $day:ty; time $time:ty;)+) => { $(
        #[cfg(feature = $feature)]
        const _: () = {
            left!($moment: Addable, Addend, Subtractable, Subtrahend);
            left!($local: Addable, Addend, Subtractable, Subtrahend);
            left!($day: Addable, Addend, Subtractable, Subtrahend);
            left!($time: Addable, Addend, Subtractable, Subtrahend);
            table! {
                $moment, Addend, Interval => $moment;
                Interval, Addend, $moment => $moment;
                $moment, Subtrahend, Interval => $moment;
                $moment, Subtrahend, $moment => Interval;
                $local, Addend, Interval => $local;
                Interval, Addend, $local => $local;
                $local, Subtrahend, Interval => $local;
                $local, Subtrahend, $local => Interval;
                $day, Addend, Interval => $local;
                Interval, Addend, $day => $local;
                $day, Subtrahend, Interval => $local;
                $day, Addend, i32 => $day;
                $day, Subtrahend, i32 => $day;
                $day, Subtrahend, $day => i32;
                $day, Addend, $time => $local;
                $time, Addend, Interval => $time;
                $time, Subtrahend, Interval => $time;
                $time, Subtrahend, $time => Interval;
            }
        };
    )+ };
}

calendar! {
    "chrono": moment chrono::DateTime<chrono::Utc>; local chrono::NaiveDateTime; day chrono::NaiveDate;
        time chrono::NaiveTime;
    "time": moment time::OffsetDateTime; local time::PrimitiveDateTime; day time::Date; time time::Time;
    "jiff": moment jiff::Timestamp; local jiff::civil::DateTime; day jiff::civil::Date; time jiff::civil::Time;
}

#[cfg(feature = "chrono")]
const _: () = {
    type Moment = chrono::DateTime<chrono::FixedOffset>;
    left!(Moment: Addable, Addend, Subtractable, Subtrahend);
    table! {
        Moment, Addend, Interval => Moment;
        Interval, Addend, Moment => Moment;
        Moment, Subtrahend, Interval => Moment;
        Moment, Subtrahend, Moment => Interval;
    }
};

/// The type of `$ty<T> operator R`.
type Combined<T, N, O> = <<<T as SqlType>::Nullability as Nullability>::Or<N> as Nullability>::Of<O>;

macro_rules! operators {
    ($($bound:ident: $op:ident $method:ident $sql:literal),+) => { $(
        operators!(@on [W] Column<T, W>: $bound $op $method $sql);
        operators!(@on [] Expr<T>: $bound $op $method $sql);
    )+ };
    (@on [$($writer:ident)?] $ty:ty: $bound:ident $op:ident $method:ident $sql:literal) => {
        impl<T: SqlType<Base: $bound<R>>, R, $($writer)?> $op<R> for $ty {
            type Output =
                Expr<Combined<T, <T::Base as $bound<R>>::Nullability, <T::Base as $bound<R>>::Output>>;

            fn $method(self, rhs: R) -> Self::Output {
                Expr::new(Expression::node(self).binary($sql, <T::Base as $bound<R>>::rhs(rhs)))
            }
        }
    };
}
operators!(Addable: Add add "+", Subtractable: Sub sub "-", Multipliable: Mul mul "*", Divisible: Div div "/");

macro_rules! remainder {
    ($($ty:ty, $($writer:ident)?;)+) => { $(
        impl<T: SqlType<Base: ExactNumber>, R: Operand<T::Base>, $($writer)?> Rem<R> for $ty {
            type Output = Expr<Combined<T, R::Nullability, T::Base>>;

            fn rem(self, rhs: R) -> Self::Output {
                Expr::new(Expression::node(self).binary("%", rhs.into_node()))
            }
        }
    )+ };
}
remainder! { Column<T, W>, W; Expr<T>,; }

/// A type with a sign: numbers and intervals.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a number", label = "arithmetic needs a number")]
pub trait Signed: Scalar {}
impl<B: Number> Signed for B {}
impl Signed for Interval {}

impl<T: SqlType<Base: Signed>, W> Neg for Column<T, W> {
    type Output = Expr<T>;

    fn neg(self) -> Expr<T> {
        Expr::new(Node::Prefix("-", Box::new(self.node())))
    }
}

impl<T: SqlType<Base: Signed>> Neg for Expr<T> {
    type Output = Self;

    fn neg(self) -> Self {
        Self::new(Node::Prefix("-", Box::new(self.node)))
    }
}

/// A number on the left of a column or an expression: `100 - a.balance`. One implementation for each type, so that the
/// type of a literal can be inferred.
macro_rules! number_first {
    ($($number:ty),+; $with:tt) => { $(number_first!(@ $number $with);)+ };
    (@ $number:ty { $($op:ident $method:ident),+ }) => { $(
        number_first!(@ $number, $op $method, [W] Column<$number, W> => $number);
        number_first!(@ $number, $op $method, [W] Column<Option<$number>, W> => Option<$number>);
        number_first!(@ $number, $op $method, [] Expr<$number> => $number);
        number_first!(@ $number, $op $method, [] Expr<Option<$number>> => Option<$number>);
    )+ };
    (@ $number:ty, $op:ident $method:ident, [$($writer:ident)?] $rhs:ty => $output:ty) => {
        impl<$($writer)?> $op<$rhs> for $number {
            type Output = Expr<$output>;

            fn $method(self, rhs: $rhs) -> Self::Output {
                bind(self).$method(rhs)
            }
        }
    };
}
number_first!(i16, i32, i64; { Add add, Sub sub, Mul mul, Div div, Rem rem });
number_first!(f32, f64; { Add add, Sub sub, Mul mul, Div div });
#[cfg(feature = "rust_decimal")]
number_first!(rust_decimal::Decimal; { Add add, Sub sub, Mul mul, Div div, Rem rem });

//! What can stand on both sides of `+`, `-`, `*` and `/`, and what comes out: numbers, dates, times and intervals.

use std::ops::{Add, Div, Mul, Neg, Rem, Sub};

use super::{Column, Exact, Expr, Expression, Number, Operand, bind};
use crate::{
    ast::Node,
    value::{Bind, Interval, NotNull, Nullability, Scalar, SqlType},
};

/// What stands beside a date, a time or an interval: a value, a column or an expression.
///
/// Other than [`Operand`] it has a type of its own, from which follows what the operator gives.
pub trait Term {
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
        impl<$($generics)*> Term for $ty {
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

        /// A type on the right of the operator, where `L` is on the left; no number.
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
    /// Numbers to their like; an [`Interval`] to a date, a time or an interval; days to a date.
    Plus, PlusSide: "a `{Self}` cannot be added to a `{L}` in SQL";
    /// A type that something can be taken from: `x - y`.
    ///
    /// Numbers from their like; an [`Interval`] from a date, a time or an interval; days from a date; and two dates or
    /// times from each other, which is an interval, or a number of days.
    Minus, MinusSide: "a `{Self}` cannot be taken from a `{L}` in SQL";
    /// A type that can be multiplied: `x * y`. Numbers with their like, an [`Interval`] with an `f64`.
    Times, TimesSide: "a `{L}` cannot be multiplied with a `{Self}` in SQL";
    /// A type that can be divided: `x / y`. Numbers by their like, an [`Interval`] by an `f64`.
    Over, OverSide: "a `{L}` cannot be divided by a `{Self}` in SQL";
}

/// Lets what implements the side's trait stand on the right of `$left`.
macro_rules! left {
    ($left:ty: $($operator:ident, $side:ident),+) => { $(
        impl<R: Term<Base: $side<$left>>> $operator<R> for $left {
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

left!(Interval: Plus, PlusSide, Minus, MinusSide);
table! {
    Interval, PlusSide, Interval => Interval;
    Interval, MinusSide, Interval => Interval;
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
scaled! { Times Over }

macro_rules! calendar {
    ($($feature:literal: moment $moment:ty; local $local:ty; day $day:ty; time $time:ty;)+) => { $(
        #[cfg(feature = $feature)]
        const _: () = {
            left!($moment: Plus, PlusSide, Minus, MinusSide);
            left!($local: Plus, PlusSide, Minus, MinusSide);
            left!($day: Plus, PlusSide, Minus, MinusSide);
            left!($time: Plus, PlusSide, Minus, MinusSide);
            table! {
                $moment, PlusSide, Interval => $moment;
                Interval, PlusSide, $moment => $moment;
                $moment, MinusSide, Interval => $moment;
                $moment, MinusSide, $moment => Interval;
                $local, PlusSide, Interval => $local;
                Interval, PlusSide, $local => $local;
                $local, MinusSide, Interval => $local;
                $local, MinusSide, $local => Interval;
                $day, PlusSide, Interval => $local;
                Interval, PlusSide, $day => $local;
                $day, MinusSide, Interval => $local;
                $day, PlusSide, i32 => $day;
                $day, MinusSide, i32 => $day;
                $day, MinusSide, $day => i32;
                $day, PlusSide, $time => $local;
                $time, PlusSide, Interval => $time;
                $time, MinusSide, Interval => $time;
                $time, MinusSide, $time => Interval;
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
    left!(Moment: Plus, PlusSide, Minus, MinusSide);
    table! {
        Moment, PlusSide, Interval => Moment;
        Interval, PlusSide, Moment => Moment;
        Moment, MinusSide, Interval => Moment;
        Moment, MinusSide, Moment => Interval;
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
operators!(Plus: Add add "+", Minus: Sub sub "-", Times: Mul mul "*", Over: Div div "/");

macro_rules! remainder {
    ($($ty:ty, $($writer:ident)?;)+) => { $(
        impl<T: SqlType<Base: Exact>, R: Operand<T::Base>, $($writer)?> Rem<R> for $ty {
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

/// A number on the left of a column or an expression: `100 - a.balance`. One implementation a type, so that a literal
/// finds its own.
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

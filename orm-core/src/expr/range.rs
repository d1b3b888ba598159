//! Operators and functions on ranges and multiranges.

use std::ops;

use super::{
    Column, Cond, Expr, Expression, Operand,
    expression::{Base, NullIfEither, NullableLike},
};
use crate::{
    ast::Node,
    value::{Bind, Multirange, PgRange, RangeItem, Scalar, SqlType},
};

/// A range or multirange type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a range",
    label = "this needs a `PgRange<_>` or a `Multirange<_>`"
)]
pub trait RangeType: Scalar {
    /// The type of the bounds.
    type Item: RangeItem;
}

impl<T: RangeItem> RangeType for PgRange<T> {
    type Item = T;
}

impl<T: RangeItem> RangeType for Multirange<T> {
    type Item = T;
}

/// An operand where SQL expects a range or multirange over `T`: a `PgRange`, a `Multirange`, a range of Rust
/// (`1..5`), a column or an expression.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` is not a range of `{T}`",
    label = "expected a range of `{T}`, such as `a..b`, or a column or expression of one"
)]
pub trait RangeOperand<T: RangeItem> {
    /// Makes the node.
    #[doc(hidden)]
    fn into_node(self) -> Node;
}

macro_rules! range_operands {
    ($([$($generics:tt)*] $ty:ty, $item:ty, $this:ident => $node:expr;)+) => { $(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> RangeOperand<$item> for $ty {
            fn into_node(self) -> Node {
                let $this = self;
                $node
            }
        }
    )+ };
}

fn bind<T: RangeItem>(range: impl Into<PgRange<T>>) -> Node {
    Node::Bind(Bind::new(range.into()))
}

range_operands! {
    [T: SqlType<Base: RangeType>, W] Column<T, W>, <T::Base as RangeType>::Item, this => this.node();
    [T: SqlType<Base: RangeType>] Expr<T>, <T::Base as RangeType>::Item, this => this.node;
    [T: SqlType<Base: RangeType>] &Expr<T>, <T::Base as RangeType>::Item, this => this.node.clone();
    [T: RangeItem] PgRange<T>, T, this => bind(this);
    [T: RangeItem + Clone] &PgRange<T>, T, this => bind(this.clone());
    [T: RangeItem] Multirange<T>, T, this => Node::Bind(Bind::new(this));
    [T: RangeItem + Clone] &Multirange<T>, T, this => Node::Bind(Bind::new(this.clone()));
    [T: RangeItem] ops::Range<T>, T, this => bind(this);
    [T: RangeItem] ops::RangeInclusive<T>, T, this => bind(this);
    [T: RangeItem] ops::RangeFrom<T>, T, this => bind(this);
    [T: RangeItem] ops::RangeTo<T>, T, this => bind(this);
    [T: RangeItem] ops::RangeToInclusive<T>, T, this => bind(this);
}

/// The type of the bounds of `E`.
type BoundOf<E> = <Base<E> as RangeType>::Item;

/// The operators and functions on ranges and multiranges, which also take Rust's own ranges.
///
/// ```
/// use orm_pg::prelude::*;
///
/// #[derive(Debug, Clone, Model)]
/// #[orm(table = "bookings")]
/// pub struct Booking {
///     #[orm(key, identity)]
///     pub id: i64,
///     pub seats: PgRange<i32>,
/// }
///
/// let query = Booking::query().filter(|b| b.seats.overlaps(3..5).and(b.seats.contains_value(4)));
/// assert_eq!(query.to_sql().binds.len(), 2);
/// ```
#[expect(clippy::wrong_self_convention, reason = "columns are cheap to move")]
pub trait Ranges: Expression {
    /// Contains the value. Renders `x @> y`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = Booking::query().filter(|b| b.seats.contains_value(4));
    /// ```
    fn contains_value<R: Operand<BoundOf<Self>>>(self, value: R) -> Cond
    where
        Base<Self>: RangeType,
    {
        Cond(self.node().binary("@>", value.into_node()))
    }

    /// Contains the whole range. Renders `x @> y`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = Booking::query().filter(|b| b.seats.contains_range(3..5));
    /// ```
    fn contains_range<R: RangeOperand<BoundOf<Self>>>(self, range: R) -> Cond
    where
        Base<Self>: RangeType,
    {
        Cond(self.node().binary("@>", range.into_node()))
    }

    /// Is wholly contained in the other range. Renders `x <@ y`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = Booking::query().filter(|b| b.seats.contained_by(1..=10));
    /// ```
    fn contained_by<R: RangeOperand<BoundOf<Self>>>(self, range: R) -> Cond
    where
        Base<Self>: RangeType,
    {
        Cond(self.node().binary("<@", range.into_node()))
    }

    /// The value is contained in the range. Renders `x <@ y`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = Booking::query().filter(|b| b.id.within(100..200));
    /// ```
    fn within<R: RangeOperand<Base<Self>>>(self, range: R) -> Cond
    where
        Base<Self>: RangeItem,
    {
        Cond(self.node().binary("<@", range.into_node()))
    }

    /// Is adjacent to the other: they do not overlap, and no value lies between them. Renders `x -|- y`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = Booking::query().filter(|b| b.seats.adjacent_to(3..5));
    /// ```
    fn adjacent_to<R: RangeOperand<BoundOf<Self>>>(self, range: R) -> Cond
    where
        Base<Self>: RangeType,
    {
        Cond(self.node().binary("-|-", range.into_node()))
    }

    /// Ends before the other starts. Renders `x << y`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = Booking::query().filter(|b| b.seats.is_before(10..));
    /// ```
    fn is_before<R: RangeOperand<BoundOf<Self>>>(self, range: R) -> Cond
    where
        Base<Self>: RangeType,
    {
        Cond(self.node().binary("<<", range.into_node()))
    }

    /// Starts after the other has ended. Renders `x >> y`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = Booking::query().filter(|b| b.seats.is_after(..10));
    /// ```
    fn is_after<R: RangeOperand<BoundOf<Self>>>(self, range: R) -> Cond
    where
        Base<Self>: RangeType,
    {
        Cond(self.node().binary(">>", range.into_node()))
    }

    /// Returns the values that both contain; an empty range if there are none. Renders `x * y`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = Booking::query().select(|b| b.seats.intersection(PgRange::from(1..5)));
    /// ```
    fn intersection<R: Operand<Base<Self>>>(self, range: R) -> Expr<NullIfEither<Self, R::Nullability, Base<Self>>>
    where
        Base<Self>: RangeType,
    {
        Expr::new(self.node().binary("*", range.into_node()))
    }

    /// The lower bound; NULL where there is none. Renders `lower(x)`.
    ///
    /// ```
    /// # use blog::*;
    /// let first = Booking::query().select(|b| b.seats.lower_bound()); // Option<i32>
    /// ```
    fn lower_bound(self) -> Expr<Option<BoundOf<Self>>>
    where
        Base<Self>: RangeType,
    {
        Expr::new(Node::call("lower", vec![self.node()]))
    }

    /// The upper bound; NULL where there is none. Renders `upper(x)`.
    ///
    /// ```
    /// # use blog::*;
    /// let end = Booking::query().select(|b| b.seats.upper_bound()); // Option<i32>
    /// ```
    fn upper_bound(self) -> Expr<Option<BoundOf<Self>>>
    where
        Base<Self>: RangeType,
    {
        Expr::new(Node::call("upper", vec![self.node()]))
    }

    /// Returns whether it contains no value. Renders `isempty(x)`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = Booking::query().filter(|b| b.seats.is_empty().not());
    /// ```
    fn is_empty(self) -> Expr<NullableLike<Self, bool>>
    where
        Base<Self>: RangeType,
    {
        Expr::new(Node::call("isempty", vec![self.node()]))
    }
}

impl<E: Expression> Ranges for E {}

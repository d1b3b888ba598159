//! Whether two ranges, or two arrays, have a value in common.

use super::{Cond, Expression, Operand, RangeOperand, expression::Base};
use crate::{
    ast::Node,
    value::{Element, Multirange, PgRange, RangeItem},
};

/// The operator `&&`, which ranges, multiranges and arrays have.
pub trait Overlaps: Expression {
    /// Has a value in common with the other range or array. Renders `x && y`. A `GiST` index on the column answers it for
    /// ranges, a GIN index for arrays.
    ///
    /// ```
    /// # use blog::*;
    /// let booked = Booking::query().filter(|b| b.seats.overlaps(3..5));
    /// let tagged = Article::query().filter(|a| a.words.overlaps(["rust", "async"]));
    /// ```
    fn overlaps<R: OverlapOperand<Base<Self>>>(self, other: R) -> Cond {
        Cond(self.node().binary("&&", other.into_node()))
    }
}

impl<E: Expression> Overlaps for E {}

/// What a range or array of type `T` can overlap with: ranges with the same bounds, arrays with the same elements.
#[diagnostic::on_unimplemented(
    message = "a `{T}` cannot overlap a `{Self}`",
    label = "expected a range for a range, an array for an array",
    note = "a range overlaps a range, multirange or Rust range (`a..b`) with the same bounds; an array overlaps an array, vector or slice of the same elements",
    note = "for a single value there are `contains_value` of ranges and `contains_element` of arrays"
)]
pub trait OverlapOperand<T> {
    /// Makes the node.
    #[doc(hidden)]
    fn into_node(self) -> Node;
}

macro_rules! overlap {
    ($([$($generics:tt)*] $ty:ty: $operand:path;)+) => { $(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*, R: $operand> OverlapOperand<$ty> for R {
            fn into_node(self) -> Node {
                <R as $operand>::into_node(self)
            }
        }
    )+ };
}

overlap! {
    [T: RangeItem] PgRange<T>: RangeOperand<T>;
    [T: RangeItem] Multirange<T>: RangeOperand<T>;
    [T: Element] Vec<T>: Operand<Vec<T>>;
    [T: Element] Vec<Option<T>>: Operand<Vec<T>>;
}

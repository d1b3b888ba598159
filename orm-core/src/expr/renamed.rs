//! Old names of traits, until 0.2.
#![expect(deprecated, reason = "the old names are implemented for what has the new ones")]

use super::{Addable, Divisible, ExactNumber, ListItem, MinMax, Multipliable, RangeOperand, RangeType, Subtractable};
use crate::value::{RangeItem, Scalar};

macro_rules! renamed {
    ($($old:ident $(<$param:ident $(: $bound:ident)?>)? => $new:ident, $note:literal;)+) => { $(
        #[doc = concat!("The old name of [`", stringify!($new), "`].")]
        #[deprecated(note = $note)]
        pub trait $old $(<$param $(: $bound)?>)?: $new $(<$param>)? {}

        impl<$($param $(: $bound)?,)? X: $new $(<$param>)?> $old $(<$param>)? for X {}
    )+ };
}

renamed! {
    Extremes => MinMax, "renamed to `MinMax`";
    Exact => ExactNumber, "renamed to `ExactNumber`";
    Item<T: Scalar> => ListItem, "renamed to `ListItem`";
    Spans => RangeType, "renamed to `RangeType`";
    Span<T: RangeItem> => RangeOperand, "renamed to `RangeOperand`";
    Plus<R> => Addable, "renamed to `Addable`";
    Minus<R> => Subtractable, "renamed to `Subtractable`";
    Times<R> => Multipliable, "renamed to `Multipliable`";
    Over<R> => Divisible, "renamed to `Divisible`";
}

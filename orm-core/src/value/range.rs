//! Ranges.

use std::ops::{self, Bound};

use bytes::BytesMut;
use postgres_protocol::{
    IsNull,
    types::{self, RangeBound},
};
use postgres_types::{Kind, Type};

use super::{CodecError, Element, PgType, Scalar, codec_error::codec_error, scalar::base_type, server_type};

/// A type for which PostgreSQL has ranges: `i32`, `i64`, `Decimal`, dates and timestamps.
///
/// For a range type of your own (`CREATE TYPE temperatures AS RANGE (subtype = float8)`) make the type of the bounds a newtype:
///
/// ```
/// use orm_pg::{prelude::*, value::{PgType, RangeItem}};
///
/// #[derive(Debug, Clone, PartialEq, Scalar)]
/// struct Celsius(f64);
///
/// impl RangeItem for Celsius {
///     const RANGE: PgType = PgType::sql("temperatures");
///     const MULTIRANGE: PgType = PgType::sql("temperatures_multirange");
/// }
/// let mild = PgRange::from(Celsius(15.0)..Celsius(25.0));
/// ```
#[diagnostic::on_unimplemented(
    message = "no range type for `{Self}` is known here",
    note = "there are ranges of `i32`, `i64`, `Decimal`, dates and timestamps; for your own range type implement `RangeItem`"
)]
pub trait RangeItem: Element {
    /// The range type.
    const RANGE: PgType;
    /// The multirange type.
    const MULTIRANGE: PgType;
}

impl RangeItem for i32 {
    const RANGE: PgType = PgType::builtin("int4range", 3904, 3905);
    const MULTIRANGE: PgType = PgType::builtin("int4multirange", 4451, 6150);
}

impl RangeItem for i64 {
    const RANGE: PgType = PgType::builtin("int8range", 3926, 3927);
    const MULTIRANGE: PgType = PgType::builtin("int8multirange", 4536, 6157);
}

#[cfg(feature = "rust_decimal")]
impl RangeItem for rust_decimal::Decimal {
    const RANGE: PgType = PgType::builtin("numrange", 3906, 3907);
    const MULTIRANGE: PgType = PgType::builtin("nummultirange", 4532, 6151);
}

/// A range: `int4range`, `int8range`, `numrange`, `tsrange`, `tstzrange`, `daterange`.
///
/// Made from Rust's ranges: `PgRange::from(1..=5)`. `==` compares the bounds as written; the server normalizes ranges of
/// integers and days, `1..=5` to `1..6`. The server refuses a range that ends before it starts.
///
/// ```
/// # use blog::*;
/// use std::ops::Bound;
///
/// let range = PgRange::from(1..6);
/// assert!(range.contains(&5) && !range.contains(&6));
/// assert_eq!(range, PgRange::Bounds(Bound::Included(1), Bound::Excluded(6)));
/// assert_eq!(PgRange::from(..=5).lower(), Bound::Unbounded);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PgRange<T> {
    /// Contains nothing.
    Empty,
    /// From a lower to an upper bound, each of which is inclusive, exclusive or missing.
    Bounds(Bound<T>, Bound<T>),
}

impl<T> PgRange<T> {
    /// The range that contains all values.
    pub const ALL: Self = Self::Bounds(Bound::Unbounded, Bound::Unbounded);

    /// Returns the lower bound; of an empty range, which has none, `Unbounded`.
    ///
    /// ```
    /// # use blog::*;
    /// use std::ops::Bound;
    ///
    /// assert_eq!(PgRange::from(1..6).lower(), Bound::Included(&1));
    /// ```
    pub fn lower(&self) -> Bound<&T> {
        match self {
            Self::Empty => Bound::Unbounded,
            Self::Bounds(lower, _) => lower.as_ref(),
        }
    }

    /// Returns the upper bound; of an empty range, which has none, `Unbounded`.
    ///
    /// ```
    /// # use blog::*;
    /// use std::ops::Bound;
    ///
    /// assert_eq!(PgRange::from(1..6).upper(), Bound::Excluded(&6));
    /// ```
    pub fn upper(&self) -> Bound<&T> {
        match self {
            Self::Empty => Bound::Unbounded,
            Self::Bounds(_, upper) => upper.as_ref(),
        }
    }

    /// Returns whether it is the empty range.
    ///
    /// ```
    /// # use blog::*;
    /// assert!(PgRange::<i32>::Empty.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// Returns whether it contains `value`.
    ///
    /// ```
    /// # use blog::*;
    /// assert!(PgRange::from(1..).contains(&1_000));
    /// ```
    pub fn contains(&self, value: &T) -> bool
    where
        T: PartialOrd,
    {
        match self {
            Self::Empty => false,
            Self::Bounds(lower, upper) => ops::RangeBounds::contains(&(lower.as_ref(), upper.as_ref()), value),
        }
    }
}

macro_rules! from_std {
    ($($range:ty, $this:ident => $lower:expr, $upper:expr;)+) => { $(
        impl<T> From<$range> for PgRange<T> {
            fn from($this: $range) -> Self {
                Self::Bounds($lower, $upper)
            }
        }
    )+ };
}

from_std! {
    ops::Range<T>, it => Bound::Included(it.start), Bound::Excluded(it.end);
    ops::RangeFrom<T>, it => Bound::Included(it.start), Bound::Unbounded;
    ops::RangeTo<T>, it => Bound::Unbounded, Bound::Excluded(it.end);
    ops::RangeToInclusive<T>, it => Bound::Unbounded, Bound::Included(it.end);
    (Bound<T>, Bound<T>), it => it.0, it.1;
}

impl<T> From<ops::RangeInclusive<T>> for PgRange<T> {
    fn from(range: ops::RangeInclusive<T>) -> Self {
        let (start, end) = range.into_inner();
        Self::Bounds(Bound::Included(start), Bound::Included(end))
    }
}

impl<T> From<ops::RangeFull> for PgRange<T> {
    fn from(_: ops::RangeFull) -> Self {
        Self::ALL
    }
}

/// The type of the bounds, if `ty` is a range.
pub(super) fn item_type(ty: &Type) -> Option<&Type> {
    match base_type(ty).kind() {
        Kind::Range(item) => Some(item),
        _ => None,
    }
}

/// Writes a bound of a range over `ty`.
fn write<T: Scalar>(bound: &Bound<T>, ty: &Type, out: &mut BytesMut) -> Result<RangeBound<IsNull>, CodecError> {
    Ok(match bound {
        Bound::Unbounded => RangeBound::Unbounded,
        Bound::Included(value) => {
            value.encode(ty, out)?;
            RangeBound::Inclusive(IsNull::No)
        }
        Bound::Excluded(value) => {
            value.encode(ty, out)?;
            RangeBound::Exclusive(IsNull::No)
        }
    })
}

fn read<T: Scalar>(bound: &RangeBound<Option<&[u8]>>, ty: &Type) -> Result<Bound<T>, CodecError> {
    let value = |raw: Option<&[u8]>| T::decode(ty, raw.ok_or_else(|| codec_error("a bound of a range is NULL"))?);
    Ok(match bound {
        RangeBound::Unbounded => Bound::Unbounded,
        RangeBound::Inclusive(raw) => Bound::Included(value(*raw)?),
        RangeBound::Exclusive(raw) => Bound::Excluded(value(*raw)?),
    })
}

impl<T: Scalar> PgRange<T> {
    /// Writes the range; its bounds have the type `item`.
    pub(super) fn encode_over(&self, item: &Type, out: &mut BytesMut) -> Result<(), CodecError> {
        match self {
            Self::Empty => {
                types::empty_range_to_sql(out);
                Ok(())
            }
            Self::Bounds(lower, upper) => {
                types::range_to_sql(|out| write(lower, item, out), |out| write(upper, item, out), out)
            }
        }
    }

    /// Reads a range whose bounds have the type `item`.
    pub(super) fn decode_over(item: &Type, raw: &[u8]) -> Result<Self, CodecError> {
        Ok(match types::range_from_sql(raw)? {
            types::Range::Empty => Self::Empty,
            types::Range::Nonempty(lower, upper) => Self::Bounds(read(&lower, item)?, read(&upper, item)?),
        })
    }
}

impl<T: RangeItem> Scalar for PgRange<T> {
    const TYPE: PgType = T::RANGE;

    fn accepts(ty: &Type) -> bool {
        item_type(ty).is_some_and(T::accepts)
    }

    fn encode(&self, ty: &Type, out: &mut BytesMut) -> Result<(), CodecError> {
        self.encode_over(item_type(ty).ok_or_else(|| codec_error("the bind is not a range in the statement"))?, out)
    }

    fn decode(ty: &Type, raw: &[u8]) -> Result<Self, CodecError> {
        Self::decode_over(item_type(ty).ok_or_else(|| codec_error("the value is not a range"))?, raw)
    }

    fn server_type() -> Type {
        server_type::of_kind(T::RANGE.name, Kind::Range(T::server_type()))
    }
}

impl<T: RangeItem> Element for PgRange<T> {}

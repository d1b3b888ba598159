//! Dates and timestamps that may be infinite.

use bytes::{BufMut, BytesMut};
use postgres_types::Type;

use super::{CodecError, Element, MayBeInfinite, PgType, RangeItem, Scalar, scalar::base_type, temporal::infinity};

/// A date or timestamp, or `infinity`, or `-infinity`.
///
/// The types of the date crates cannot hold infinity, and reading one into them is an error. If a column may hold it
/// ("valid until further notice"), make its field an `OrInfinity<NaiveDate>`.
///
/// The order is that of the server: minus infinity is before, infinity after all dates.
///
/// ```
/// # use blog::*;
/// let mut days = [OrInfinity::Infinity, OrInfinity::Value(7), OrInfinity::NegInfinity];
/// days.sort();
/// assert_eq!(days, [OrInfinity::NegInfinity, OrInfinity::Value(7), OrInfinity::Infinity]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrInfinity<T> {
    /// `-infinity`: before all others.
    NegInfinity,
    /// A date or timestamp.
    Value(T),
    /// `infinity`: after all others.
    Infinity,
}

impl<T> OrInfinity<T> {
    /// Returns the value, if it is finite.
    ///
    /// ```
    /// # use blog::*;
    /// assert_eq!(OrInfinity::Value(7).finite(), Some(7));
    /// assert_eq!(OrInfinity::<i32>::Infinity.finite(), None);
    /// ```
    pub fn finite(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::NegInfinity | Self::Infinity => None,
        }
    }
}

impl<T> From<T> for OrInfinity<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T: MayBeInfinite> Scalar for OrInfinity<T> {
    const TYPE: PgType = T::TYPE;

    fn accepts(ty: &Type) -> bool {
        T::accepts(ty)
    }

    fn encode(&self, ty: &Type, out: &mut BytesMut) -> Result<(), CodecError> {
        let day = *base_type(ty) == Type::DATE;
        match self {
            Self::Value(value) => return value.encode(ty, out),
            Self::NegInfinity if day => out.put_i32(i32::MIN),
            Self::NegInfinity => out.put_i64(i64::MIN),
            Self::Infinity if day => out.put_i32(i32::MAX),
            Self::Infinity => out.put_i64(i64::MAX),
        }
        Ok(())
    }

    fn decode(ty: &Type, raw: &[u8]) -> Result<Self, CodecError> {
        let width = if *base_type(ty) == Type::DATE { 4 } else { 8 };
        match infinity(raw).filter(|_| raw.len() == width) {
            Some(std::cmp::Ordering::Less) => Ok(Self::NegInfinity),
            Some(_) => Ok(Self::Infinity),
            None => T::decode(ty, raw).map(Self::Value),
        }
    }
}

impl<T: MayBeInfinite> Element for OrInfinity<T> {}

impl<T: MayBeInfinite + RangeItem> RangeItem for OrInfinity<T> {
    const RANGE: PgType = T::RANGE;
    const MULTIRANGE: PgType = T::MULTIRANGE;
}

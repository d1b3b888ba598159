//! Multiranges.

use bytes::{BufMut, BytesMut};
use postgres_types::{Kind, Type};

use super::{
    CodecError, Element, PgRange, PgType, RangeItem, Scalar, codec_error::codec_error, range::item_type,
    reader::Reader, scalar::base_type, server_type,
};

/// Several ranges as one value: `int4multirange`, `datemultirange`, … PostgreSQL 14 and later.
///
/// The server returns it sorted, without empty ranges, and with adjacent ranges merged.
///
/// ```
/// # use blog::*;
/// let free: Multirange<i32> = [PgRange::from(1..3), PgRange::from(7..9)].into();
/// assert!(free.contains(&8) && !free.contains(&5));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Multirange<T>(pub Vec<PgRange<T>>);

impl<T> Multirange<T> {
    /// Returns whether one of the ranges contains `value`.
    ///
    /// ```
    /// # use blog::*;
    /// let open: Multirange<i32> = [8..12, 13..18].into_iter().collect();
    /// assert!(open.contains(&9) && !open.contains(&12));
    /// ```
    pub fn contains(&self, value: &T) -> bool
    where
        T: PartialOrd,
    {
        self.0.iter().any(|it| it.contains(value))
    }
}

impl<T> From<Vec<PgRange<T>>> for Multirange<T> {
    fn from(ranges: Vec<PgRange<T>>) -> Self {
        Self(ranges)
    }
}

impl<T, const N: usize> From<[PgRange<T>; N]> for Multirange<T> {
    fn from(ranges: [PgRange<T>; N]) -> Self {
        Self(ranges.into())
    }
}

impl<T, R: Into<PgRange<T>>> FromIterator<R> for Multirange<T> {
    fn from_iter<I: IntoIterator<Item = R>>(ranges: I) -> Self {
        Self(ranges.into_iter().map(Into::into).collect())
    }
}

/// The type of the bounds, where `ty` is a multirange: `postgres-types` names it or the range over it.
fn bound_type(ty: &Type) -> Option<&Type> {
    match base_type(ty).kind() {
        Kind::Multirange(of) => Some(item_type(of).unwrap_or(of)),
        _ => None,
    }
}

impl<T: RangeItem> Scalar for Multirange<T> {
    const TYPE: PgType = T::MULTIRANGE;

    fn accepts(ty: &Type) -> bool {
        bound_type(ty).is_some_and(T::accepts)
    }

    fn encode(&self, ty: &Type, out: &mut BytesMut) -> Result<(), CodecError> {
        let item = bound_type(ty).ok_or_else(|| codec_error("the bind is not a multirange in the statement"))?;
        out.put_i32(i32::try_from(self.0.len())?);
        for it in &self.0 {
            super::composite::sized(out, |out| it.encode_over(item, out).map(|()| true))?;
        }
        Ok(())
    }

    fn decode(ty: &Type, raw: &[u8]) -> Result<Self, CodecError> {
        let item = bound_type(ty).ok_or_else(|| codec_error("the value is not a multirange"))?;
        let mut reader = Reader(raw);
        let mut ranges = Vec::new();
        for _ in 0..reader.i32()? {
            let raw = reader.sized()?.ok_or_else(|| codec_error("a range of a multirange is NULL"))?;
            ranges.push(PgRange::decode_over(item, raw)?);
        }
        reader.end()?;
        Ok(Self(ranges))
    }

    fn server_type() -> Type {
        server_type::of_kind(T::MULTIRANGE.name, Kind::Multirange(PgRange::<T>::server_type()))
    }
}

impl<T: RangeItem> Element for Multirange<T> {}

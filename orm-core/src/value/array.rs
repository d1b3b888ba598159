//! One-dimensional arrays, of values or of values and NULLs.

use bytes::BytesMut;
use fallible_iterator::FallibleIterator;
use postgres_protocol::{
    IsNull,
    types::{ArrayDimension, array_from_sql, array_to_sql},
};
use postgres_types::{Kind, Type};

use super::{CodecError, Element, PgType, Scalar, SqlType, codec_error::codec_error, scalar::base_type, server_type};

/// The type of the elements, if `ty` is an array.
pub(super) fn item_type(ty: &Type) -> Option<&Type> {
    match base_type(ty).kind() {
        Kind::Array(item) => Some(item),
        _ => None,
    }
}

/// Writes `items` as an array of type `ty`, which was accepted before.
pub(super) fn encode<T: SqlType>(items: &[T], ty: &Type, out: &mut BytesMut) -> Result<(), CodecError> {
    let encode_item = |item: &T, item_type: &Type, out: &mut BytesMut| match item.as_base() {
        None => Ok(IsNull::Yes),
        Some(base) => base.encode(item_type, out).map(|()| IsNull::No),
    };
    encode_with(items, encode_item, ty, out)
}

/// Writes `items` as an array of type `ty`, each by `encode_item`.
pub(super) fn encode_with<T>(
    items: &[T],
    encode_item: impl Fn(&T, &Type, &mut BytesMut) -> Result<IsNull, CodecError>,
    ty: &Type,
    out: &mut BytesMut,
) -> Result<(), CodecError> {
    let item_type = item_type(ty).ok_or_else(|| codec_error("the bind is not an array in the statement"))?;
    let dimension = ArrayDimension { len: i32::try_from(items.len())?, lower_bound: 1 };
    array_to_sql(Some(dimension), item_type.oid(), items, |item, out| encode_item(item, item_type, out), out)
}

/// The length before each element.
const BYTES_OF_LENGTH: usize = 4;

fn decode<T: SqlType>(ty: &Type, raw: &[u8]) -> Result<Vec<T>, CodecError> {
    let item_type = item_type(ty).ok_or_else(|| codec_error("the value is not an array"))?;
    let array = array_from_sql(raw)?;
    if array.dimensions().count()? > 1 {
        return Err(codec_error("an array of more than one dimension"));
    }
    let mut values = array.values();
    // The number of elements comes from the value itself; one that is too large is an error later.
    let mut items = Vec::with_capacity(values.size_hint().0.min(raw.len() / BYTES_OF_LENGTH));
    while let Some(raw) = values.next()? {
        let base = raw.map(|raw| super::sql_type::decode_base::<T>(item_type, raw)).transpose()?.flatten();
        items.push(T::from_base(base).ok_or_else(|| {
            codec_error("a NULL in an array of elements that are not nullable: use `Vec<Option<_>>`")
        })?);
    }
    Ok(items)
}

macro_rules! arrays {
    ($($item:ty),+) => { $(
        impl<T: Element> Scalar for Vec<$item> {
            const TYPE: PgType = T::TYPE.array();

            fn accepts(ty: &Type) -> bool {
                item_type(ty).is_some_and(T::accepts)
            }

            fn encode(&self, ty: &Type, out: &mut BytesMut) -> Result<(), CodecError> {
                encode(self, ty, out)
            }

            fn decode(ty: &Type, raw: &[u8]) -> Result<Self, CodecError> {
                decode(ty, raw)
            }

            fn server_type() -> Type {
                server_type::array(T::server_type())
            }
        }
    )+ };
}
arrays!(T, Option<T>);

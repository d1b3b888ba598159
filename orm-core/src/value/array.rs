//! One-dimensional arrays, of values or of values and NULLs.

use bytes::BytesMut;
use fallible_iterator::FallibleIterator;
use postgres_protocol::{
    IsNull,
    types::{ArrayDimension, array_from_sql, array_to_sql},
};
use postgres_types::{Kind, Type};

use super::{CodecError, Element, PgType, Scalar, SqlType, scalar::base_type};

/// The type of the items, where `ty` is an array.
pub(super) fn item_type(ty: &Type) -> Option<&Type> {
    match base_type(ty).kind() {
        Kind::Array(item) => Some(item),
        _ => None,
    }
}

/// Writes `items` as an array of type `ty`. The type has been accepted before.
pub(super) fn encode<T: SqlType>(items: &[T], ty: &Type, out: &mut BytesMut) -> Result<(), CodecError> {
    let item_type = item_type(ty).ok_or("the bind is not an array in the statement")?;
    let dimension = ArrayDimension { len: i32::try_from(items.len())?, lower_bound: 1 };
    array_to_sql(
        Some(dimension),
        item_type.oid(),
        items,
        |item, out| match item.as_base() {
            None => Ok(IsNull::Yes),
            Some(base) => base.encode(item_type, out).map(|()| IsNull::No),
        },
        out,
    )
}

fn decode<T: SqlType>(ty: &Type, raw: &[u8]) -> Result<Vec<T>, CodecError> {
    let item_type = item_type(ty).ok_or("the value is not an array")?;
    let array = array_from_sql(raw)?;
    if array.dimensions().count()? > 1 {
        return Err("an array of more than one dimension".into());
    }
    array
        .values()
        .map(|raw| {
            let base = raw.map(|raw| T::Base::decode(item_type, raw)).transpose()?;
            T::from_base(base).ok_or_else(|| "a NULL in an array that takes none: use `Vec<Option<_>>`".into())
        })
        .collect()
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
        }
    )+ };
}
arrays!(T, Option<T>);

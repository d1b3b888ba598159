//! A value of a type that has no Rust type.

use bytes::{BufMut, BytesMut};
use postgres_types::Type;

use super::{CodecError, PgType, Scalar};

/// A value of any type, as the bytes in which the server sends it.
///
/// It is for columns whose type has no Rust type here, such as `point` and `tsvector`, so that their rows can be read and
/// written. `sql_type` names the type. A query can turn the value into text: `sql!("{p.place}::text")`.
///
/// ```
/// use orm_pg::{prelude::*, types::Opaque};
///
/// #[derive(Debug, Clone, Model)]
/// #[orm(table = "places")]
/// pub struct Place {
///     #[orm(key)]
///     pub id: i64,
///     #[orm(sql_type = "point")]
///     pub place: Opaque,
/// }
///
/// assert_eq!(Place::TABLE.columns[1].sql_type, Some("point"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Opaque(pub Vec<u8>);

impl Scalar for Opaque {
    const TYPE: PgType = PgType::builtin("unknown", 705, 0).following_column();

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode(&self, _: &Type, out: &mut BytesMut) -> Result<(), CodecError> {
        out.put_slice(&self.0);
        Ok(())
    }

    fn decode(_: &Type, raw: &[u8]) -> Result<Self, CodecError> {
        Ok(Self(raw.to_vec()))
    }
}

//! A value as the server sent it, of whatever type.

use bytes::{BufMut, BytesMut};
use postgres_types::Type;

use super::{CodecError, PgType, Scalar};

/// The bytes of a value that only travels on: a key.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct RawValue(pub(super) Vec<u8>);

impl Scalar for RawValue {
    const TYPE: PgType = PgType::builtin("unknown", 705, 0);

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

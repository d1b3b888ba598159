//! A value of any type, in the form in which the server sent it.

use bytes::{BufMut, BytesMut};
use postgres_types::Type;

use super::{CodecError, Integer, PgType, Scalar};

/// A value that is only sent back: a part of a key.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub enum RawValue {
    /// An integer.
    Integer(Integer),
    /// The bytes of anything else.
    Bytes(Vec<u8>),
}

impl Scalar for RawValue {
    const TYPE: PgType = PgType::builtin("unknown", 705, 0);

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode(&self, _: &Type, out: &mut BytesMut) -> Result<(), CodecError> {
        match self {
            Self::Integer(it) => it.encode(out),
            Self::Bytes(bytes) => out.put_slice(bytes),
        }
        Ok(())
    }

    fn decode(ty: &Type, raw: &[u8]) -> Result<Self, CodecError> {
        Ok(Integer::read(ty, raw).map_or_else(|| Self::Bytes(raw.to_vec()), Self::Integer))
    }

    fn integer(&self) -> Option<Integer> {
        match self {
            Self::Integer(it) => Some(*it),
            Self::Bytes(_) => None,
        }
    }
}

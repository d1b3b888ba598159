//! Integers as the server stores them: most keys are integers.

use bytes::{BufMut, BytesMut};
use postgres_types::Type;

/// An integer, in the size in which the server stores it.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Integer {
    /// A `smallint`.
    Two(i16),
    /// An `integer`.
    Four(i32),
    /// A `bigint`.
    Eight(i64),
}

impl Integer {
    /// The integer that the server sent, if it is one.
    pub(crate) fn read(ty: &Type, raw: &[u8]) -> Option<Self> {
        match *ty {
            Type::INT2 => raw.try_into().ok().map(i16::from_be_bytes).map(Self::Two),
            Type::INT4 => raw.try_into().ok().map(i32::from_be_bytes).map(Self::Four),
            Type::INT8 => raw.try_into().ok().map(i64::from_be_bytes).map(Self::Eight),
            _ => None,
        }
    }

    /// Writes the binary form.
    pub(crate) fn encode(self, out: &mut BytesMut) {
        match self {
            Self::Two(it) => out.put_i16(it),
            Self::Four(it) => out.put_i32(it),
            Self::Eight(it) => out.put_i64(it),
        }
    }

    /// Its value.
    pub(crate) fn get(self) -> i64 {
        match self {
            Self::Two(it) => it.into(),
            Self::Four(it) => it.into(),
            Self::Eight(it) => it,
        }
    }
}

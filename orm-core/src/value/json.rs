//! Any serde type as `jsonb`.

use std::ops::{Deref, DerefMut};

use bytes::{BufMut, BytesMut};
use postgres_types::Type;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{CodecError, Element, PgType, Scalar, scalar::base_type};

/// A value stored as `jsonb` (or `json`, where the column is).
///
/// `serde_json::Value` is the default, for documents of no fixed shape.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Json<T = serde_json::Value>(pub T);

impl<T> Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Json<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T> From<T> for Json<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

/// The byte before a `jsonb` value: the version of its binary form.
const JSONB_VERSION: u8 = 1;

impl<T: Serialize + DeserializeOwned + Send + Sync + 'static> Scalar for Json<T> {
    const TYPE: PgType = PgType::builtin("jsonb", 3802, 3807).following_column();

    fn accepts(ty: &Type) -> bool {
        matches!(*base_type(ty), Type::JSON | Type::JSONB)
    }

    fn encode(&self, ty: &Type, out: &mut BytesMut) -> Result<(), CodecError> {
        if *base_type(ty) == Type::JSONB {
            out.put_u8(JSONB_VERSION);
        }
        serde_json::to_writer(out.writer(), &self.0).map_err(Into::into)
    }

    fn decode(ty: &Type, raw: &[u8]) -> Result<Self, CodecError> {
        let text = match raw {
            [JSONB_VERSION, text @ ..] if *base_type(ty) == Type::JSONB => text,
            _ if *base_type(ty) == Type::JSONB => return Err("jsonb of an unknown version".into()),
            text => text,
        };
        serde_json::from_slice(text).map(Self).map_err(Into::into)
    }
}

impl<T: Serialize + DeserializeOwned + Send + Sync + 'static> Element for Json<T> {}

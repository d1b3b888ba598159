//! Any serde type as `jsonb`.

use std::ops::{Deref, DerefMut};

use bytes::{BufMut, BytesMut};
use postgres_types::Type;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};

use super::{
    CodecError, Element, NulCharacter, PgType, Scalar,
    codec_error::{codec_error, codec_error_from},
    scalar::base_type,
};

/// A value stored as `jsonb` (or `json`, if the column is).
///
/// `serde_json::Value` is the default, for documents of no fixed shape.
///
/// ```
/// # use blog::*;
/// #[derive(Debug, Clone, Model)]
/// #[orm(table = "events")]
/// struct Event {
///     #[orm(key, identity)]
///     id: i64,
///     payload: Json, // or `Json<Payload>`, or `#[orm(json)] payload: Payload`
/// }
///
/// let insert = Event::insert(NewEvent::new(Json(serde_json::json!({ "kind": "login" }))));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Json<T = serde_json::Value>(pub T);

/// As the value itself.
impl<T: Serialize> Serialize for Json<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// As the value itself.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Json<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self)
    }
}

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

/// Returns whether a string in this JSON has a NUL character.
fn says_nul(json: &[u8]) -> bool {
    let mut rest = json;
    while let Some(at) = rest.iter().position(|it| *it == b'\\') {
        let escape = rest.get(at + 1..).unwrap_or_default();
        if escape.starts_with(b"u0000") {
            return true;
        }
        rest = escape.get(1..).unwrap_or_default();
    }
    false
}

impl<T: Serialize + DeserializeOwned + Send + Sync + 'static> Scalar for Json<T> {
    const TYPE: PgType = PgType::builtin("jsonb", 3802, 3807).following_column();

    fn accepts(ty: &Type) -> bool {
        matches!(*base_type(ty), Type::JSON | Type::JSONB)
    }

    fn encode(&self, ty: &Type, out: &mut BytesMut) -> Result<(), CodecError> {
        let binary = *base_type(ty) == Type::JSONB;
        if binary {
            out.put_u8(JSONB_VERSION);
        }
        let start = out.len();
        serde_json::to_writer((&mut *out).writer(), &self.0)?;
        // `json` keeps the text unchanged; `jsonb` keeps its meaning.
        if binary && out.get(start..).is_some_and(says_nul) {
            return Err(Box::new(NulCharacter));
        }
        Ok(())
    }

    fn decode(ty: &Type, raw: &[u8]) -> Result<Self, CodecError> {
        let text = match raw {
            [JSONB_VERSION, text @ ..] if *base_type(ty) == Type::JSONB => text,
            _ if *base_type(ty) == Type::JSONB => return Err(codec_error("jsonb of an unknown version")),
            text => text,
        };
        serde_json::from_slice(text).map(Self).map_err(|error| {
            // The message of serde may quote the value.
            let (line, column) = (error.line(), error.column());
            codec_error_from(format!("the JSON does not fit, at line {line}, column {column}"), error)
        })
    }

    /// JSON has a separate `null`, which most types cannot hold: for those it is treated as NULL.
    fn decode_optional(ty: &Type, raw: &[u8]) -> Result<Option<Self>, CodecError> {
        let read = Self::decode(ty, raw);
        let text = if *base_type(ty) == Type::JSONB { raw.get(1..).unwrap_or_default() } else { raw };
        match read {
            Err(_) if text.trim_ascii() == b"null" => Ok(None),
            read => read.map(Some),
        }
    }
}

impl<T: Serialize + DeserializeOwned + Send + Sync + 'static> Element for Json<T> {}

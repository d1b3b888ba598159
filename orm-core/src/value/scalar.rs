//! The scalars for Rust's own types and, by feature, those of well-known crates.

use std::net::IpAddr;

use bytes::BytesMut;
use postgres_protocol::types::inet_from_sql;
use postgres_types::{FromSql, Kind, ToSql, Type};

use super::{CodecError, Element, Integer, PgType, Scalar, codec_error::codec_error};

/// The type under a domain.
pub(super) fn base_type(ty: &Type) -> &Type {
    match ty.kind() {
        Kind::Domain(base) => base_type(base),
        _ => ty,
    }
}

macro_rules! scalars {
    ($($(#[$cfg:meta])? $ty:ty => $pg:expr $(, $integer:ident)?;)+) => { $(
        $(#[$cfg])?
        impl Scalar for $ty {
            const TYPE: PgType = $pg;

            fn accepts(ty: &Type) -> bool {
                <$ty as FromSql<'_>>::accepts(base_type(ty))
            }

            fn encode(&self, ty: &Type, out: &mut BytesMut) -> Result<(), CodecError> {
                ToSql::to_sql(self, base_type(ty), out).map(drop)
            }

            fn decode(ty: &Type, raw: &[u8]) -> Result<Self, CodecError> {
                <$ty as FromSql<'_>>::from_sql(base_type(ty), raw)
            }

            $(
                fn integer(&self) -> Option<Integer> {
                    Some(Integer::$integer(*self))
                }
            )?
        }

        $(#[$cfg])?
        impl Element for $ty {}
    )+ };
}

scalars! {
    bool => PgType::builtin("boolean", 16, 1000);
    i16 => PgType::builtin("smallint", 21, 1005), Two;
    i32 => PgType::builtin("integer", 23, 1007), Four;
    i64 => PgType::builtin("bigint", 20, 1016), Eight;
    f32 => PgType::builtin("real", 700, 1021);
    f64 => PgType::builtin("double precision", 701, 1022);
    Vec<u8> => PgType::builtin("bytea", 17, 1001);
    #[cfg(feature = "cidr")]
    cidr::IpInet => PgType::builtin("inet", 869, 1041);
    #[cfg(feature = "cidr")]
    cidr::IpCidr => PgType::builtin("cidr", 650, 651);
    #[cfg(feature = "bit-vec")]
    bit_vec::BitVec => PgType::builtin("bit varying", 1562, 1563);
    #[cfg(feature = "uuid")]
    uuid::Uuid => PgType::builtin("uuid", 2950, 2951);
}

/// The error of a text with a NUL character, which PostgreSQL cannot hold.
#[derive(Debug)]
pub struct NulCharacter;

impl std::fmt::Display for NulCharacter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PostgreSQL text cannot hold a NUL character")
    }
}

impl std::error::Error for NulCharacter {}

/// An address without a network. An `inet` with one is refused instead of truncated: the feature `cidr` has a type for it.
impl Scalar for IpAddr {
    const TYPE: PgType = PgType::builtin("inet", 869, 1041);

    fn accepts(ty: &Type) -> bool {
        *base_type(ty) == Type::INET
    }

    fn encode(&self, ty: &Type, out: &mut BytesMut) -> Result<(), CodecError> {
        ToSql::to_sql(self, base_type(ty), out).map(drop)
    }

    fn decode(_: &Type, raw: &[u8]) -> Result<Self, CodecError> {
        let inet = inet_from_sql(raw)?;
        let whole = if inet.addr().is_ipv4() { 32 } else { 128 };
        if inet.netmask() != whole {
            return Err(codec_error(
                "an `IpAddr` cannot hold the network of this inet: read it into `IpInet` (feature `cidr`)",
            ));
        }
        Ok(inet.addr())
    }
}

impl Element for IpAddr {}

/// Returns whether text can be read from, and sent as, a type that is not a text type but has the binary form of one.
fn is_like_text(ty: &Type) -> bool {
    matches!(*ty, Type::XML) || matches!(ty.kind(), Kind::Enum(_))
}

/// Text. Read from every textual type (`text`, `varchar`, `citext`, `name`, `xml`, …) and from enum types.
impl Scalar for String {
    const TYPE: PgType = PgType::builtin("text", 25, 1009).following_column();

    fn accepts(ty: &Type) -> bool {
        let ty = base_type(ty);
        <Self as FromSql<'_>>::accepts(ty) || is_like_text(ty)
    }

    fn encode(&self, ty: &Type, out: &mut BytesMut) -> Result<(), CodecError> {
        if self.as_bytes().contains(&0) {
            return Err(Box::new(NulCharacter));
        }
        ToSql::to_sql(self, base_type(ty), out).map(drop)
    }

    fn decode(ty: &Type, raw: &[u8]) -> Result<Self, CodecError> {
        FromSql::from_sql(base_type(ty), raw)
    }
}

impl Element for String {}

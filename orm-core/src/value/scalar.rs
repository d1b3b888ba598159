//! The scalars that come with PostgreSQL and Rust, and by feature those of well-known crates.

use bytes::BytesMut;
use postgres_types::{FromSql, Kind, ToSql, Type};

use super::{CodecError, Element, PgType, Scalar};

/// The type under a domain.
pub(super) fn base_type(ty: &Type) -> &Type {
    match ty.kind() {
        Kind::Domain(base) => base_type(base),
        _ => ty,
    }
}

macro_rules! scalars {
    ($($(#[$cfg:meta])? $ty:ty => $pg:expr;)+) => { $(
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
        }

        $(#[$cfg])?
        impl Element for $ty {}
    )+ };
}

scalars! {
    bool => PgType::builtin("boolean", 16, 1000);
    i16 => PgType::builtin("smallint", 21, 1005);
    i32 => PgType::builtin("integer", 23, 1007);
    i64 => PgType::builtin("bigint", 20, 1016);
    f32 => PgType::builtin("real", 700, 1021);
    f64 => PgType::builtin("double precision", 701, 1022);
    Vec<u8> => PgType::builtin("bytea", 17, 1001);
    std::net::IpAddr => PgType::builtin("inet", 869, 1041);
    #[cfg(feature = "chrono")]
    chrono::DateTime<chrono::Utc> => PgType::builtin("timestamp with time zone", 1184, 1185);
    #[cfg(feature = "chrono")]
    chrono::DateTime<chrono::FixedOffset> => PgType::builtin("timestamp with time zone", 1184, 1185);
    #[cfg(feature = "chrono")]
    chrono::NaiveDateTime => PgType::builtin("timestamp without time zone", 1114, 1115);
    #[cfg(feature = "chrono")]
    chrono::NaiveDate => PgType::builtin("date", 1082, 1182);
    #[cfg(feature = "chrono")]
    chrono::NaiveTime => PgType::builtin("time without time zone", 1083, 1183);
    #[cfg(feature = "uuid")]
    uuid::Uuid => PgType::builtin("uuid", 2950, 2951);
    #[cfg(feature = "rust_decimal")]
    rust_decimal::Decimal => PgType::builtin("numeric", 1700, 1231);
}

/// A text with a NUL character, which PostgreSQL cannot hold.
#[derive(Debug)]
pub struct NulCharacter;

impl std::fmt::Display for NulCharacter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PostgreSQL text cannot hold a NUL character")
    }
}

impl std::error::Error for NulCharacter {}

/// Text. Read from every textual type (`text`, `varchar`, `citext`, `name`, …).
impl Scalar for String {
    const TYPE: PgType = PgType::builtin("text", 25, 1009).following_column();

    fn accepts(ty: &Type) -> bool {
        <Self as FromSql<'_>>::accepts(base_type(ty))
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

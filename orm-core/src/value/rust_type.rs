//! Rust types in messages: their names, and which of them holds a PostgreSQL type.

use postgres_types::{Kind, Type};

/// The name of a Rust type as people write it: `Vec<String>`, without the modules.
pub(crate) fn type_name<T>() -> String {
    let mut short = String::new();
    for part in std::any::type_name::<T>().split_inclusive(|it: char| !it.is_alphanumeric() && it != '_' && it != ':') {
        short.push_str(part.rsplit("::").next().unwrap_or(part));
    }
    short
}

/// Advice for messages: the Rust type into which a value of type `ty` can be read.
pub(crate) fn readable_as(ty: &Type) -> String {
    let types = match ty.kind() {
        Kind::Domain(base) => return readable_as(base),
        Kind::Array(item) => return format!("an array needs a `Vec`; for its items, {}", readable_as(item)),
        Kind::Range(_) => "`PgRange<_>`",
        Kind::Multirange(_) => "`Multirange<_>`",
        Kind::Enum(_) => "an enum with `#[derive(PgEnum)]` of that name, or `String`",
        Kind::Composite(_) => "a struct with `#[derive(PgComposite)]` of that name",
        _ => match *ty {
            Type::BOOL => "`bool`",
            Type::INT2 => "`i16`",
            Type::INT4 => "`i32`",
            Type::INT8 => "`i64`",
            Type::FLOAT4 => "`f32`",
            Type::FLOAT8 => "`f64`",
            Type::BYTEA => "`Vec<u8>`",
            Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::XML => "`String`",
            Type::JSON | Type::JSONB => "`Json<_>`",
            Type::NUMERIC => "`Decimal` (feature `rust_decimal`)",
            Type::UUID => "`Uuid` (feature `uuid`)",
            Type::TIMESTAMPTZ => {
                "`DateTime<Utc>` (feature `chrono`), `OffsetDateTime` (`time`) or `Timestamp` (`jiff`)"
            }
            Type::TIMESTAMP => {
                "`NaiveDateTime` (feature `chrono`), `PrimitiveDateTime` (`time`) or `civil::DateTime` (`jiff`)"
            }
            Type::DATE => "`NaiveDate` (feature `chrono`), `time::Date` (`time`) or `civil::Date` (`jiff`)",
            Type::TIME => "`NaiveTime` (feature `chrono`), `time::Time` (`time`) or `civil::Time` (`jiff`)",
            Type::INTERVAL => "`Interval`",
            Type::INET => "`IpAddr`, or `IpInet` (feature `cidr`)",
            Type::CIDR => "`IpCidr` (feature `cidr`)",
            Type::MACADDR => "`MacAddr`",
            Type::MACADDR8 => "`MacAddr8`",
            Type::BIT | Type::VARBIT => "`BitVec` (feature `bit-vec`)",
            Type::OID => "`Oid`",
            Type::CHAR => "`PgChar`",
            Type::MONEY => "`Money`",
            _ => match ty.name() {
                "hstore" => "`Hstore`",
                "citext" => "`String`",
                "vector" | "halfvec" | "sparsevec" => "`Vector`, `HalfVector` or `SparseVector` (feature `pgvector`)",
                _ => return format!("no Rust type is known for {ty}: convert it in SQL, `::text`"),
            },
        },
    };
    format!("read it into {types}")
}

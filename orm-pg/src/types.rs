//! Types of columns that the standard library lacks, including those of enabled features.
//!
//! The date crates have types of the same names. Those of `chrono` are here under their own names. Of the other crates,
//! this module and the prelude have only the names that are unique (`OffsetDateTime`, `PrimitiveDateTime`,
//! `Timestamp`), so that enabling another feature never changes the meaning of a name. The rest is in modules named
//! after the features: `orm_pg::types::time::Date`, `orm_pg::types::jiff::civil::Date`.

pub use orm_core::{
    model::Defaulted::{self, Auto},
    value::{
        Hstore, InexactInterval, Interval, InvalidMacAddr, Json, MacAddr, MacAddr8, Money, Multirange, Oid, Opaque,
        OrInfinity, PgChar, PgRange,
    },
};

#[cfg(feature = "jiff")]
pub use self::jiff::Timestamp;
#[cfg(feature = "time")]
pub use self::time::{OffsetDateTime, PrimitiveDateTime};
#[cfg(feature = "chrono")]
pub use ::chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
#[cfg(feature = "bit-vec")]
pub use bit_vec::BitVec;
#[cfg(feature = "cidr")]
pub use cidr::{IpCidr, IpInet};
#[cfg(feature = "pgvector")]
pub use pgvector::{HalfVector, SparseVector, Vector};
#[cfg(feature = "rust_decimal")]
pub use rust_decimal::Decimal;
#[cfg(feature = "uuid")]
pub use uuid::Uuid;

/// The types of the crate `time`, and functions that return the server's clock in them.
#[cfg(feature = "time")]
pub mod time {
    pub use orm_core::expr::with_time::{current_date, now};
    pub use time::{Date, Duration, Month, OffsetDateTime, PrimitiveDateTime, Time};
}

/// The types of the crate `jiff`, and functions that return the server's clock in them.
#[cfg(feature = "jiff")]
pub mod jiff {
    pub use jiff::{SignedDuration, Span, Timestamp, civil};
    pub use orm_core::expr::with_jiff::{current_date, now};
}

//! The types that columns can hold and the standard library lacks, those of enabled features included.

pub use orm_core::{
    model::Defaulted::{self, Auto},
    value::Json,
};

#[cfg(feature = "chrono")]
pub use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Utc};
#[cfg(feature = "rust_decimal")]
pub use rust_decimal::Decimal;
#[cfg(feature = "uuid")]
pub use uuid::Uuid;

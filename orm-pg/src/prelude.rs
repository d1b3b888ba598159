//! Everything that a program with models needs in scope: `use orm_pg::prelude::*;`.

pub use futures_util::TryStreamExt;

pub use crate::{
    Begin, Changes, Connection, Database, Error, ErrorKind, Executor, Flatten, FromRow, Insert, Isolation, Model,
    PgEnum, Result, Scalar, Transaction, TransactionOptions,
    ast::Direction,
    expr::{Aggregates, Cond, Dates, Expression, Numeric, Textual, bind, case, count_all},
    model::Keyed,
    models,
    query::{exists, not_exists},
    sql,
    types::{Auto, Defaulted, Json},
};

#[cfg(feature = "rust_decimal")]
pub use crate::types::Decimal;
#[cfg(feature = "uuid")]
pub use crate::types::Uuid;
#[cfg(feature = "chrono")]
pub use crate::{
    expr::{current_date, now},
    types::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Utc},
};

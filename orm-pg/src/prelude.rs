//! The names that a program with models needs in scope: `use orm_pg::prelude::*;`.

pub use futures_util::TryStreamExt;
/// The derive alone: the methods of the trait [`orm_pg::Scalar`](crate::Scalar) should not be in scope everywhere.
pub use orm_derive::Scalar;

pub use crate::{
    Begin, Changes, Connection, Database, Error, ErrorKind, Executor, Flatten, FromRow, Insert, Isolation, Model,
    PgComposite, PgEnum, Projection, Result, Transaction, TransactionOptions,
    ast::Direction,
    expr::{
        Aggregates, Arrays, Composites, Cond, Dates, Expression, Numeric, Overlaps, Ranges, Textual, bind, case,
        count_all,
    },
    model::Keyed,
    models,
    query::{exists, not_exists},
    relation::{Links, Projection, children, linked, load},
    sql,
    types::{Auto, Defaulted, Hstore, Interval, Json, Multirange, OrInfinity, PgRange},
};

#[cfg(feature = "bit-vec")]
pub use crate::types::BitVec;

#[cfg(feature = "rust_decimal")]
pub use crate::types::Decimal;
#[cfg(feature = "jiff")]
pub use crate::types::Timestamp;
#[cfg(feature = "uuid")]
pub use crate::types::Uuid;
#[cfg(feature = "cidr")]
pub use crate::types::{IpCidr, IpInet};
#[cfg(feature = "time")]
pub use crate::types::{OffsetDateTime, PrimitiveDateTime};
#[cfg(feature = "pgvector")]
pub use crate::{
    expr::Vectors,
    types::{HalfVector, SparseVector, Vector},
};
#[cfg(feature = "chrono")]
pub use crate::{
    expr::{current_date, now},
    types::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Utc},
};

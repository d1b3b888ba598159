//! The types of `chrono` and `time`, which `postgres-types` reads and writes.

use bytes::{BufMut, BytesMut};
use postgres_types::{FromSql, ToSql, Type};

use super::{
    MayBeInfinite,
    shared::{
        DATE, EPOCH_MICROS, TIME, TIMESTAMP, TIMESTAMPTZ, day, local, moment, refuse_infinity, refuse_midnight_after,
    },
};
use crate::value::{
    CodecError, Element, PgType, RangeItem, Scalar,
    codec_error::{codec_error, codec_error_from},
    scalar::base_type,
};

fn by_codec<T: ToSql>(value: &T, ty: &Type, out: &mut BytesMut) -> Result<(), CodecError> {
    value.to_sql(ty, out).map(drop)
}

/// Writes a moment, given in microseconds since 1970. What is finer is cut off before, downwards, so that one rule serves
/// moments before and after the server's zero; `postgres-types` cuts towards that zero.
fn moment_of(micros: i64, out: &mut BytesMut) -> Result<(), CodecError> {
    let micros =
        micros.checked_sub(EPOCH_MICROS).ok_or_else(|| codec_error("the year is one that PostgreSQL cannot hold"))?;
    out.put_i64(micros);
    Ok(())
}

/// Writes a time of day. That of a leap second counts on into the next second.
#[cfg(feature = "chrono")]
fn time_of(seconds: u32, nanoseconds: u32, out: &mut BytesMut) -> Result<(), CodecError> {
    let micros = i64::from(seconds) * 1_000_000 + i64::from(nanoseconds / 1_000);
    if micros >= super::shared::MICROS_OF_DAY {
        return Err(codec_error("PostgreSQL has no time of day for a leap second at the end of a day"));
    }
    out.put_i64(micros);
    Ok(())
}

macro_rules! temporal {
    ($($feature:literal: $ty:ty => $pg:ident, $oid:ident, $check:ident, $write:expr $(, $more:ident)*;)+) => { $(
        #[cfg(feature = $feature)]
        impl Scalar for $ty {
            const TYPE: PgType = $pg;

            fn accepts(ty: &Type) -> bool {
                *base_type(ty) == Type::$oid
            }

            fn encode(&self, ty: &Type, out: &mut BytesMut) -> Result<(), CodecError> {
                let write: fn(&Self, &Type, &mut BytesMut) -> Result<(), CodecError> = $write;
                write(self, base_type(ty), out)
            }

            fn decode(ty: &Type, raw: &[u8]) -> Result<Self, CodecError> {
                $check(raw)?;
                FromSql::from_sql(base_type(ty), raw).map_err(|cause| codec_error_from("the value is out of the range of this type", cause))
            }
        }

        #[cfg(feature = $feature)]
        impl Element for $ty {}

        $(
            #[cfg(feature = $feature)]
            $more!($ty);
        )*
    )+ };
}

temporal! {
    "chrono": chrono::DateTime<chrono::Utc> => TIMESTAMPTZ, TIMESTAMPTZ, refuse_infinity,
        |it, _, out| moment_of(it.timestamp_micros(), out), moment;
    "chrono": chrono::DateTime<chrono::FixedOffset> => TIMESTAMPTZ, TIMESTAMPTZ, refuse_infinity,
        |it, _, out| moment_of(it.timestamp_micros(), out), moment;
    "chrono": chrono::NaiveDateTime => TIMESTAMP, TIMESTAMP, refuse_infinity,
        |it, _, out| moment_of(it.and_utc().timestamp_micros(), out), local;
    "chrono": chrono::NaiveDate => DATE, DATE, refuse_infinity, by_codec, day;
    "chrono": chrono::NaiveTime => TIME, TIME, refuse_midnight_after, |it, _, out| {
        use chrono::Timelike;
        time_of(it.num_seconds_from_midnight(), it.nanosecond(), out)
    };
    "time": time::OffsetDateTime => TIMESTAMPTZ, TIMESTAMPTZ, refuse_infinity,
        |it, _, out| moment_of(i64::try_from(it.unix_timestamp_nanos().div_euclid(1_000))?, out), moment;
    "time": time::PrimitiveDateTime => TIMESTAMP, TIMESTAMP, refuse_infinity,
        |it, _, out| moment_of(i64::try_from(it.assume_utc().unix_timestamp_nanos().div_euclid(1_000))?, out), local;
    "time": time::Date => DATE, DATE, refuse_infinity, by_codec, day;
    "time": time::Time => TIME, TIME, refuse_midnight_after, by_codec;
}

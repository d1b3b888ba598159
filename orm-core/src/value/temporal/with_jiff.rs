//! The types of `jiff` 1, for which `postgres-types` has no codec.
//!
//! The binary forms are counts since the start of 2000: of microseconds for timestamps, of days for dates. What is
//! finer than a microsecond is cut off, as the server has no room for it.

use bytes::{BufMut, BytesMut};
use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    tz::Offset,
};
use postgres_types::Type;

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

/// From 1970 to 2000.
const EPOCH_DAYS: i32 = 10_957;

fn count(raw: &[u8]) -> Result<i64, CodecError> {
    match <[u8; 8]>::try_from(raw) {
        Ok(bytes) => Ok(i64::from_be_bytes(bytes)),
        Err(_) => Err(codec_error("not a timestamp or time")),
    }
}

/// `jiff` knows the years -9999 to 9999, the server more.
fn too_far(cause: jiff::Error) -> CodecError {
    codec_error_from("the year is outside of -9999 to 9999, which jiff cannot hold", cause)
}

fn read_moment(raw: &[u8]) -> Result<Timestamp, CodecError> {
    refuse_infinity(raw)?;
    let micros =
        count(raw)?.checked_add(EPOCH_MICROS).ok_or_else(|| codec_error("the year is one that jiff cannot hold"))?;
    Timestamp::from_microsecond(micros).map_err(too_far)
}

fn write_moment(moment: Timestamp, out: &mut BytesMut) -> Result<(), CodecError> {
    // Downwards, so that one rule serves moments before and after 1970.
    let micros = i64::try_from(moment.as_nanosecond().div_euclid(1_000))?;
    out.put_i64(micros - EPOCH_MICROS);
    Ok(())
}

fn read_local(raw: &[u8]) -> Result<DateTime, CodecError> {
    read_moment(raw).map(|it| Offset::UTC.to_datetime(it))
}

fn moment_of(local: DateTime) -> Result<Timestamp, CodecError> {
    Offset::UTC.to_timestamp(local).map_err(|_| codec_error("the year is one that a timestamp of jiff cannot hold"))
}

fn read_day(raw: &[u8]) -> Result<Date, CodecError> {
    refuse_infinity(raw)?;
    let days = match <[u8; 4]>::try_from(raw) {
        Ok(bytes) => i64::from(i32::from_be_bytes(bytes)) + i64::from(EPOCH_DAYS),
        Err(_) => return Err(codec_error("not a date")),
    };
    // From a day that jiff has in any case, by days.
    let span = jiff::Span::new().try_days(days).map_err(too_far)?;
    Date::new(1970, 1, 1).and_then(|it| it.checked_add(span)).map_err(too_far)
}

fn write_day(day: Date, out: &mut BytesMut) -> Result<(), CodecError> {
    let days = Date::new(1970, 1, 1)?.until(day)?.get_days();
    out.put_i32(days - EPOCH_DAYS);
    Ok(())
}

fn read_time(raw: &[u8]) -> Result<Time, CodecError> {
    refuse_midnight_after(raw)?;
    let micros = count(raw)?;
    let day = Timestamp::from_microsecond(micros)?;
    Ok(Offset::UTC.to_datetime(day).time())
}

fn write_time(time: Time, out: &mut BytesMut) {
    let seconds = (i64::from(time.hour()) * 60 + i64::from(time.minute())) * 60 + i64::from(time.second());
    let micros = seconds * 1_000_000 + i64::from(time.subsec_nanosecond()) / 1_000;
    out.put_i64(micros);
}

macro_rules! jiff {
    ($($ty:ident => $pg:ident, $oid:ident, $read:ident, |$this:ident, $out:ident| $write:expr $(, $more:ident)?;)+) => { $(
        impl Scalar for $ty {
            const TYPE: PgType = $pg;

            fn accepts(ty: &Type) -> bool {
                *base_type(ty) == Type::$oid
            }

            fn encode(&self, _: &Type, $out: &mut BytesMut) -> Result<(), CodecError> {
                let $this = *self;
                $write;
                Ok(())
            }

            fn decode(_: &Type, raw: &[u8]) -> Result<Self, CodecError> {
                $read(raw)
            }
        }

        impl Element for $ty {}

        $($more!($ty);)?
    )+ };
}

jiff! {
    Timestamp => TIMESTAMPTZ, TIMESTAMPTZ, read_moment, |this, out| write_moment(this, out)?, moment;
    DateTime => TIMESTAMP, TIMESTAMP, read_local, |this, out| write_moment(moment_of(this)?, out)?, local;
    Date => DATE, DATE, read_day, |this, out| write_day(this, out)?, day;
    Time => TIME, TIME, read_time, |this, out| write_time(this, out);
}

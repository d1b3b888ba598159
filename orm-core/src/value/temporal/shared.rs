//! What the types of all date crates have in common.

use crate::value::{CodecError, PgType, codec_error::codec_error, temporal::infinity};

pub(in crate::value) const TIMESTAMPTZ: PgType = PgType::builtin("timestamp with time zone", 1184, 1185);
pub(in crate::value) const TIMESTAMP: PgType = PgType::builtin("timestamp without time zone", 1114, 1115);
pub(in crate::value) const DATE: PgType = PgType::builtin("date", 1082, 1182);
pub(in crate::value) const TIME: PgType = PgType::builtin("time without time zone", 1083, 1183);

/// From 1970 to 2000, the server's zero.
pub(super) const EPOCH_MICROS: i64 = 946_684_800_000_000;
pub(super) const MICROS_OF_DAY: i64 = 86_400_000_000;

pub(super) fn refuse_infinity(raw: &[u8]) -> Result<(), CodecError> {
    match infinity(raw) {
        None => Ok(()),
        Some(_) => Err(codec_error("the value is infinite, which this type cannot hold: read it into `OrInfinity<_>`")),
    }
}

/// A time of day in microseconds; the server also has 24:00:00, which comes after the last of a day.
pub(super) fn refuse_midnight_after(raw: &[u8]) -> Result<(), CodecError> {
    match <[u8; 8]>::try_from(raw).map(i64::from_be_bytes) {
        Ok(0..MICROS_OF_DAY) => Ok(()),
        Ok(MICROS_OF_DAY) => {
            Err(codec_error("24:00:00 is a time that this type cannot hold: read it as an `Interval`, or as text"))
        }
        _ => Err(codec_error("not a time of day")),
    }
}

/// A moment: has an infinity, and ranges `tstzrange`.
macro_rules! moment {
    ($ty:ty) => {
        impl MayBeInfinite for $ty {}

        impl RangeItem for $ty {
            const RANGE: PgType = PgType::builtin("tstzrange", 3910, 3911);
            const MULTIRANGE: PgType = PgType::builtin("tstzmultirange", 4534, 6153);
        }
    };
}

/// A date with a time and no zone: has an infinity, and ranges `tsrange`.
macro_rules! local {
    ($ty:ty) => {
        impl MayBeInfinite for $ty {}

        impl RangeItem for $ty {
            const RANGE: PgType = PgType::builtin("tsrange", 3908, 3909);
            const MULTIRANGE: PgType = PgType::builtin("tsmultirange", 4533, 6152);
        }
    };
}

/// A day: has an infinity, and ranges `daterange`.
macro_rules! day {
    ($ty:ty) => {
        impl MayBeInfinite for $ty {}

        impl RangeItem for $ty {
            const RANGE: PgType = PgType::builtin("daterange", 3912, 3913);
            const MULTIRANGE: PgType = PgType::builtin("datemultirange", 4535, 6155);
        }
    };
}

pub(super) use {day, local, moment};

//! The types of `chrono` and `time`, which `postgres-types` reads and writes.

use bytes::BytesMut;
use postgres_types::{FromSql, ToSql, Type};

use super::{
    MayBeInfinite,
    shared::{DATE, TIME, TIMESTAMP, TIMESTAMPTZ, day, local, moment, refuse_infinity, refuse_midnight_after},
};
use crate::value::{CodecError, Element, PgType, RangeItem, Scalar, scalar::base_type};

macro_rules! temporal {
    ($($feature:literal: $ty:ty => $pg:ident, $oid:ident, $check:ident $(, $more:ident)*;)+) => { $(
        #[cfg(feature = $feature)]
        impl Scalar for $ty {
            const TYPE: PgType = $pg;

            fn accepts(ty: &Type) -> bool {
                *base_type(ty) == Type::$oid
            }

            fn encode(&self, ty: &Type, out: &mut BytesMut) -> Result<(), CodecError> {
                ToSql::to_sql(self, base_type(ty), out).map(drop)
            }

            fn decode(ty: &Type, raw: &[u8]) -> Result<Self, CodecError> {
                $check(raw)?;
                FromSql::from_sql(base_type(ty), raw)
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
    "chrono": chrono::DateTime<chrono::Utc> => TIMESTAMPTZ, TIMESTAMPTZ, refuse_infinity, moment;
    "chrono": chrono::DateTime<chrono::FixedOffset> => TIMESTAMPTZ, TIMESTAMPTZ, refuse_infinity, moment;
    "chrono": chrono::NaiveDateTime => TIMESTAMP, TIMESTAMP, refuse_infinity, local;
    "chrono": chrono::NaiveDate => DATE, DATE, refuse_infinity, day;
    "chrono": chrono::NaiveTime => TIME, TIME, refuse_midnight_after;
    "time": time::OffsetDateTime => TIMESTAMPTZ, TIMESTAMPTZ, refuse_infinity, moment;
    "time": time::PrimitiveDateTime => TIMESTAMP, TIMESTAMP, refuse_infinity, local;
    "time": time::Date => DATE, DATE, refuse_infinity, day;
    "time": time::Time => TIME, TIME, refuse_midnight_after;
}

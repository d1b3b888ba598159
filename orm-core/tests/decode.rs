//! Decoding: whatever a server sends, a value comes out or an error, and never a panic.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::net::IpAddr;

use expect_test::expect;
use orm_core::{
    row::{Decoder, FromRow, Matching, Row},
    value::{CodecError, Json, Scalar},
};
use postgres_types::Type;
use proptest::{collection::vec, option, prelude::*, sample::select};

/// A row of any types and bytes.
#[derive(Debug, Clone)]
struct Sent(Vec<(Type, Option<Vec<u8>>)>);

impl Row for Sent {
    fn width(&self) -> usize {
        self.0.len()
    }

    fn name(&self, index: usize) -> Option<&str> {
        ["a", "b", "c", "a"].get(index).copied()
    }

    fn ty(&self, index: usize) -> Option<&Type> {
        self.0.get(index).map(|it| &it.0)
    }

    fn raw(&self, index: usize) -> Result<Option<&[u8]>, CodecError> {
        Ok(self.0.get(index).ok_or("no such column")?.1.as_deref())
    }
}

const TYPES: &[Type] = &[
    Type::BOOL,
    Type::INT2,
    Type::INT4,
    Type::INT8,
    Type::FLOAT4,
    Type::FLOAT8,
    Type::TEXT,
    Type::VARCHAR,
    Type::BPCHAR,
    Type::NAME,
    Type::UNKNOWN,
    Type::BYTEA,
    Type::JSON,
    Type::JSONB,
    Type::INET,
    Type::CIDR,
    Type::UUID,
    Type::NUMERIC,
    Type::DATE,
    Type::TIME,
    Type::TIMETZ,
    Type::TIMESTAMP,
    Type::TIMESTAMPTZ,
    Type::INTERVAL,
    Type::OID,
    Type::MONEY,
    Type::CHAR,
    Type::POINT,
    Type::INT4_RANGE,
    Type::RECORD,
    Type::VOID,
    Type::BOOL_ARRAY,
    Type::INT2_ARRAY,
    Type::INT4_ARRAY,
    Type::INT8_ARRAY,
    Type::FLOAT8_ARRAY,
    Type::TEXT_ARRAY,
    Type::BYTEA_ARRAY,
    Type::JSONB_ARRAY,
    Type::INET_ARRAY,
    Type::UUID_ARRAY,
    Type::NUMERIC_ARRAY,
    Type::DATE_ARRAY,
    Type::TIMESTAMPTZ_ARRAY,
    Type::INT2_VECTOR,
];

/// Decodes the row as `T` by name and by position.
fn decode<T: FromRow>(row: &Sent) -> Vec<Result<T, orm_core::Error>> {
    [Matching::Name, Matching::Position].map(|matching| Decoder::<T>::new(matching).decode(row)).into()
}

macro_rules! every_type {
    ($row:expr, $visit:ident) => {
        $visit!($row, bool i16 i32 i64 f32 f64 String Vec<u8> IpAddr Json Json<Vec<i32>>);
        #[cfg(feature = "chrono")]
        $visit!($row, chrono::DateTime<chrono::Utc> chrono::DateTime<chrono::FixedOffset> chrono::NaiveDateTime
            chrono::NaiveDate chrono::NaiveTime);
        #[cfg(feature = "uuid")]
        $visit!($row, uuid::Uuid);
        #[cfg(feature = "rust_decimal")]
        $visit!($row, rust_decimal::Decimal);
    };
}

macro_rules! read {
    ($row:expr, $($ty:ty)+) => { $(
        drop(decode::<$ty>($row));
        drop(decode::<Option<$ty>>($row));
        drop(decode::<Vec<$ty>>($row));
        drop(decode::<Option<Vec<Option<$ty>>>>($row));
        drop(decode::<($ty, Option<$ty>)>($row));
        drop(decode::<(Option<$ty>, Option<(Vec<$ty>, $ty)>)>($row));
    )+ };
}

/// Decodes bytes as every type that `T` takes.
fn decode_all<T: Scalar>(raw: &[u8]) {
    for ty in TYPES.iter().filter(|ty| T::accepts(ty)) {
        drop(T::decode(ty, raw));
    }
}

macro_rules! read_accepted {
    ($raw:expr, $($ty:ty)+) => { $(
        decode_all::<$ty>($raw);
        decode_all::<Vec<$ty>>($raw);
        decode_all::<Vec<Option<$ty>>>($raw);
    )+ };
}

/// Which types of the server a Rust type is read from.
fn accepted<T: Scalar>() -> String {
    let names: Vec<_> = TYPES.iter().filter(|ty| T::accepts(ty)).map(Type::name).collect();
    names.join(" ")
}

macro_rules! list {
    ($list:expr, $($ty:ty)+) => { $( $list += &format!("{}: {}\n", stringify!($ty), accepted::<$ty>()); )+ };
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    // Headers of arrays, which say how much is to come.
    let small = || prop_oneof![4 => 0..3_i32, 1 => Just(-1), 1 => any::<i32>()];
    let header = (vec(small(), 3..8), vec(any::<u8>(), 0..12)).prop_map(|(words, tail)| {
        let words: Vec<u8> = words.into_iter().flat_map(i32::to_be_bytes).collect();
        [words, tail].concat()
    });
    let digits = vec(prop_oneof![4 => 0..10_000_i16, 1 => any::<i16>()], 0..10)
        .prop_map(|words| words.into_iter().flat_map(i16::to_be_bytes).collect());
    let plain = vec(any::<u8>(), 0..24);
    prop_oneof![plain, header, digits]
}

/// So many cases, unless the environment says how many.
fn config(cases: u32) -> ProptestConfig {
    let default = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() { default } else { ProptestConfig { cases, ..default } }
}

proptest! {
    #![proptest_config(config(2000))]

    #[test]
    fn random_bytes_never_panic(row in vec((select(TYPES), option::weighted(0.9, bytes())), 0..4)) {
        let row = &Sent(row);
        every_type!(row, read);
    }

    #[test]
    fn random_bytes_of_the_right_type_never_panic(raw in bytes()) {
        let raw = raw.as_slice();
        every_type!(raw, read_accepted);
    }
}

#[test]
fn a_type_is_read_only_from_what_has_the_same_values() {
    let mut list = String::new();
    every_type!(list, list);
    expect![[r#"
        bool: bool
        i16: int2
        i32: int4
        i64: int8
        f32: float4
        f64: float8
        String: text varchar bpchar name unknown
        Vec < u8 >: bytea
        IpAddr: inet
        Json: json jsonb
        Json < Vec < i32 >>: json jsonb
        chrono :: DateTime < chrono :: Utc >: timestamptz
        chrono :: DateTime < chrono :: FixedOffset >: timestamptz
        chrono :: NaiveDateTime: timestamp
        chrono :: NaiveDate: date
        chrono :: NaiveTime: time
        uuid :: Uuid: uuid
        rust_decimal :: Decimal: numeric
    "#]]
    .assert_eq(&list);
}

/// The server's values of these types are more than what the Rust type can hold: an error says so.
#[test]
fn what_does_not_fit_is_an_error_and_not_another_value() {
    let infinite = [i64::MAX.to_be_bytes(), i64::MIN.to_be_bytes()];
    for raw in infinite {
        every_time(&raw);
    }
    // An array that says it had a billion items is no reason to make room for them.
    let words: Vec<u8> = [1, 0, 20, 1_000_000_000, 1, 8, 7, 7].into_iter().flat_map(i32::to_be_bytes).collect();
    assert!(Vec::<i64>::decode(&Type::INT8_ARRAY, &words).is_err());
}

#[cfg(feature = "chrono")]
fn every_time(raw: &[u8; 8]) {
    assert!(chrono::DateTime::<chrono::Utc>::decode(&Type::TIMESTAMPTZ, raw).is_err());
    assert!(chrono::DateTime::<chrono::FixedOffset>::decode(&Type::TIMESTAMPTZ, raw).is_err());
    assert!(chrono::NaiveDateTime::decode(&Type::TIMESTAMP, raw).is_err());
    assert!(chrono::NaiveDate::decode(&Type::DATE, raw.get(..4).unwrap()).is_err());
}

#[cfg(not(feature = "chrono"))]
fn every_time(_: &[u8; 8]) {}

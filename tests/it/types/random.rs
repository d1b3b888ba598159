//! Random values of every type, stored and read back: inserted one by one and as arrays, selected, filtered,
//! aggregated.

use std::{fmt::Debug, net::IpAddr, ops::Bound};

use orm_pg::{
    prelude::*,
    types::{MacAddr, MacAddr8, Money, Oid, PgChar, jiff::civil, time},
    value::RangeItem,
};
use proptest::{
    collection::vec,
    prelude::{Strategy, any},
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use crate::models::{Role, Status};

/// A source of values that are the same in each run.
pub(super) fn runner() -> TestRunner {
    TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

pub(super) fn one<S: Strategy>(runner: &mut TestRunner, strategy: S) -> S::Value {
    strategy.new_tree(runner).expect("a value").current()
}

// What both the server and the Rust type can hold.
const MICROS: std::ops::Range<i64> = -210_000_000_000_000_000..252_000_000_000_000_000;
const DAYS: std::ops::Range<i32> = -2_430_000..2_900_000;

fn text() -> impl Strategy<Value = String> {
    // All characters but NUL, which PostgreSQL cannot hold.
    vec(any::<char>().prop_filter("NUL", |it| *it != '\0'), 0..20).prop_map(|it| it.into_iter().collect())
}

fn moment() -> impl Strategy<Value = DateTime<Utc>> {
    MICROS.prop_map(|it| DateTime::from_timestamp_micros(it + 946_684_800_000_000).expect("a moment"))
}

fn day() -> impl Strategy<Value = NaiveDate> {
    DAYS.prop_map(|it| NaiveDate::from_ymd_opt(2000, 1, 1).expect("a day") + chrono_days(it))
}

fn chrono_days(days: i32) -> orm_pg::types::TimeDelta {
    orm_pg::types::TimeDelta::days(i64::from(days))
}

fn time_of_day() -> impl Strategy<Value = NaiveTime> {
    (0..86_400_u32, 0..1_000_000_u32)
        .prop_map(|(s, us)| NaiveTime::from_num_seconds_from_midnight_opt(s, us * 1_000).expect("a time"))
}

fn time_date() -> impl Strategy<Value = time::Date> {
    (2_451_545 - 2_430_000..2_451_545 + 2_900_000).prop_map(|it| time::Date::from_julian_day(it).expect("a day"))
}

fn time_time() -> impl Strategy<Value = time::Time> {
    (0..24_u8, 0..60_u8, 0..60_u8, 0..1_000_000_u32)
        .prop_map(|(h, m, s, us)| time::Time::from_hms_micro(h, m, s, us).expect("a time"))
}

fn stamp() -> impl Strategy<Value = Timestamp> {
    MICROS.prop_map(|it| Timestamp::from_microsecond(it + 946_684_800_000_000).expect("a moment"))
}

fn civil() -> impl Strategy<Value = civil::DateTime> {
    (-4_700..9_999_i16, 1..=12_i8, 1..=28_i8, 0..24_i8, 0..60_i8, 0..60_i8, 0..1_000_000_i32)
        .prop_map(|(y, mo, d, h, mi, s, us)| civil::date(y, mo, d).at(h, mi, s, us * 1_000))
}

fn bound<T: Debug>(at: impl Strategy<Value = T>) -> impl Strategy<Value = (Option<T>, bool)> {
    (proptest::option::weighted(0.8, at), any::<bool>())
}

/// Ranges whose bounds are in order, the empty one and those without bounds included.
fn range<T: RangeItem + Debug + PartialOrd, S: Strategy<Value = T>>(
    items: impl Fn() -> S,
) -> impl Strategy<Value = PgRange<T>> {
    (bound(items()), bound(items()), 0..10).prop_map(|((low, in_low), (high, in_high), dice)| {
        if dice == 0 {
            return PgRange::Empty;
        }
        let (low, high) = match (low, high) {
            (Some(a), Some(b)) if b < a => (Some(b), Some(a)),
            both => both,
        };
        let make = |it: Option<T>, included| match it {
            None => Bound::Unbounded,
            Some(it) if included => Bound::Included(it),
            Some(it) => Bound::Excluded(it),
        };
        PgRange::Bounds(make(low, in_low), make(high, in_high))
    })
}

fn infinite<T: Debug>(finite: impl Strategy<Value = T>) -> impl Strategy<Value = OrInfinity<T>> {
    (finite, 0..4).prop_map(|(value, dice)| match dice {
        0 => OrInfinity::Infinity,
        1 => OrInfinity::NegInfinity,
        _ => OrInfinity::Value(value),
    })
}

fn decimal() -> impl Strategy<Value = Decimal> {
    (any::<i64>(), any::<i32>(), 0..20_u32)
        .prop_map(|(a, b, scale)| Decimal::from_i128_with_scale(i128::from(a) * i128::from(b), scale))
}

/// Declares the models with a column of each type, the values, and what is done with each column.
macro_rules! every_type {
    ($($field:ident: $ty:ty, $strategy:expr;)+) => {
        /// All columns filled: rows of it travel as arrays.
        #[derive(Debug, Clone, Model)]
        struct Full {
            #[orm(key)]
            id: i32,
            $($field: $ty,)+
        }

        /// All columns may be NULL.
        #[derive(Debug, Clone, Model)]
        struct Sparse {
            #[orm(key)]
            id: i32,
            $($field: Option<$ty>,)+
        }

        /// Arrays, some of them empty.
        #[derive(Debug, Clone, Model)]
        struct Lists {
            #[orm(key)]
            id: i32,
            $($field: Vec<$ty>,)+
        }

        /// Arrays of NULLs and values.
        #[derive(Debug, Clone, Model)]
        struct Gaps {
            #[orm(key)]
            id: i32,
            $($field: Vec<Option<$ty>>,)+
        }

        fn full(runner: &mut TestRunner, id: i32) -> NewFull {
            NewFull { id, $($field: one(runner, $strategy),)+ }
        }

        fn sparse(runner: &mut TestRunner, id: i32) -> NewSparse {
            NewSparse { id, $($field: one(runner, proptest::option::of($strategy)),)+ }
        }

        fn lists(runner: &mut TestRunner, id: i32) -> NewLists {
            NewLists { id, $($field: one(runner, vec($strategy, 0..4)),)+ }
        }

        fn gaps(runner: &mut TestRunner, id: i32) -> NewGaps {
            NewGaps { id, $($field: one(runner, vec(proptest::option::of($strategy), 0..4)),)+ }
        }

        /// Each column finds its own value, alone and in a list, and all values as one array.
        async fn find(db: &Database, rows: &[Full]) -> Result<()> {
            $(
                let all: Vec<$ty> = rows.iter().map(|it| it.$field.clone()).collect();
                let row = &rows[rows.len() / 2];
                let found = Full::query().filter(|f| f.$field.eq(row.$field.clone()).and(f.id.eq(row.id)));
                assert_eq!(found.count(db).await?, 1, "{}: {:?}", stringify!($field), row.$field);
                let other = Full::query().filter(|f| f.$field.ne(row.$field.clone()).and(f.id.eq(row.id)));
                assert_eq!(other.count(db).await?, 0, "{}: {:?}", stringify!($field), row.$field);
                let among = Full::query().filter(|f| f.$field.in_(all.clone())).count(db).await?;
                assert_eq!(among, i64::try_from(rows.len()).expect("few"), "{}", stringify!($field));
                let gathered = Full::query().select(|f| f.$field.array_agg().order_by(f.id.asc()));
                assert_eq!(format!("{:?}", gathered.one(db).await?), format!("{:?}", Some(all)));
            )+
            Ok(())
        }

        /// What NULL is not, and the length of arrays.
        async fn find_gaps(db: &Database, rows: &[Sparse], lists: &[Lists]) -> Result<()> {
            $(
                for row in rows.iter().take(4) {
                    let found = Sparse::query()
                        .filter(|s| s.$field.is_not_distinct_from(row.$field.clone()).and(s.id.eq(row.id)));
                    assert_eq!(found.count(db).await?, 1, "{}: {:?}", stringify!($field), row.$field);
                }
                let nulls = rows.iter().filter(|it| it.$field.is_none()).count();
                let found = Sparse::query().filter(|s| s.$field.is_null()).count(db).await?;
                assert_eq!(usize::try_from(found), Ok(nulls), "{}", stringify!($field));
                for row in lists.iter().take(2) {
                    let length = Lists::query()
                        .filter(|l| l.id.eq(row.id).and(l.$field.eq(row.$field.clone())))
                        .select(|l| cardinality(l.$field.cast::<Vec<Option<String>>>()));
                    assert_eq!(length.one(db).await?, i32::try_from(row.$field.len()).expect("few"));
                }
            )+
            Ok(())
        }

        /// Calls `visit` with each type: a value, the random bytes of broken ones, the type's name.
        pub(super) fn each_type(runner: &mut TestRunner, visitor: &mut impl super::bytes::Visitor) {
            $(
                let value: $ty = one(runner, $strategy);
                visitor.visit(&value);
                visitor.visit(&one(runner, vec($strategy, 0..3)));
            )+
        }
    };
}

orm_pg::sql_function! {
    fn cardinality(array: Vec<Option<String>>) -> i32 as pg_catalog.cardinality;
}

every_type! {
    flag: bool, any::<bool>();
    small: i16, any::<i16>();
    medium: i32, any::<i32>();
    large: i64, any::<i64>();
    single: f32, any::<f32>();
    double: f64, any::<f64>();
    text: String, text();
    bytes: Vec<u8>, vec(any::<u8>(), 0..20);
    amount: Decimal, decimal();
    uuid: Uuid, any::<[u8; 16]>().prop_map(Uuid::from_bytes);
    moment: DateTime<Utc>, moment();
    local: NaiveDateTime, moment().prop_map(|it| it.naive_utc());
    day: NaiveDate, day();
    hour: NaiveTime, time_of_day();
    time_moment: OffsetDateTime, (time_date(), time_time()).prop_map(|(d, t)| PrimitiveDateTime::new(d, t).assume_utc());
    time_local: PrimitiveDateTime, (time_date(), time_time()).prop_map(|(d, t)| PrimitiveDateTime::new(d, t));
    time_day: time::Date, time_date();
    time_hour: time::Time, time_time();
    jiff_moment: Timestamp, stamp();
    jiff_local: civil::DateTime, civil();
    jiff_day: civil::Date, civil().prop_map(|it| it.date());
    jiff_hour: civil::Time, civil().prop_map(|it| it.time());
    span: Interval, (any::<i32>(), any::<i32>(), any::<i64>())
        .prop_map(|(months, days, microseconds)| Interval { months, days, microseconds });
    address: IpAddr, any::<IpAddr>();
    inet: IpInet, (any::<IpAddr>(), 0..=32_u8).prop_map(|(ip, length)| IpInet::new(ip, length).expect("a network"));
    cidr: IpCidr, (any::<IpAddr>(), 0..=32_u8)
        .prop_map(|(ip, length)| IpInet::new(ip, length).expect("a network").network());
    mac: MacAddr, any::<[u8; 6]>().prop_map(MacAddr);
    mac8: MacAddr8, any::<[u8; 8]>().prop_map(MacAddr8);
    money: Money, any::<i64>().prop_map(Money);
    oid: Oid, any::<u32>().prop_map(Oid);
    kind: PgChar, (1..=127_u8).prop_map(PgChar);
    bits: BitVec, vec(any::<bool>(), 0..40).prop_map(|it| it.into_iter().collect::<BitVec>());
    int_range: PgRange<i64>, range(|| any::<i32>().prop_map(i64::from));
    amount_range: PgRange<Decimal>, range(decimal);
    moment_range: PgRange<Timestamp>, range(stamp);
    local_range: PgRange<PrimitiveDateTime>,
        range(|| (time_date(), time_time()).prop_map(|(d, t)| PrimitiveDateTime::new(d, t)));
    endless: OrInfinity<NaiveDate>, infinite(day());
    endless_moment: OrInfinity<Timestamp>, infinite(stamp());
    endless_range: PgRange<OrInfinity<DateTime<Utc>>>, range(|| infinite(moment()));
    status: Status, proptest::sample::select(vec![Status::Open, Status::Done, Status::OnHold]);
    role: Role, text().prop_map(Role);
    document: Json, text().prop_map(|it| Json(serde_json::Value::from(it)));
}

/// Whole numbers are given back in one form; that is compared on its own, in `ranges`.
fn same(row: &impl Debug, new: &impl Debug) {
    let canonical = |it: String| it.split_once(' ').map(|(_, rest)| rest.to_owned()).unwrap_or_default();
    assert_eq!(canonical(format!("{row:?}")), canonical(format!("{new:?}")));
}

fn canonical(mut row: NewFull) -> NewFull {
    row.int_range = whole(row.int_range);
    row.moment_range = degenerate(row.moment_range);
    row.amount_range = degenerate(row.amount_range);
    row.local_range = degenerate(row.local_range);
    row.endless_range = degenerate(row.endless_range);
    row
}

/// What the server makes of a range of whole numbers.
fn whole(range: PgRange<i64>) -> PgRange<i64> {
    let PgRange::Bounds(low, high) = range else { return range };
    let low = match low {
        Bound::Excluded(it) => Bound::Included(it + 1),
        low => low,
    };
    let high = match high {
        Bound::Included(it) => Bound::Excluded(it + 1),
        high => high,
    };
    match (low, high) {
        (Bound::Included(a), Bound::Excluded(b)) if a >= b => PgRange::Empty,
        (low, high) => PgRange::Bounds(low, high),
    }
}

/// A range from a value to itself is empty unless both ends belong to it.
fn degenerate<T: PartialEq>(range: PgRange<T>) -> PgRange<T> {
    match range {
        PgRange::Bounds(Bound::Excluded(a), Bound::Included(b) | Bound::Excluded(b)) if a == b => PgRange::Empty,
        PgRange::Bounds(Bound::Included(a), Bound::Excluded(b)) if a == b => PgRange::Empty,
        range => range,
    }
}

#[orm_pg::test(models(Full))]
async fn random_values_of_every_type(db: Database) -> Result<()> {
    let mut runner = runner();
    let rows: Vec<_> = (0..40).map(|id| canonical(full(&mut runner, id))).collect();
    let insert = Full::insert_many(rows.clone());
    assert!(insert.to_string().contains("FROM unnest("), "{insert}");
    let stored = insert.all(&db).await?;
    assert_eq!(stored.len(), rows.len());
    stored.iter().zip(&rows).for_each(|(row, new)| same(row, new));
    let single = NewFull { id: 99, ..rows[7].clone() };
    same(&Full::insert(single.clone()).one(&db).await?, &single);
    same(&Full::get(99).one(&db).await?, &single);
    Full::query().filter(|f| f.id.eq(99)).delete().execute(&db).await?;
    find(&db, &stored).await
}

#[orm_pg::test(models(Sparse, Lists, Gaps))]
async fn random_nulls_and_arrays_of_every_type(db: Database) -> Result<()> {
    let mut runner = runner();
    let count = |many: usize| i32::try_from(many).expect("few");
    let rows: Vec<_> = (0..12).map(|id| sparse(&mut runner, id)).collect();
    let stored = Sparse::insert_many(rows.clone()).all(&db).await?;
    assert_eq!(count(stored.len()), 12);
    let listed = Lists::insert_many((0..6).map(|id| lists(&mut runner, id)).collect::<Vec<_>>()).all(&db).await?;
    find_gaps(&db, &stored, &listed).await?;
    // The server's form of a range is stable: what came back is sent again and comes back as it is.
    for row in &listed {
        same(&Lists::get(row.id).one(&db).await?, row);
    }
    let rows: Vec<_> = (0..6).map(|id| gaps(&mut runner, id)).collect();
    let stored = Gaps::insert_many(rows.clone()).all(&db).await?;
    for (row, new) in stored.iter().zip(&rows) {
        assert_eq!((&row.flag, &row.text, &row.span), (&new.flag, &new.text, &new.span));
        assert_eq!((&row.jiff_day, &row.time_local, &row.endless), (&new.jiff_day, &new.time_local, &new.endless));
        same(&Gaps::get(row.id).one(&db).await?, row);
    }
    Ok(())
}

//! Arithmetic with dates, times and intervals.

use expect_test::expect;
use orm_pg::{
    prelude::*,
    types::{jiff, time},
};

use crate::{models::Event, support::check};

#[derive(Debug, Clone, Model)]
struct Visit {
    #[orm(key)]
    id: i32,
    began: DateTime<Utc>,
    ended: Option<DateTime<Utc>>,
    day: NaiveDate,
    hour: NaiveTime,
    pause: Interval,
    stamp: Timestamp,
    civil: jiff::civil::Date,
    offset: OffsetDateTime,
    date: time::Date,
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a moment")
}

fn visit() -> NewVisit {
    NewVisit {
        id: 1,
        began: at("2024-01-31T10:00:00Z"),
        ended: Some(at("2024-02-01T12:30:00Z")),
        day: NaiveDate::from_ymd_opt(2024, 1, 31).expect("a day"),
        hour: NaiveTime::from_hms_opt(23, 0, 0).expect("a time"),
        pause: Interval::minutes(90),
        stamp: "2024-01-31T10:00:00Z".parse().expect("a moment"),
        civil: jiff::civil::date(2024, 1, 31),
        offset: OffsetDateTime::from_unix_timestamp(1_706_695_200).expect("a moment"),
        date: time::Date::from_ordinal_date(2024, 31).expect("a day"),
    }
}

#[orm_pg::test(models(Visit))]
async fn dates_and_intervals_are_calculated_by_the_server(db: Database) -> Result<()> {
    Visit::insert(visit()).execute(&db).await?;
    let moments = Visit::query().select(|v| {
        (
            v.began + Interval::months(1),
            v.began - Interval::days(1),
            v.ended - v.began,
            v.ended + v.pause,
            v.pause + v.began,
            v.began - at("2024-01-30T00:00:00Z"),
            -v.pause,
            v.pause * 2.0 + Interval::days(1) - v.pause / 3.0,
        )
    });
    let (month, before, stay, later, swapped, since, minus, sum) = moments.one(&db).await?;
    assert_eq!(month, at("2024-02-29T10:00:00Z"));
    assert_eq!(before, at("2024-01-30T10:00:00Z"));
    assert_eq!(stay, Some(Interval { months: 0, days: 1, microseconds: 9_000_000_000 }));
    assert_eq!(later, Some(at("2024-02-01T14:00:00Z")));
    assert_eq!((swapped, since), (at("2024-01-31T11:30:00Z"), Interval { days: 1, ..Interval::hours(10) }));
    assert_eq!((minus, sum), (Interval::minutes(-90), Interval { days: 1, ..Interval::minutes(150) }));
    let days = Visit::query().select(|v| {
        (
            v.day + 1,
            v.day - 31,
            v.day - NaiveDate::from_ymd_opt(2024, 1, 1).expect("a day"),
            v.day + Interval::hours(6),
            v.day + v.hour,
            v.hour + Interval::hours(2),
            v.hour - NaiveTime::from_hms_opt(22, 30, 0).expect("a time"),
        )
    });
    let (next, earlier, between, six, evening, past, half) = days.one(&db).await?;
    assert_eq!((next.to_string(), earlier.to_string(), between), ("2024-02-01".into(), "2023-12-31".into(), 30));
    assert_eq!((six.to_string(), evening.to_string()), ("2024-01-31 06:00:00".into(), "2024-01-31 23:00:00".into()));
    assert_eq!((past.to_string(), half), ("01:00:00".into(), Interval::minutes(30)));
    Ok(())
}

#[orm_pg::test(models(Visit))]
async fn other_date_crates_calculate_the_same(db: Database) -> Result<()> {
    Visit::insert(visit()).execute(&db).await?;
    let row = Visit::query().select(|v| {
        (
            v.stamp + Interval::months(1),
            v.stamp - v.stamp,
            v.civil + 1,
            v.civil + Interval::days(1),
            v.offset + Interval::months(1),
            v.date - v.date,
            v.date + Interval::days(1),
        )
    });
    let (stamp, none, day, local, offset, zero, primitive) = row.one(&db).await?;
    assert_eq!((stamp.to_string().as_str(), none), ("2024-02-29T10:00:00Z", Interval::ZERO));
    assert_eq!((day.to_string().as_str(), local.to_string().as_str()), ("2024-02-01", "2024-02-01T00:00:00"));
    assert_eq!((offset.unix_timestamp(), zero), (1_709_200_800, 0));
    assert_eq!(primitive.to_string(), "2024-02-01 0:00:00.0");
    let recent = Visit::query()
        .filter(|v| v.stamp.lt(jiff::now() - Interval::hours(1)).and(v.date.lt(time::current_date() - 1)))
        .filter(|v| v.began.lt(now() - Interval::days(1)).and(v.civil.lt(jiff::current_date())));
    assert_eq!(recent.count(&db).await?, 1);
    let spent = Visit::query().select(|v| (v.pause.sum(), v.pause.avg(), v.pause.max(), v.stamp.min()));
    let (sum, avg, max, min) = spent.one(&db).await?;
    assert_eq!([sum, avg, max], [Some(Interval::minutes(90)); 3]);
    assert_eq!(min, Some(visit().stamp));
    Ok(())
}

#[test]
fn the_sql_of_arithmetic() {
    let query = Event::query()
        .filter(|e| e.at.gt(now() - Interval::days(7)).and((e.at - e.at).lt(Interval::hours(1))))
        .filter(|e| (e.day + 1).gt(current_date()));
    check(
        query.to_sql(),
        expect![[r#"
            SELECT t0."id", t0."at", t0."day" FROM "events" AS t0 WHERE ((t0."at" > (now() - $1)) AND ((t0."at" - t0."at") < $2)) AND ((t0."day" + $3) > current_date)
            [interval, interval, integer]"#]],
    );
}

#[test]
fn intervals_and_durations_convert_exactly_or_not_at_all() {
    use std::time::Duration;

    use orm_pg::types::{InexactInterval, TimeDelta};
    assert_eq!(Interval::try_from(Duration::from_millis(1_500)), Ok(Interval::milliseconds(1_500)));
    assert_eq!(Interval::try_from(Duration::from_nanos(1)), Err(InexactInterval::Fraction));
    assert_eq!(Interval::try_from(Duration::from_secs(u64::MAX)), Err(InexactInterval::OutOfRange));
    assert_eq!(Duration::try_from(Interval::seconds(2)), Ok(Duration::from_secs(2)));
    assert_eq!(Duration::try_from(Interval::seconds(-2)), Err(InexactInterval::OutOfRange));
    assert_eq!(Duration::try_from(Interval::days(1)), Err(InexactInterval::Calendar));
    assert_eq!(TimeDelta::try_from(Interval::seconds(-2)), Ok(TimeDelta::seconds(-2)));
    assert_eq!(Interval::try_from(TimeDelta::nanoseconds(-1)), Err(InexactInterval::Fraction));
    for interval in [Interval::ZERO, Interval { months: -14, days: -3, microseconds: -7 }, Interval::weeks(2)] {
        let span = jiff::Span::try_from(interval).expect("a span");
        assert_eq!(Interval::try_from(span), Ok(interval));
    }
    assert_eq!(
        jiff::Span::try_from(Interval { months: 1, ..Interval::days(-1) }).err(),
        Some(InexactInterval::OutOfRange)
    );
    assert_eq!(jiff::Span::try_from(Interval::INFINITY).err(), Some(InexactInterval::OutOfRange));
    let span = jiff::Span::new().years(1).weeks(1).hours(1).nanoseconds(2_000);
    assert_eq!(Interval::try_from(span), Ok(Interval { months: 12, days: 7, microseconds: 3_600_000_002 }));
    for (interval, text) in [
        (Interval::ZERO, "PT0S"),
        (Interval { months: -1, days: 0, microseconds: -1 }, "P-1MT-0.000001S"),
        (Interval::seconds(3_661), "PT1H1M1S"),
        (Interval { months: 25, days: 3, microseconds: 0 }, "P2Y1M3D"),
    ] {
        assert_eq!(interval.to_string(), text);
    }
}

/// What an interval is written as, the server reads as that interval.
#[orm_pg::test]
async fn the_server_reads_what_display_writes(db: Database) -> Result<()> {
    let mut runner = super::random::runner();
    for _ in 0..50 {
        use proptest::prelude::any;
        let (months, days, seconds) = super::random::one(&mut runner, (any::<i16>(), any::<i16>(), any::<i32>()));
        let micros = i64::from(super::random::one(&mut runner, -1_999_999..2_000_000));
        let (months, days) = (i32::from(months), i32::from(days));
        let interval = Interval { months, days, microseconds: i64::from(seconds) * 1_000_000 + micros };
        let text = interval.to_string();
        assert_eq!(sql!("SELECT {text}::text::interval").one::<Interval>(&db).await?, interval, "{text}");
    }
    Ok(())
}

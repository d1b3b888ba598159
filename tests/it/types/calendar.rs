//! Dates and times out of range: errors that name the fix.

use std::error::Error as _;

use orm_pg::{
    ast::SqlPart,
    expr::RawSql,
    prelude::*,
    row::FromRow,
    types::{jiff::civil, time},
};

async fn refused<T: FromRow>(db: &Database, sql: &'static str) -> String {
    let error = RawSql::new(vec![SqlPart::Text(sql)]).one::<T>(db).await.err().unwrap_or_else(|| panic!("{sql}"));
    assert_eq!(error.kind(), ErrorKind::Decode, "{sql}");
    error.source().map(ToString::to_string).unwrap_or_default()
}

#[orm_pg::test]
async fn infinity_is_an_error_that_names_its_type(db: Database) -> Result<()> {
    let db = &db;
    let errors = [
        refused::<DateTime<Utc>>(db, "SELECT 'infinity'::timestamptz").await,
        refused::<DateTime<FixedOffset>>(db, "SELECT '-infinity'::timestamptz").await,
        refused::<NaiveDateTime>(db, "SELECT 'infinity'::timestamp").await,
        refused::<NaiveDate>(db, "SELECT '-infinity'::date").await,
        refused::<OffsetDateTime>(db, "SELECT 'infinity'::timestamptz").await,
        refused::<PrimitiveDateTime>(db, "SELECT '-infinity'::timestamp").await,
        refused::<time::Date>(db, "SELECT 'infinity'::date").await,
        refused::<Timestamp>(db, "SELECT 'infinity'::timestamptz").await,
        refused::<civil::DateTime>(db, "SELECT '-infinity'::timestamp").await,
        refused::<civil::Date>(db, "SELECT 'infinity'::date").await,
    ];
    for error in errors {
        assert_eq!(error, "the value is infinite, which this type cannot hold: read it into `OrInfinity<_>`");
    }
    Ok(())
}

#[orm_pg::test]
async fn what_is_beyond_the_rust_type_is_an_error(db: Database) -> Result<()> {
    let db = &db;
    for error in [
        refused::<NaiveTime>(db, "SELECT '24:00'::time").await,
        refused::<time::Time>(db, "SELECT '24:00'::time").await,
        refused::<civil::Time>(db, "SELECT '24:00'::time").await,
    ] {
        assert!(error.starts_with("24:00:00 is a time that this type cannot hold"), "{error}");
    }
    assert!(refused::<Timestamp>(db, "SELECT '10000-01-01'::timestamptz").await.contains("jiff cannot hold"));
    assert!(refused::<civil::DateTime>(db, "SELECT '290000-01-01'::timestamp").await.contains("jiff cannot hold"));
    assert!(refused::<civil::Date>(db, "SELECT '5874897-12-31'::date").await.contains("jiff cannot hold"));
    assert!(!refused::<OffsetDateTime>(db, "SELECT '10000-01-01'::timestamptz").await.is_empty());
    assert!(!refused::<time::Date>(db, "SELECT '5874897-12-31'::date").await.is_empty());
    assert!(!refused::<NaiveDate>(db, "SELECT '5874897-12-31'::date").await.is_empty());
    Ok(())
}

/// A type that Rust knows and the column does not have: the message says what to use.
#[orm_pg::test]
async fn the_wrong_type_is_told_which_is_right(db: Database) -> Result<()> {
    let message = |it: Error| it.to_string();
    let error = sql!("SELECT '1 day'::interval AS span").one::<i64>(&db).await.map_err(message).expect_err("wrong");
    assert_eq!(error, "sql: column `span` is of type interval, which `i64` cannot hold: read it into `Interval`");
    let error = sql!("SELECT now() AS at").one::<String>(&db).await.map_err(message).expect_err("wrong");
    assert!(error.ends_with("`DateTime<Utc>` (feature `chrono`), `OffsetDateTime` (`time`) or `Timestamp` (`jiff`)"));
    let error = sql!("SELECT point(1, 2) AS at").one::<String>(&db).await.map_err(message).expect_err("wrong");
    assert!(error.ends_with("no Rust type is known for point: convert it in SQL, `::text`"), "{error}");
    let error = sql!("SELECT '10.0.0.1/8'::inet AS ip").one::<std::net::IpAddr>(&db).await.expect_err("a network");
    assert!(error.source().is_some_and(|it| it.to_string().contains("read it into `IpInet`")), "{error:?}");
    Ok(())
}

/// A number that `Decimal` has no room for is neither rounded nor a panic.
#[orm_pg::test]
async fn numbers_are_read_exactly_or_not_at_all(db: Database) -> Result<()> {
    let db = &db;
    for sql in [
        "SELECT 1e32::numeric",
        "SELECT -1e28::numeric * 10",
        "SELECT 1e400::numeric",
        "SELECT 79228162514264337593543950336::numeric",
        "SELECT 0.12345678901234567890123456789::numeric",
        "SELECT 1e-29::numeric",
    ] {
        assert!(refused::<Decimal>(db, sql).await.starts_with("the number has more digits than the 28"), "{sql}");
    }
    for sql in ["SELECT 'NaN'::numeric", "SELECT 'Infinity'::numeric"] {
        assert!(refused::<Decimal>(db, sql).await.starts_with("the number is NaN or infinite"), "{sql}");
    }
    for (sql, text) in [
        ("SELECT 79228162514264337593543950335::numeric", "79228162514264337593543950335"),
        ("SELECT -0.0000000000000000000000000001::numeric", "-0.0000000000000000000000000001"),
        ("SELECT 12345.678900::numeric", "12345.678900"),
        ("SELECT 0.00::numeric", "0.00"),
        ("SELECT 1e28::numeric", "10000000000000000000000000000"),
        ("SELECT 1.50000000000000000000000000000000000000::numeric", "1.5000000000000000000000000000"),
        ("SELECT 10000::numeric", "10000"),
    ] {
        let number = RawSql::new(vec![SqlPart::Text(sql)]).one::<Decimal>(db).await?;
        assert_eq!(number.to_string(), text, "{sql}");
    }
    Ok(())
}

/// The server has microseconds. What is finer is cut off downwards, before its zero (2000) as after it.
#[orm_pg::test]
async fn what_is_finer_than_a_microsecond_is_cut_off(db: Database) -> Result<()> {
    let micros = async |sql: RawSql| -> Result<i64> { sql.one::<i64>(&db).await };
    for year in [1_i16, 1969, 1970, 1999, 2000, 2024] {
        let day = NaiveDate::from_ymd_opt(i32::from(year), 12, 31).expect("a day");
        let local = day.and_hms_nano_opt(23, 59, 58, 1_999).expect("a time");
        let (moment, time) = (local.and_utc(), local.time());
        let fixed = moment.fixed_offset();
        let of_time = time::Date::from_ordinal_date(i32::from(year), 365).expect("a day");
        let of_time = of_time.with_hms_nano(23, 59, 58, 1_999).expect("a time");
        let (offset, clock) = (of_time.assume_utc(), of_time.time());
        let civil = civil::date(year, 12, 31).at(23, 59, 58, 1_999);
        let stamp: Timestamp = format!("{civil}Z").parse().expect("a moment");
        let jiff_time = civil.time();
        let (range, list) = (PgRange::from(moment..), vec![local]);
        let endless = OrInfinity::Value(moment);
        for (name, sql) in [
            ("DateTime<Utc>", sql!("SELECT extract(microseconds FROM {moment})::bigint % 1000000")),
            ("DateTime<FixedOffset>", sql!("SELECT extract(microseconds FROM {fixed})::bigint % 1000000")),
            ("NaiveDateTime", sql!("SELECT extract(microseconds FROM {local})::bigint % 1000000")),
            ("NaiveTime", sql!("SELECT extract(microseconds FROM {time})::bigint % 1000000")),
            ("OffsetDateTime", sql!("SELECT extract(microseconds FROM {offset})::bigint % 1000000")),
            ("PrimitiveDateTime", sql!("SELECT extract(microseconds FROM {of_time})::bigint % 1000000")),
            ("Time", sql!("SELECT extract(microseconds FROM {clock})::bigint % 1000000")),
            ("Timestamp", sql!("SELECT extract(microseconds FROM {stamp})::bigint % 1000000")),
            ("civil::DateTime", sql!("SELECT extract(microseconds FROM {civil})::bigint % 1000000")),
            ("civil::Time", sql!("SELECT extract(microseconds FROM {jiff_time})::bigint % 1000000")),
            ("PgRange", sql!("SELECT extract(microseconds FROM lower({range}))::bigint % 1000000")),
            ("Vec", sql!("SELECT extract(microseconds FROM ({list})[1])::bigint % 1000000")),
            ("OrInfinity", sql!("SELECT extract(microseconds FROM {endless})::bigint % 1000000")),
        ] {
            assert_eq!(micros(sql).await?, 1, "{name} in {year}");
        }
    }
    Ok(())
}

#[orm_pg::test]
async fn a_leap_second_counts_on_or_is_an_error(db: Database) -> Result<()> {
    let leap = |hour, minute| NaiveTime::from_hms_nano_opt(hour, minute, 59, 1_500_000_000).expect("a leap second");
    let (within, at_the_end) = (leap(12, 59), leap(23, 59));
    assert_eq!(sql!("SELECT {within}::text").one::<String>(&db).await?, "13:00:00.5");
    let error = sql!("SELECT {at_the_end}::text").one::<String>(&db).await.expect_err("beyond the day");
    assert_eq!(error.kind(), ErrorKind::Encode);
    assert!(
        error.to_string().ends_with("PostgreSQL has no time of day for a leap second at the end of a day"),
        "{error}"
    );
    let moment = NaiveDate::from_ymd_opt(2016, 12, 31).expect("a day").and_time(at_the_end).and_utc();
    let year = sql!("SELECT extract(year FROM {moment} AT TIME ZONE 'UTC')::int");
    assert_eq!(year.one::<i32>(&db).await?, 2017);
    Ok(())
}

/// The reason stands in the text where it quotes no value.
#[orm_pg::test]
async fn an_error_of_a_value_says_why(db: Database) -> Result<()> {
    let shown = async |sql: RawSql| sql.one::<DateTime<Utc>>(&db).await.expect_err("no moment").to_string();
    let text = shown(sql!("SELECT 'infinity'::timestamptz AS at")).await;
    let end = "cannot be read into `DateTime<Utc>`: the value is infinite, which this type cannot hold: read it into \
               `OrInfinity<_>`";
    assert!(text.ends_with(end), "{text}");
    sql!("CREATE TABLE t (v varchar(3), n numeric(3, 1), b bit(3))").execute(&db).await?;
    let (long, many, bits) = ("hunter2", Decimal::new(12_345, 1), BitVec::from_elem(5, true));
    for (sql, reason) in [
        (sql!("INSERT INTO t (v) VALUES ({long})"), "value too long for type character varying(3)"),
        (sql!("INSERT INTO t (n) VALUES ({many})"), "numeric field overflow"),
        (sql!("INSERT INTO t (b) VALUES ({bits})"), "bit string length 5 does not match type bit(3)"),
        (sql!("SELECT 2147483647 + length({long})"), "integer out of range"),
    ] {
        let error = sql.execute(&db).await.expect_err("does not fit");
        assert!(error.to_string().ends_with(reason), "{error}");
        assert!(!format!("{error} {error:?}").contains(long), "{error:?}");
    }
    // RAISE takes any state, and what it says may be data.
    let raise = "DO $$ BEGIN RAISE EXCEPTION 'value too long for type hunter2' USING ERRCODE = '22001'; END $$";
    let error = RawSql::new(vec![SqlPart::Text(raise)]).execute(&db).await.expect_err("raised");
    assert!(error.sql_state() == Some("22001") && !format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    Ok(())
}

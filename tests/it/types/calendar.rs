//! What dates and times cannot be: errors that name the way out.

use std::error::Error as _;

use orm_pg::{
    ast::Part,
    expr::RawSql,
    prelude::*,
    row::FromRow,
    types::{jiff::civil, time},
};

async fn refused<T: FromRow>(db: &Database, sql: &'static str) -> String {
    let error = RawSql::new(vec![Part::Text(sql)]).one::<T>(db).await.err().unwrap_or_else(|| panic!("{sql}"));
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
    assert!(error.ends_with("no Rust type is known for point: change it in SQL, `::text`"), "{error}");
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
        let number = RawSql::new(vec![Part::Text(sql)]).one::<Decimal>(db).await?;
        assert_eq!(number.to_string(), text, "{sql}");
    }
    Ok(())
}

//! PostgreSQL's own input and output agree with the value, so that our encoder and decoder cannot share one mistake.

use std::fmt::Debug;

use orm_pg::{
    ast::{Node, SqlPart},
    expr::RawSql,
    prelude::*,
    types::{MacAddr, MacAddr8, Money, Oid, PgChar, jiff::civil, time},
    value::{Bind, Scalar},
};

/// The server reads the SQL as `value`, and prints `value` as `printed`.
async fn agrees<T: Scalar + Debug>(db: &impl Executor, read: &'static str, value: T, printed: &str) {
    let sql = RawSql::new(vec![SqlPart::Text(read)]);
    let seen = sql.one::<T>(db).await.unwrap_or_else(|error| panic!("{read}: {error:?}"));
    assert_eq!(format!("{seen:?}"), format!("{value:?}"), "{read}");
    let bind = SqlPart::Node(Node::Bind(Bind::new(value)));
    let sql = RawSql::new(vec![SqlPart::Text("SELECT ("), bind, SqlPart::Text(")::text")]);
    assert_eq!(sql.one::<String>(db).await.unwrap_or_else(|error| panic!("{read}: {error:?}")), printed);
}

macro_rules! agree {
    ($db:expr; $($sql:literal, $value:expr, $printed:literal;)+) => {
        $(agrees($db, concat!("SELECT ", $sql), $value, $printed).await;)+
    };
}

/// The numbers that stand for types are those of the server.
#[orm_pg::test]
async fn the_identifiers_are_the_servers(db: Database) -> Result<()> {
    let declared = [
        Interval::TYPE,
        <PgRange<i32>>::TYPE,
        <PgRange<i64>>::TYPE,
        <PgRange<Decimal>>::TYPE,
        <PgRange<NaiveDateTime>>::TYPE,
        <PgRange<DateTime<Utc>>>::TYPE,
        <PgRange<NaiveDate>>::TYPE,
        <Multirange<i32>>::TYPE,
        <Multirange<i64>>::TYPE,
        <Multirange<Decimal>>::TYPE,
        <Multirange<NaiveDateTime>>::TYPE,
        <Multirange<DateTime<Utc>>>::TYPE,
        <Multirange<NaiveDate>>::TYPE,
        IpInet::TYPE,
        IpCidr::TYPE,
        BitVec::TYPE,
        MacAddr::TYPE,
        MacAddr8::TYPE,
        Money::TYPE,
        Oid::TYPE,
        PgChar::TYPE,
        Timestamp::TYPE,
        civil::DateTime::TYPE,
        civil::Date::TYPE,
        civil::Time::TYPE,
        OffsetDateTime::TYPE,
        PrimitiveDateTime::TYPE,
        time::Date::TYPE,
        time::Time::TYPE,
    ];
    for ty in declared {
        for ty in [ty, ty.array()] {
            let (oid, name) = (Oid(ty.oid), format!("{}{}", ty.name, if ty.array { "[]" } else { "" }));
            assert_eq!(sql!("SELECT format_type({oid}, NULL)").one::<String>(&db).await?, name);
        }
    }
    Ok(())
}

#[orm_pg::test]
async fn dates_and_times(db: Database) -> Result<()> {
    let db = &db.connection().await?;
    sql!("SET timezone = 'UTC'").execute(db).await?;
    let naive = |text: &str| text.parse::<NaiveDateTime>().expect("a timestamp");
    let day = |year, month, day| time::Date::from_calendar_date(year, month, day).expect("a day");
    let hour = time::Time::from_hms_micro(23, 59, 59, 999_999).expect("a time");
    let may = time::Month::May;
    agree! { db;
        "'2024-05-06 07:08:09.000001+00'::timestamptz", naive("2024-05-06T07:08:09.000001").and_utc(), "2024-05-06 07:08:09.000001+00";
        "'1969-12-31 23:59:59.999999'::timestamp", naive("1969-12-31T23:59:59.999999"), "1969-12-31 23:59:59.999999";
        "'2024-02-29'::date", NaiveDate::from_ymd_opt(2024, 2, 29).expect("a day"), "2024-02-29";
        "'0001-01-01 BC'::date", NaiveDate::from_ymd_opt(0, 1, 1).expect("a day"), "0001-01-01 BC";
        "'23:59:59.999999'::time", NaiveTime::from_hms_micro_opt(23, 59, 59, 999_999).expect("a time"), "23:59:59.999999";
        "'2024-05-06 23:59:59.999999+00'::timestamptz", PrimitiveDateTime::new(day(2024, may, 6), hour).assume_utc(), "2024-05-06 23:59:59.999999+00";
        "'0099-05-06 23:59:59.999999'::timestamp", PrimitiveDateTime::new(day(99, may, 6), hour), "0099-05-06 23:59:59.999999";
        "'9999-05-31'::date", day(9999, may, 31), "9999-05-31";
        "'23:59:59.999999'::time", hour, "23:59:59.999999";
        "'2024-05-06 07:08:09.000001+00'::timestamptz", "2024-05-06T07:08:09.000001Z".parse::<Timestamp>().expect("a moment"), "2024-05-06 07:08:09.000001+00";
        "'1969-12-31 23:59:59.999999+00'::timestamptz", "1969-12-31T23:59:59.999999Z".parse::<Timestamp>().expect("a moment"), "1969-12-31 23:59:59.999999+00";
        "'1999-12-31 23:59:59.999999'::timestamp", civil::date(1999, 12, 31).at(23, 59, 59, 999_999_000), "1999-12-31 23:59:59.999999";
        "'1969-12-31'::date", civil::date(1969, 12, 31), "1969-12-31";
        "'0001-12-31 BC'::date", civil::date(0, 12, 31), "0001-12-31 BC";
        "'9999-12-31'::date", civil::date(9999, 12, 31), "9999-12-31";
        "'23:59:59.999999'::time", civil::time(23, 59, 59, 999_999_000), "23:59:59.999999";
        "'infinity'::date", OrInfinity::<NaiveDate>::Infinity, "infinity";
        "'-infinity'::timestamptz", OrInfinity::<Timestamp>::NegInfinity, "-infinity";
        "'infinity'::timestamp", OrInfinity::<PrimitiveDateTime>::Infinity, "infinity";
        "'1 year 2 mons -3 days 04:05:06.000007'::interval", Interval { months: 14, days: -3, microseconds: 14_706_000_007 }, "1 year 2 mons -3 days +04:05:06.000007";
        "'-00:00:00.5'::interval", Interval::milliseconds(-500), "-00:00:00.5";
        "'P1Y2M-3DT-4H5M6.5S'::interval", Interval { months: 14, days: -3, microseconds: -14_093_500_000 }, "1 year 2 mons -3 days -03:54:53.5";
    }
    Ok(())
}

#[orm_pg::test]
async fn numbers_networks_bits_and_ranges(db: Database) -> Result<()> {
    let db = &db.connection().await?;
    sql!("SET lc_monetary = 'C'").execute(db).await?;
    let mac = "08:00:2b:01:02:03".parse::<MacAddr>().expect("an address");
    let mac8 = "08:00:2b:01:02:03:04:ff".parse::<MacAddr8>().expect("an address");
    let day = |day| NaiveDate::from_ymd_opt(2024, 1, day).expect("a day");
    let bits = [true, false, true, true, false, false, false, false, true].into_iter().collect::<BitVec>();
    agree! { db;
        "'10.1.2.3/8'::inet", "10.1.2.3/8".parse::<IpInet>().expect("an inet"), "10.1.2.3/8";
        "'2001:db8::/32'::cidr", "2001:db8::/32".parse::<IpCidr>().expect("a network"), "2001:db8::/32";
        "'10.1.2.3'::inet", std::net::IpAddr::from([10, 1, 2, 3]), "10.1.2.3/32";
        "'08:00:2b:01:02:03'::macaddr", mac, "08:00:2b:01:02:03";
        "'08:00:2b:01:02:03:04:ff'::macaddr8", mac8, "08:00:2b:01:02:03:04:ff";
        "'12.34'::money", Money(1_234), "$12.34";
        "4294967295::oid", Oid(u32::MAX), "4294967295";
        "'r'::\"char\"", PgChar(b'r'), "r";
        "B'101100001'::varbit", bits.clone(), "101100001";
        "B'101100001'", bits, "101100001";
        "'[1,5]'::int4range", PgRange::from(1..6), "[1,6)";
        "'(,5)'::int8range", PgRange::from(..5_i64), "(,5)";
        "'empty'::int4range", PgRange::<i32>::Empty, "empty";
        "'(,)'::int4range", PgRange::<i32>::ALL, "(,)";
        "'[1.5,2.50]'::numrange", PgRange::from(Decimal::new(15, 1)..=Decimal::new(250, 2)), "[1.5,2.50]";
        "'[2024-01-01,2024-01-05)'::daterange", PgRange::from(day(1)..day(5)), "[2024-01-01,2024-01-05)";
        "'[2024-01-01,infinity)'::daterange", PgRange::from(OrInfinity::Value(day(1))..OrInfinity::Infinity), "[2024-01-01,infinity)";
        "'{[1,3),[7,9)}'::int4multirange", Multirange::from([PgRange::from(1..3), PgRange::from(7..9)]), "{[1,3),[7,9)}";
        "'{}'::datemultirange", Multirange::<NaiveDate>::default(), "{}";
        "ARRAY['1 day', NULL]::interval[]", vec![Some(Interval::days(1)), None], "{\"1 day\",NULL}";
        "'{}'::int4range[]", Vec::<PgRange<i32>>::new(), "{}";
    }
    Ok(())
}

//! Ranges and multiranges in queries.

use std::ops::Bound;

use expect_test::expect;
use orm_pg::{
    prelude::*,
    types::jiff::civil,
    value::{PgType, RangeItem},
};

use crate::support::check;

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "bookings")]
struct Booking {
    #[orm(key)]
    id: i32,
    seats: PgRange<i32>,
    during: Option<PgRange<DateTime<Utc>>>,
    seat: i32,
    days: Multirange<civil::Date>,
}

fn hour(hour: u32) -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(2024, 1, 1).and_then(|it| it.and_hms_opt(hour, 0, 0)).expect("a moment").and_utc()
}

async fn bookings(db: &Database) -> Result<()> {
    let day = |day| civil::date(2024, 1, day);
    let rows = [
        (1, PgRange::from(1..=4), Some((hour(8)..hour(10)).into())),
        (2, PgRange::from(5..9), Some((hour(10)..).into())),
        (3, PgRange::Empty, None),
        (4, PgRange::from(..3), Some(PgRange::ALL)),
    ];
    let rows = rows.map(|(id, seats, during)| NewBooking {
        id,
        seats,
        during,
        seat: id * 2,
        days: [PgRange::from(day(1)..day(3)), PgRange::from(day(7)..=day(9))].into(),
    });
    Booking::insert_many(rows).execute(db).await?;
    Ok(())
}

#[orm_pg::test(models(Booking))]
async fn operators_hold_as_the_server_says(db: Database) -> Result<()> {
    bookings(&db).await?;
    let ids = async |cond: fn(BookingColumns) -> Cond| {
        Booking::query().filter(cond).order_by(|b| b.id.asc()).select(|b| b.id).all(&db).await.expect("ids")
    };
    assert_eq!(ids(|b| b.seats.contains_value(2)).await, [1, 4]);
    assert_eq!(ids(|b| b.seats.contains_value(b.seat)).await, [1]);
    assert_eq!(ids(|b| b.seats.contains_range(1..3)).await, [1, 4]);
    assert_eq!(ids(|b| b.seats.contained_by(1..)).await, [1, 2, 3]);
    assert_eq!(ids(|b| b.seat.within(b.seats)).await, [1]);
    assert_eq!(ids(|b| b.seat.within(4..=6)).await, [2, 3]);
    assert_eq!(ids(|b| b.seats.overlaps(3..=5)).await, [1, 2]);
    assert_eq!(ids(|b| b.seats.adjacent_to(9..12)).await, [2]);
    assert_eq!(ids(|b| b.seats.is_before(5..)).await, [1, 4]);
    assert_eq!(ids(|b| b.seats.is_after(..=4)).await, [2]);
    assert_eq!(ids(|b| b.seats.is_empty().eq(true)).await, [3]);
    assert_eq!(ids(|b| b.seats.eq(PgRange::from(1..5))).await, [1]);
    assert_eq!(ids(|b| b.during.overlaps(hour(9)..hour(11))).await, [1, 2, 4]);
    assert_eq!(ids(|b| b.during.contains_value(now())).await, [2, 4]);
    assert_eq!(ids(|b| b.days.contains_value(civil::date(2024, 1, 9))).await, [1, 2, 3, 4]);
    assert_eq!(ids(|b| b.days.overlaps(civil::date(2024, 1, 3)..civil::date(2024, 1, 7))).await, [0; 0]);
    Ok(())
}

#[orm_pg::test(models(Booking))]
async fn functions_give_bounds_and_what_is_common(db: Database) -> Result<()> {
    bookings(&db).await?;
    let rows = Booking::query()
        .order_by(|b| b.id.asc())
        .select(|b| {
            (
                b.seats.lower_bound(),
                b.seats.upper_bound(),
                b.seats.intersection(PgRange::from(4..7)),
                b.during.lower_bound(),
            )
        })
        .all(&db)
        .await?;
    assert_eq!(rows[0], (Some(1), Some(5), PgRange::from(4..5), Some(hour(8))));
    assert_eq!(rows[1], (Some(5), Some(9), PgRange::from(5..7), Some(hour(10))));
    assert_eq!(rows[2], (None, None, PgRange::Empty, None));
    assert_eq!(rows[3], (None, Some(3), PgRange::Empty, None));
    let row = Booking::get(1).one(&db).await?;
    assert_eq!(row.seats, PgRange::from(1..5), "whole numbers come back as the server writes them");
    let changed = row.update(|b| (b.seats.set(PgRange::from(1..2)), b.during.set(None))).one(&db).await?;
    assert_eq!((changed.seats, changed.during), (PgRange::from(1..2), None));
    let backwards = row
        .update(|b| b.seats.set(PgRange::Bounds(Bound::Included(5), Bound::Excluded(1))))
        .execute(&db)
        .await
        .expect_err("backwards");
    assert_eq!(backwards.sql_state(), Some("22000"), "{backwards}");
    Ok(())
}

#[test]
fn the_sql_of_ranges() {
    let query = Booking::query().filter(|b| b.seats.overlaps(1..5)).select(|b| b.seats.intersection(b.seats));
    expect![[r#"SELECT t0."seats" * t0."seats" FROM "bookings" AS t0 WHERE t0."seats" && $1 [int4range]"#]]
        .assert_eq(&format!("{} {:?}", query.to_sql().text, query.to_sql().binds));
    check(
        sql!("SELECT 1").to_sql(),
        expect![[r#"
            SELECT 1
            []"#]],
    );
}

#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Scalar)]
struct Celsius(f64);

impl RangeItem for Celsius {
    const RANGE: PgType = PgType::sql("temperatures");
    const MULTIRANGE: PgType = PgType::sql("temperatures_multirange");
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Room {
    #[orm(key)]
    id: i32,
    bearable: PgRange<Celsius>,
}

async fn range_type(db: Database) -> Result<()> {
    sql!("CREATE TYPE temperatures AS RANGE (subtype = float8)").execute(&db).await?;
    db.create_tables(models![Room]).await
}

#[orm_pg::test(setup = range_type)]
async fn a_range_type_of_the_users(db: Database) -> Result<()> {
    let rooms: Vec<_> =
        (0..3).map(|id| NewRoom { id, bearable: (Celsius(15.0 + f64::from(id))..=Celsius(24.0)).into() }).collect();
    let stored = Room::insert_many(rooms).all(&db).await?;
    assert_eq!(stored[1].bearable, PgRange::from(Celsius(16.0)..=Celsius(24.0)));
    assert_eq!(Room::query().filter(|r| r.bearable.contains_value(Celsius(16.5))).count(&db).await?, 2);
    assert_eq!(Room::query().filter(|r| r.bearable.overlaps(..Celsius(16.0))).count(&db).await?, 1);
    Ok(())
}

//! Values of every type, stored and read back.

mod arrays;
mod bytes;
mod calendar;
mod composites;
mod declared;
mod intervals;
mod json;
mod own_type;
mod prints;
mod random;
mod ranges;
mod vectors;

use orm_pg::prelude::*;

use crate::models::{Address, Everything, NewEverything, Role, Status};

fn sample(n: u8) -> NewEverything {
    let day = NaiveDate::from_ymd_opt(2024, 2, 29).expect("a date");
    let time = NaiveTime::from_hms_micro_opt(23, 59, 59, 999_999).expect("a time");
    NewEverything {
        id: Uuid::from_bytes([n; 16]),
        flag: true,
        small: i16::MIN,
        medium: i32::MAX,
        large: i64::MIN,
        single: 1.5,
        double: f64::MIN_POSITIVE,
        text: "tab\t quote ' \" back\\slash ünï©ode 🦀".into(),
        bytes: vec![0, 1, 255],
        amount: Decimal::new(-123_456_789, 4),
        at: day.and_time(time).and_utc(),
        local: day.and_time(time),
        day,
        time,
        ip: "2001:db8::1".parse().expect("an address"),
        status: Status::OnHold,
        role: Role("lead".into()),
        document: Json(Default::default()),
        address: Address { street: "Main".into(), number: 7 },
        numbers: vec![1, -2, 3],
        gaps: vec![Some(1), None],
        statuses: vec![Status::Open, Status::Done],
        maybe_text: None,
        maybe_status: Some(Status::Done),
        maybe_numbers: None,
    }
}

fn same(row: &Everything, new: &NewEverything) {
    // Both print the same fields in the same order.
    assert_eq!(format!("{row:?}").replacen("Everything", "NewEverything", 1), format!("{new:?}"));
}

#[orm_pg::test(models(Everything))]
async fn every_type_there_and_back(db: Database) -> Result<()> {
    let one = Everything::insert(sample(1)).one(&db).await?;
    same(&one, &sample(1));
    let many = Everything::insert_many([sample(2), sample(3)]).all(&db).await?;
    same(&many[0], &sample(2));
    let found = Everything::query()
        .filter(|e| e.small.eq(i16::MIN).and(e.amount.eq(Decimal::new(-123_456_789, 4))).and(e.at.eq(sample(1).at)))
        .filter(|e| e.ip.eq(sample(1).ip).and(e.status.eq(Status::OnHold)).and(e.role.eq(Role("lead".into()))))
        .filter(|e| e.numbers.eq([1, -2, 3]).and(e.statuses.eq(vec![Status::Open, Status::Done])))
        .filter(|e| e.bytes.eq(vec![0, 1, 255]).and(e.day.eq(sample(1).day)).and(e.time.eq(sample(1).time)))
        .filter(|e| e.address.eq(Json(Address { street: "Main".into(), number: 7 })))
        .filter(|e| e.id.in_([Uuid::from_bytes([1; 16]), Uuid::from_bytes([3; 16])]))
        .order_by(|e| e.id.asc())
        .all(&db)
        .await?;
    assert_eq!(found.len(), 2);
    same(&found[1], &sample(3));
    let changed = found[0]
        .update(|e| {
            (
                e.address.set(Json(Address { street: "Side".into(), number: 8 })),
                e.maybe_text.set("there"),
                e.maybe_status.set(None),
                e.maybe_numbers.set(vec![4]),
                e.statuses.set(vec![]),
            )
        })
        .one(&db)
        .await?;
    assert_eq!((changed.address.number, changed.maybe_text.as_deref(), changed.maybe_status), (8, Some("there"), None));
    assert_eq!((changed.maybe_numbers, changed.statuses), (Some(vec![4]), vec![]));
    Ok(())
}

#[orm_pg::test(models(Everything))]
async fn an_unknown_label_is_an_error_that_names_it(db: Database) -> Result<()> {
    sql!("ALTER TYPE status ADD VALUE 'lost'").execute(&db).await?;
    let error = sql!("SELECT 'lost'::status").one::<Status>(&db).await.expect_err("unknown");
    assert_eq!(error.kind(), ErrorKind::Decode);
    let cause = std::error::Error::source(&error).expect("a cause").to_string();
    assert!(cause.contains("lost"), "{cause}");
    Ok(())
}

/// A column of every type that is no array, so that many rows travel as arrays.
#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "scalars")]
struct Scalars {
    #[orm(key)]
    id: Uuid,
    flag: bool,
    small: i16,
    medium: i32,
    large: i64,
    single: f32,
    double: f64,
    text: String,
    bytes: Vec<u8>,
    amount: Decimal,
    at: DateTime<Utc>,
    local: NaiveDateTime,
    day: NaiveDate,
    time: NaiveTime,
    ip: std::net::IpAddr,
    status: Status,
    role: Role,
    document: Json,
    #[orm(json)]
    address: Address,
    maybe_text: Option<String>,
    maybe_status: Option<Status>,
    maybe_document: Option<Json>,
    maybe_amount: Option<Decimal>,
}

fn scalars(n: u8, some: bool) -> NewScalars {
    let it = sample(n);
    NewScalars {
        id: it.id,
        flag: some,
        small: it.small,
        medium: it.medium,
        large: it.large,
        single: it.single,
        double: it.double,
        text: it.text,
        bytes: it.bytes,
        amount: it.amount,
        at: it.at,
        local: it.local,
        day: it.day,
        time: it.time,
        ip: it.ip,
        status: it.status,
        role: it.role,
        document: it.document,
        address: it.address,
        maybe_text: some.then(|| "{,\"null\"}".to_owned()),
        maybe_status: some.then_some(Status::Done),
        maybe_document: some.then(Json::default),
        maybe_amount: some.then_some(it.amount),
    }
}

#[orm_pg::test(models(Scalars))]
async fn every_type_as_an_array_of_rows(db: Database) -> Result<()> {
    let rows: Vec<_> = (0..20).map(|n| scalars(n, n % 3 == 0)).collect();
    let insert = Scalars::insert_many(rows.clone());
    assert!(insert.to_string().contains("FROM unnest("), "{insert}");
    let stored = insert.all(&db).await?;
    for (row, new) in stored.iter().zip(&rows) {
        assert_eq!(format!("{row:?}").replacen("Scalars", "NewScalars", 1), format!("{new:?}"));
    }
    assert_eq!(Scalars::query().order_by(|s| s.id.asc()).all(&db).await?, stored);
    Ok(())
}

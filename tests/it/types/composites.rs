//! Composite types.

use std::error::Error as _;

use orm_pg::prelude::*;

use crate::models::Status;

#[derive(Debug, Clone, PartialEq, PgComposite)]
struct Place {
    latitude: f64,
    longitude: f64,
    label: Option<String>,
}

#[derive(Debug, Clone, PartialEq, PgComposite)]
#[orm(schema = "app", name = "Address, full")]
struct Address {
    street: String,
    #[orm(column = "house number")]
    number: Option<i32>,
    place: Option<Place>,
    tags: Vec<String>,
    status: Status,
    places: Vec<Place>,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Person {
    #[orm(key)]
    id: i32,
    home: Address,
    work: Option<Address>,
    visited: Vec<Place>,
}

fn place(label: Option<&str>) -> Place {
    Place { latitude: 52.5, longitude: -13.25, label: label.map(Into::into) }
}

fn address(street: &str) -> Address {
    Address {
        street: street.into(),
        number: None,
        place: Some(place(Some("a \"b\", (c)"))),
        tags: vec!["x".into(), "y, z".into()],
        status: Status::OnHold,
        places: vec![place(None)],
    }
}

fn person(id: i32) -> NewPerson {
    let work = (id % 2 == 0).then(|| Address { place: None, number: Some(id), ..address("Side") });
    NewPerson { id, home: address("Main"), work, visited: vec![place(Some("here")), place(None)] }
}

#[orm_pg::test(models(Person))]
async fn composites_there_and_back(db: Database) -> Result<()> {
    let one = Person::insert(person(1)).one(&db).await?;
    assert_eq!((&one.home, &one.work, &one.visited), (&person(1).home, &None, &person(1).visited));
    let many = Person::insert_many((2..6).map(person)).all(&db).await?;
    for (row, new) in many.iter().zip((2..6).map(person)) {
        assert_eq!((&row.home, &row.work, &row.visited), (&new.home, &new.work, &new.visited));
    }
    let found = Person::query().filter(|p| p.home.eq(address("Main")).and(p.work.is_null())).count(&db).await?;
    assert_eq!(found, 3);
    let among = Person::query().filter(|p| p.home.in_([address("Main"), address("Other")])).count(&db).await?;
    assert_eq!(among, 5);
    let moved = one.update(|p| (p.home.set(address("New")), p.work.set(address("Old")))).one(&db).await?;
    assert_eq!((moved.home.street.as_str(), moved.work.map(|it| it.street).as_deref()), ("New", Some("Old")));
    // What the server prints is what was meant.
    let text = sql!("SELECT (home).place::text FROM person WHERE id = 2").one::<String>(&db).await?;
    assert_eq!(text, r#"(52.5,-13.25,"a ""b"", (c)")"#);
    db.drop_tables(models![Person]).await?;
    let left = sql!("SELECT typname FROM pg_type WHERE typname IN ('place', 'Address, full', 'status')");
    assert_eq!(left.all::<String>(&db).await?, Vec::<String>::new());
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Spot {
    #[orm(key)]
    id: i32,
    place: Place,
    other: Option<Place>,
}

/// `unnest` would take composites apart, so many rows of them travel as values.
#[orm_pg::test(models(Spot))]
async fn many_rows_of_composites_stay_whole(db: Database) -> Result<()> {
    let rows = (0..3).map(|id| NewSpot { id, place: place(Some("x")), other: (id == 1).then(|| place(None)) });
    let stored = Spot::insert_many(rows).all(&db).await?;
    assert_eq!(stored[1], Spot { id: 1, place: place(Some("x")), other: Some(place(None)) });
    assert_eq!(stored[2].other, None);
    Ok(())
}

#[orm_pg::test(models(Person))]
async fn attributes_stand_in_queries(db: Database) -> Result<()> {
    Person::insert_many((1..5).map(person)).execute(&db).await?;
    let query =
        Person::query().filter(|p| p.home.attributes().street.eq("Main").and(p.work.attributes().number.gt(2))).select(
            |p| (p.work.attributes().number, p.home.attributes().place.attributes().latitude, p.home.attributes().tags),
        );
    let text = query.to_sql().text;
    assert!(text.contains(r#"((t0."home")."place")."latitude""#), "{text}");
    let row: (Option<i32>, Option<f64>, Vec<String>) = query.one(&db).await?;
    assert_eq!(row, (Some(4), Some(52.5), vec!["x".into(), "y, z".into()]));
    let by_status = Person::query()
        .group_by(|p| p.home.attributes().status)
        .select(|p| (p.home.attributes().status, p.id.count()))
        .all(&db)
        .await?;
    assert_eq!(by_status, [(Status::OnHold, 4)]);
    Ok(())
}

#[orm_pg::test(models(Person))]
async fn a_type_that_has_changed_is_an_error_that_names_the_attribute(db: Database) -> Result<()> {
    let source = |it: Error| it.source().map(ToString::to_string).unwrap_or_default();
    let db = db.connection().await?;
    sql!("CREATE TYPE app.other AS (latitude float8)").execute(&db).await?;
    let error = sql!("SELECT ROW(1)::app.other AS it").one::<Place>(&db).await.expect_err("another type");
    assert!(error.to_string().contains("is of type app.other, which `Place` cannot hold"), "{error}");
    let null = sql!("SELECT ROW(1, NULL, 'x')::place").one::<Place>(&db).await.map_err(source).expect_err("NULL");
    assert_eq!(null, "the attribute `longitude` of place is NULL, which `f64` cannot hold: make it an `Option`");
    sql!("ALTER TYPE place ADD ATTRIBUTE altitude float8").execute(&db).await?;
    let more = sql!("SELECT ROW(1, 2, 'x', 3)::place").one::<Place>(&db).await.map_err(source).expect_err("more");
    assert_eq!(more, "the type place has the attribute `altitude`, which the struct `Place` lacks");
    db.drop_tables(models![Person]).await?;
    sql!("CREATE TYPE place AS (latitude float8, label text, longitude float8, altitude float8)").execute(&db).await?;
    let more = sql!("SELECT ROW(1, 'x', 2, 3)::place").one::<Place>(&db).await.map_err(source).expect_err("more");
    assert_eq!(more, "the type place has the attribute `altitude`, which the struct `Place` lacks");
    Ok(())
}

/// The order of the attributes in the database does not matter, their names do.
#[orm_pg::test]
async fn attributes_are_found_by_name(db: Database) -> Result<()> {
    sql!("CREATE TYPE place AS (label text, longitude float8, latitude float8)").execute(&db).await?;
    let it = place(Some("here"));
    assert_eq!(sql!("SELECT {it}").one::<Place>(&db).await?, it);
    let text = sql!("SELECT {it}::text").one::<String>(&db).await?;
    assert_eq!(text, "(here,-13.25,52.5)");
    Ok(())
}

#[orm_pg::test]
async fn a_missing_attribute_is_refused_before_it_is_lost(db: Database) -> Result<()> {
    sql!("CREATE TYPE place AS (latitude float8, longitude float8)").execute(&db).await?;
    let it = place(Some("here"));
    let error = sql!("SELECT {it}").one::<Place>(&db).await.expect_err("lost");
    assert_eq!(error.kind(), ErrorKind::Encode);
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    assert_eq!(cause, "the type place has no attribute `label`, which the struct `Place` has");
    Ok(())
}

/// The types of a statement are looked up when a connection first meets them; the next statement has them already.
#[tokio::test]
async fn types_of_the_user_are_looked_up_once_a_connection() {
    let url = orm_pg::testing::database_url().await.expect("a database");
    let db = Database::connect(&url).await.expect("connects");
    db.create_tables(models![Person]).await.expect("tables");
    let wire = crate::support::wire::Wire::open(&url).await;
    let db = &wire.db;
    sql!("SELECT 1").one::<i32>(db).await.expect("opens the connection");
    let (row, first) = wire.count(Person::insert(person(1)).one(db)).await;
    row.expect("inserts");
    let (row, warm) = wire.count(Person::insert(person(2)).one(db)).await;
    row.expect("inserts");
    let (row, other) = wire.count(Person::query().filter(|p| p.home.eq(address("Main"))).all(db)).await;
    row.expect("selects");
    println!("{first} round trips to meet the types");
    assert_eq!((warm, other), (1, 2), "a known statement, and a new one of known types");
}

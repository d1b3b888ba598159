//! Primary keys, unique and exclusion constraints, foreign keys.

use expect_test::expect;
use orm_pg::prelude::*;

use super::{constraints, table};

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "houses", primary_key(name = "houses_pk", include(floors), with = "fillfactor = 80"))]
struct House {
    #[orm(key)]
    code: String,
    floors: i32,
    #[orm(unique(nulls = not_distinct, include(floors), with = "fillfactor = 90"))]
    owner: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(
    table = "rooms",
    primary_key(number, house),
    exclude(
        "int4range(number, number, '[]')" with "&&",
        span with "&&",
        using = "gist",
        where = "floor >= 0",
        name = "rooms_taken",
        deferrable = initially_immediate
    )
)]
struct Room {
    #[orm(key, references(House, on_update = cascade, on_delete = restrict, deferrable = initially_deferred))]
    house: String,
    #[orm(key)]
    number: i32,
    #[orm(unique(deferrable = "initially deferred"))]
    position: i32,
    floor: i32,
    span: PgRange<i32>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(
    table = "keys",
    references(Room, fields(house, number), match = full, on_delete = set_null, on_update = "set null"),
    references(
        Room,
        fields(other_house, other_number),
        on_delete = set_null,
        set_columns(other_number),
        relation = other,
        deferrable = initially_immediate
    )
)]
struct Key {
    #[orm(key, identity)]
    id: i64,
    house: Option<String>,
    number: Option<i32>,
    other_house: String,
    other_number: Option<i32>,
}

fn room(house: &str, number: i32, position: i32, span: std::ops::Range<i32>) -> NewRoom {
    NewRoom { house: house.to_owned(), number, position, floor: 0, span: PgRange::from(span) }
}

#[orm_pg::test(models(House, Room, Key))]
async fn constraints_have_what_their_attributes_say(db: Database) {
    let houses = table(&db, "houses").await;
    let storage = houses.constraints.iter().flat_map(|it| it.storage.clone()).collect::<Vec<_>>();
    assert_eq!(storage, ["fillfactor=90", "fillfactor=80"]);
    constraints(
        &houses,
        expect![[r#"
        houses_owner_floors_key: UNIQUE NULLS NOT DISTINCT ("owner") INCLUDE ("floors")
        houses_pk: PRIMARY KEY ("code") INCLUDE ("floors")
    "#]],
    );
    constraints(
        &table(&db, "rooms").await,
        expect![[r#"
        rooms_house_fkey: FOREIGN KEY ("house") REFERENCES "public"."houses"("code") ON UPDATE CASCADE ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED
        rooms_pkey: PRIMARY KEY ("number", "house")
        rooms_position_key: UNIQUE ("position") DEFERRABLE INITIALLY DEFERRED
        rooms_taken: EXCLUDE USING "gist" (int4range(number, number, '[]'::text) WITH &&, "span" WITH &&) WHERE ((floor >= 0)) DEFERRABLE
    "#]],
    );
    constraints(
        &table(&db, "keys").await,
        expect![[r#"
        keys_house_number_fkey: FOREIGN KEY ("house", "number") REFERENCES "public"."rooms"("house", "number") MATCH FULL ON UPDATE SET NULL ON DELETE SET NULL
        keys_other_house_other_number_fkey: FOREIGN KEY ("other_house", "other_number") REFERENCES "public"."rooms"("house", "number") ON DELETE SET NULL ("other_number") DEFERRABLE
        keys_pkey: PRIMARY KEY ("id")
    "#]],
    );
}

#[orm_pg::test(models(House, Room, Key))]
async fn constraints_do_what_they_say(db: Database) -> Result<()> {
    assert_eq!(House::PK.name(), "houses_pk");
    House::insert(NewHouse::new("a", 2)).execute(&db).await?;
    let second = House::insert(NewHouse::new("b", 3)).execute(&db).await.expect_err("NULLs count as equal");
    assert!(second.violates(House::OWNER_FLOORS_KEY), "{second}");
    let twice = House::insert(NewHouse { owner: Some(1), ..NewHouse::new("a", 2) }).execute(&db).await;
    assert!(twice.as_ref().is_err_and(|it| it.violates(House::PK)), "{twice:?}");

    Room::insert_many([room("a", 1, 1, 0..5), room("a", 2, 2, 0..5)]).execute(&db).await?;
    let taken = Room::insert(NewRoom { house: "b".to_owned(), ..room("a", 1, 3, 4..6) });
    let taken = taken.execute(&db).await.expect_err("the spans overlap");
    assert!(taken.violates(Room::TAKEN), "{taken}");

    // The foreign key of the house, and the unique positions, are checked at the end.
    db.transaction(async |tx| {
        Room::query().all_rows().update(|r| r.position.set(3 - r.position)).execute(tx).await?;
        Room::insert(room("c", 3, 3, 9..10)).execute(tx).await?;
        House::insert(NewHouse { owner: Some(1), ..NewHouse::new("c", 1) }).execute(tx).await.map(drop)
    })
    .await?;
    let late = db.transaction(async |tx| Room::insert(room("d", 4, 4, 9..10)).execute(tx).await).await;
    assert!(late.as_ref().is_err_and(|it| it.violates(Room::HOUSE_FKEY)), "{late:?}");

    let rooms = Room::query().select(|r| (r.house, r.number, r.position)).order_by(|r| r.number.asc());
    House::query().filter(|h| h.code.eq("a")).update(|h| h.code.set("z")).execute(&db).await?;
    let expected = [("z", 1, 2), ("z", 2, 1), ("c", 3, 3)].map(|(house, n, at)| (house.to_owned(), n, at));
    assert_eq!(rooms.all(&db).await?, expected);

    // The key has another order than the struct; its values are given in that of the struct.
    let found = Room::get((String::from("c"), 3)).one(&db).await?;
    assert_eq!((found.house.as_str(), found.number), ("c", 3));
    let new = NewKey { house: Some("c".into()), number: Some(3), other_number: Some(1), ..NewKey::new("z") };
    let key = Key::insert(new).one(&db).await?;
    assert_eq!(Key::query().with(Key::room()).with(Key::other()).one(&db).await?.1.map(|it| it.number), Some(3));
    let half = Key::insert(NewKey { house: Some("c".into()), ..NewKey::new("z") }).execute(&db).await;
    assert!(half.as_ref().is_err_and(|it| it.violates(Key::HOUSE_NUMBER_FKEY)), "{half:?}");
    Room::query().filter(|r| r.number.ne(2)).delete().execute(&db).await?;
    let left = Key::query().one(&db).await?;
    assert_eq!(left, Key { house: None, number: None, other_number: None, ..key });
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "slots", primary_key(deferrable = initially_deferred))]
struct Slot {
    #[orm(key)]
    at: i32,
    name: String,
}

#[orm_pg::test(models(Slot))]
async fn a_primary_key_can_be_deferred(db: Database) -> Result<()> {
    Slot::insert_many([(1, "a"), (2, "b")].map(|(at, name)| NewSlot::new(at, name))).execute(&db).await?;
    Slot::query().all_rows().update(|s| s.at.set(3 - s.at)).execute(&db).await?;
    assert_eq!(Slot::get(1).one(&db).await?.name, "b");
    // The server does not know that the other columns follow from such a key.
    let grouped = Slot::query().group_by(|s| s.at).select(|s| (s.at, s.name)).all(&db).await.expect_err("refused");
    assert_eq!(grouped.kind(), ErrorKind::InvalidStatement, "{grouped}");
    Ok(())
}

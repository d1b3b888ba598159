//! Nested inserts over keys of several fields, of types with the server's equality, and through junction tables to the
//! same model.

use orm_pg::prelude::*;

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "rooms", has_many(guests: Guest, through = Stay))]
struct Room {
    #[orm(key, sql_type = "citext")]
    building: String,
    #[orm(key)]
    number: i32,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "guests", has_many(rooms: Room, through = Stay))]
struct Guest {
    #[orm(key, identity)]
    id: i64,
    name: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "stays", references(Room, fields(building, number), on_delete = cascade))]
struct Stay {
    #[orm(key, sql_type = "citext")]
    building: String,
    #[orm(key)]
    number: i32,
    #[orm(key, references = Guest)]
    guest_id: i64,
}

/// Leads to itself by a key, and by a table in both directions.
#[derive(Debug, Clone, PartialEq, Model)]
#[orm(
    table = "pages",
    has_many(parts: Page, key = part_of),
    has_many(links: Page, through = PageLink, key = source, other_key = target),
    has_many(linking: Page, through = PageLink, key = target, other_key = source)
)]
struct Page {
    #[orm(key, identity)]
    id: i64,
    #[orm(references(Page, relation = whole))]
    part_of: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "page_links")]
struct PageLink {
    #[orm(key, references(Page, relation = from))]
    source: i64,
    #[orm(key, references(Page, relation = to))]
    target: i64,
}

#[orm_pg::test]
async fn links_of_keys_of_several_fields(db: Database) -> Result<()> {
    sql!("CREATE EXTENSION IF NOT EXISTS citext").execute(&db).await?;
    db.create_tables(models![Room, Guest, Stay]).await?;
    let rooms = [("North", 1), ("North", 2), ("South", 1)].map(|(building, number)| NewRoom::new(building, number));
    let stored: Vec<(Room, Vec<Guest>)> = Room::insert_many(rooms)
        .with_nth(Room::guests(), |room, n| {
            (0..n).map(|guest| NewGuest::new(format!("{} {guest}", room.building))).collect::<Vec<_>>()
        })
        .all(&db)
        .await?;
    let loaded = Room::query().order_by(|r| (r.building.asc(), r.number.asc()));
    assert_eq!(loaded.with(Room::guests().order_by(|g| g.id.asc())).all(&db).await?, stored);
    assert_eq!(stored.iter().map(|it| it.1.len()).collect::<Vec<_>>(), [0, 1, 2]);
    // The server knows that it is the same building.
    let rooms = [Room { building: "SOUTH".into(), number: 1 }];
    let (ann, _) = Guest::insert(NewGuest::new("Ann")).with(Guest::rooms(), |_| linked(rooms.clone())).one(&db).await?;
    assert_eq!(Guest::rooms().of(&ann).all(&db).await?, [stored[2].0.clone()]);
    stored[2].0.delete().execute(&db).await?;
    assert_eq!(Stay::query().count(&db).await?, 1, "cascade");
    Ok(())
}

#[orm_pg::test(models(Page, PageLink))]
async fn a_model_may_lead_to_itself(db: Database) -> Result<()> {
    let page = |whole: &Page| NewPage { part_of: Some(whole.id) };
    type Stored = (Page, Vec<(Page, Vec<Page>)>, Vec<Page>);
    let stored: Stored = Page::insert(NewPage::new())
        .with(Page::parts(), |whole| {
            children([page(whole), page(whole)]).with(Page::links(), {
                let whole = whole.clone();
                move |_| linked([whole.clone()])
            })
        })
        .with(Page::linking(), |_| [NewPage::new()])
        .one(&db)
        .await?;
    let parts = Page::parts().order_by(|p| p.id.asc()).with(Page::links());
    let first = Page::query().order_by(|p| p.id.asc());
    let loaded = first.with(parts).with(Page::linking().order_by(|p| p.id.asc())).first(&db).await?.expect("a page");
    assert_eq!((&loaded.0, &loaded.1), (&stored.0, &stored.1));
    // Those parts link to the page as well.
    assert_eq!((loaded.2.len(), stored.2.len()), (3, 1));
    assert!(loaded.2.contains(&stored.2[0]));
    Ok(())
}

/// One level is linked by one statement, so by one relation.
#[orm_pg::test(models(Page, PageLink))]
async fn a_level_is_linked_one_way(db: Database) -> Result<()> {
    let page = Page::insert(NewPage::new()).one(&db).await?;
    let mixed = Page::insert_many([NewPage::new(), NewPage::new()]).with_nth(Page::parts(), |whole, n| {
        let page = page.clone();
        let way = if n == 0 { Page::links() } else { Page::linking() };
        children([NewPage { part_of: Some(whole.id) }]).with(way, move |_| linked([page.clone()]))
    });
    let error = mixed.all(&db).await.expect_err("two ways");
    assert_eq!(error.kind(), ErrorKind::InvalidStatement, "{error}");
    assert_eq!((Page::query().count(&db).await?, PageLink::query().count(&db).await?), (1, 0));
    Ok(())
}

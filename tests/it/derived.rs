//! Derived code with a server: shared columns, JSON fields, rows whose columns may all be NULL, user-defined structs.

use orm_pg::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Flatten)]
struct Times {
    #[orm(default = "'then'")]
    created: String,
    changed: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Settings {
    dark: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PgEnum)]
#[orm(rename_all = "kebab-case")]
enum Kind {
    BookShop,
    Café,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Scalar)]
#[orm(transparent)]
struct ShopId(i64);

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "shops", rename_all = "camelCase", check("\"openUntil\" < 25", name = "shops_late"))]
struct Shop {
    #[orm(key, identity)]
    id: ShopId,
    #[orm(flatten)]
    times: Times,
    #[orm(unique)]
    full_name: String,
    kind: Kind,
    #[orm(json)]
    settings: Settings,
    #[orm(json)]
    more: Option<Settings>,
    open_until: Option<i32>,
    #[orm(generated = "upper(\"fullName\")")]
    loud: Option<String>,
    #[orm(version)]
    version: i32,
    #[orm(skip)]
    cache: Vec<u64>,
}

/// Each column may be NULL.
#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "remarks")]
struct Remark {
    shop: Option<ShopId>,
    text: Option<String>,
}

#[derive(Debug, Insert)]
#[orm(of = Shop)]
struct Opening<'a> {
    full_name: &'a str,
    kind: Kind,
    #[orm(json)]
    settings: Settings,
    open_until: i32,
}

#[derive(Debug, Default, Changes)]
#[orm(of = Shop)]
struct Edit {
    full_name: Option<String>,
    open_until: Option<Option<i32>>,
    #[orm(json)]
    settings: Option<Settings>,
}

#[derive(Debug, PartialEq, FromRow)]
#[orm(rename_all = "camelCase")]
struct Line {
    full_name: String,
    #[orm(column = "n")]
    count: Option<i64>,
    #[orm(json)]
    settings: Settings,
    kind: Kind,
    #[orm(skip)]
    seen: bool,
}

#[derive(Debug, PartialEq, FromRow)]
struct Pair(ShopId, Option<String>);

fn new_shop(name: &str) -> NewShop {
    NewShop::new(NewTimes::default(), name, Kind::BookShop, Settings { dark: true })
}

#[orm_pg::test(models(Shop, Remark))]
async fn a_row_comes_back_as_it_was_written(db: Database) -> Result<()> {
    let times = NewTimes { created: "now".to_owned().into(), changed: Some("later".to_owned()) };
    let new = NewShop { times, kind: Kind::Café, more: Some(Settings { dark: false }), ..new_shop("a") };
    let shop = Shop::insert(new).one(&db).await?;
    let times = Times { created: "now".to_owned(), changed: Some("later".to_owned()) };
    assert_eq!((&shop.times, shop.kind, shop.version), (&times, Kind::Café, 0));
    assert_eq!(
        (shop.more.clone(), shop.open_until, shop.loud.as_deref()),
        (Some(Settings { dark: false }), None, Some("A"))
    );
    assert_eq!(Shop::get(shop.id).one(&db).await?, shop);

    let plain = Shop::insert(new_shop("b")).one(&db).await?;
    assert_eq!(plain.times, Times { created: "then".to_owned(), changed: None });
    let shared =
        Shop::query().filter(|s| s.times.created.eq("then")).select(|s| (s.times, s.full_name)).all(&db).await?;
    assert_eq!(shared, [(plain.times, "b".to_owned())]);
    Ok(())
}

#[orm_pg::test(models(Shop, Remark))]
async fn structs_of_the_user_insert_and_update(db: Database) -> Result<()> {
    let settings = Settings { dark: false };
    let opening = Opening { full_name: "a", kind: Kind::BookShop, settings: settings.clone(), open_until: 20 };
    let shop = Shop::insert(opening).one(&db).await?;
    assert_eq!((shop.open_until, shop.settings.clone()), (Some(20), settings));
    let edit = Edit { open_until: Some(None), settings: Some(Settings { dark: true }), ..Edit::default() };
    let shop = shop.update(|_| edit).one(&db).await?;
    assert_eq!((shop.open_until, shop.settings, shop.full_name.as_str()), (None, Settings { dark: true }, "a"));
    assert_eq!(shop.version, 1);
    let late = NewShop { open_until: Some(30), ..new_shop("late") };
    let error = Shop::insert(late).execute(&db).await.unwrap_err();
    assert!(error.violates(Shop::LATE), "{error}");
    let error = Shop::insert(new_shop("a")).execute(&db).await.unwrap_err();
    assert!(error.violates(Shop::FULL_NAME_KEY), "{error}");
    Ok(())
}

#[orm_pg::test(models(Shop, Remark))]
async fn a_row_of_nulls_is_told_from_a_missing_one(db: Database) -> Result<()> {
    let shop = Shop::insert(new_shop("a")).one(&db).await?;
    Remark::insert(NewRemark { shop: None, text: None }).execute(&db).await?;
    let empty = Remark { shop: None, text: None };
    assert_eq!(Remark::query().one(&db).await?, empty);
    let joined =
        Shop::query().left_join::<Remark>(|(s, r)| r.shop.eq(s.id)).select(|(s, r)| (s.id, r)).all(&db).await?;
    assert_eq!(joined, [(shop.id, None)]);
    let joined =
        Shop::query().left_join::<Remark>(|(_, r)| r.shop.is_null()).select(|(s, r)| (s.id, r)).all(&db).await?;
    assert_eq!(joined, [(shop.id, Some(empty.clone()))]);
    let other = Remark::query().left_join::<Shop>(|(r, s)| r.shop.eq(s.id)).select(|(r, s)| (r, s)).all(&db).await?;
    assert_eq!(other, [(empty.clone(), None)]);
    assert_eq!(sql!("SELECT text, shop FROM remarks").all::<Remark>(&db).await?, [empty]);
    Ok(())
}

#[orm_pg::test(models(Shop, Remark))]
async fn raw_sql_is_read_into_structs_by_name(db: Database) -> Result<()> {
    let shop = Shop::insert(new_shop("a")).one(&db).await?;
    let lines = sql!(r#"SELECT kind, settings, NULL::int8 AS n, "fullName" FROM shops WHERE id = {shop.id}"#);
    let settings = Settings { dark: true };
    let line = Line { full_name: "a".to_owned(), count: None, settings, kind: Kind::BookShop, seen: false };
    assert_eq!(lines.all::<Line>(&db).await?, [line]);
    let pair = sql!(r#"SELECT id, loud FROM shops"#).one::<Pair>(&db).await?;
    assert_eq!(pair, Pair(shop.id, Some("A".to_owned())));
    let kind = Kind::BookShop;
    let shops = sql!("SELECT * FROM shops WHERE kind = {kind}").all::<Shop>(&db);
    assert_eq!(shops.await?, [shop]);
    Ok(())
}

#[orm_pg::test(models(Shop, Remark))]
async fn a_label_that_the_enum_lacks_is_named(db: Database) -> Result<()> {
    Shop::insert(new_shop("a")).execute(&db).await?;
    sql!("ALTER TYPE kind RENAME VALUE 'book-shop' TO 'library'").execute(&db).await?;
    let error = Shop::query().all(&db).await.unwrap_err();
    let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    assert_eq!(cause, "the Rust enum has no variant for the label \"library\" of the type kind");
    Ok(())
}

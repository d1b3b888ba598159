//! Shared columns are in the table as if they had been declared there.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Flatten)]
struct Times {
    #[orm(default = "now()")]
    created: String,
    changed: Option<String>,
}

#[derive(Debug, Clone, Flatten)]
#[orm(rename_all = "camelCase")]
struct Place {
    zip_code: String,
    #[orm(skip)]
    _seen: bool,
    #[orm(json)]
    tags: Vec<String>,
}

#[derive(Debug, Clone, Model)]
#[orm(unique(name, place.zip_code), index(times.created, name = "shop_age"))]
struct Shop {
    #[orm(key, identity)]
    id: i64,
    #[orm(flatten)]
    place: Place,
    name: String,
    #[orm(flatten)]
    times: Times,
    open: bool,
}

#[test]
fn shared_columns_stand_among_the_others() {
    let names: Vec<_> = Shop::TABLE.columns.iter().map(|it| it.name).collect();
    assert_eq!(names, ["id", "zipCode", "tags", "name", "created", "changed", "open"]);
    assert_eq!(Shop::TABLE.columns[4].default, Some("now()"));
    assert_eq!(Shop::TABLE.uniques[0].columns, ["name", "zipCode"]);
    assert_eq!(Shop::NAME_ZIP_CODE_KEY.name(), "shop_name_zip_code_key");
    assert_eq!(Shop::TABLE.indexes[0].keys[0].column, Some("created"));
    let shop: Option<Shop> = None;
    let _ =
        shop.map(|it| (it.id, it.place.zip_code, it.place.tags, it.name, it.times.created, it.times.changed, it.open));
}

#[test]
fn shared_columns_are_used_through_their_field() {
    let query = Shop::query().filter(|s| s.place.zip_code.eq("1010").and(s.times.changed.is_null()));
    let _ = query.select(|s| (s.times, s.open));
    let place = NewPlace::new("1010", vec!["a".to_owned()]);
    let row = NewShop { place, name: "Ann's".to_owned(), times: NewTimes::default(), open: true };
    let insert = Shop::insert(row).to_sql();
    assert!(insert.text.contains(r#"("zipCode", "tags", "name", "changed", "open")"#), "{}", insert.text);
}

#[derive(Debug, Clone, Insert)]
#[orm(of = Shop)]
struct Stand {
    #[orm(flatten)]
    place: NewPlace,
    name: &'static str,
    #[orm(flatten)]
    times: NewTimes,
    open: bool,
}

#[test]
fn a_row_of_ones_own_has_the_shared_columns_as_well() {
    let place = NewPlace::new("1010", vec!["a".to_owned()]);
    let stand = Stand { place: place.clone(), name: "Ann's", times: NewTimes::default(), open: true };
    let row = NewShop { place, name: "Ann's".to_owned(), times: NewTimes::default(), open: true };
    assert_eq!(Shop::insert(stand).to_string(), Shop::insert(row).to_string());
}

//! Columns of a flattened struct, on the server.

use orm_pg::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, Flatten)]
#[orm(rename_all = "camelCase")]
struct Place {
    zip_code: String,
    town: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Model)]
#[orm(unique(name, place.zip_code), index(place.town))]
struct Shop {
    #[orm(key, identity)]
    id: i64,
    #[orm(flatten)]
    place: Place,
    name: String,
}

#[derive(Debug, Clone, Insert)]
#[orm(of = Shop)]
struct Stand {
    name: &'static str,
    #[orm(flatten)]
    place: NewPlace,
}

#[orm_pg::test(models(Shop))]
async fn constraints_and_rows_of_ones_own_name_shared_columns(db: Database) -> Result<()> {
    let stand = Stand { name: "Ann's", place: NewPlace { zip_code: "1010".into(), town: Some("Vienna".into()) } };
    let shop = Shop::insert(stand.clone()).one(&db).await?;
    assert_eq!(shop.place, Place { zip_code: "1010".into(), town: Some("Vienna".into()) });
    let again = Shop::insert(stand).execute(&db).await;
    assert!(again.is_err_and(|it| it.violates(Shop::NAME_ZIP_CODE_KEY)));
    let other = Stand { name: "Ann's", place: NewPlace::new("1020") };
    assert_eq!(Shop::insert(other).execute(&db).await?, 1);
    let indexes = sql!("SELECT indexdef FROM pg_indexes WHERE indexname = 'shop_town_idx'").one::<String>(&db).await?;
    assert!(indexes.ends_with("(town)"), "{indexes}");
    Ok(())
}

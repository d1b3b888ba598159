//! One model, tables of many types.

use orm_pg::prelude::*;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Invoice {
    total: i64,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Document<T>
where
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    #[orm(key, identity)]
    id: i64,
    #[orm(unique)]
    title: String,
    #[orm(json)]
    body: T,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "tagged")]
struct Tagged<T: orm_pg::Scalar> {
    #[orm(key)]
    id: i64,
    #[orm(references = Document<Invoice>)]
    document_id: i64,
    value: Option<T>,
}

#[derive(Debug, Clone, PartialEq, FromRow)]
struct Row<T: orm_pg::Scalar> {
    value: T,
}

#[orm_pg::test(models(Document<Invoice>, Tagged<String>))]
async fn generic_models_are_tables_like_any_other(db: Database) -> Result<()> {
    let new = NewDocument::new("first", Invoice { total: 7 });
    let first = Document::insert(new).one(&db).await?;
    assert_eq!(first.body, Invoice { total: 7 });

    let changed = first.update(|d| d.body.set(Json(Invoice { total: 8 }))).one(&db).await?;
    assert_eq!(Document::<Invoice>::get(first.id).one(&db).await?, changed);

    let tags =
        [(1, None), (2, Some("blue".to_owned()))].map(|(id, value)| NewTagged { id, document_id: first.id, value });
    assert_eq!(Tagged::<String>::insert_many(tags).execute(&db).await?, 2);
    let joined = Tagged::<String>::query()
        .left_join::<Document<Invoice>>(|(t, d)| t.document_id.eq(d.id).and(t.id.gt(1)))
        .order_by(|(t, _)| t.id.asc())
        .all(&db)
        .await?;
    let joined: Vec<_> = joined.into_iter().map(|(tag, document)| (tag.value, document)).collect();
    assert_eq!(joined, [(None, None), (Some("blue".to_owned()), Some(changed))]);

    let rows = sql!("SELECT value FROM tagged WHERE value IS NOT NULL").all::<Row<String>>(&db).await?;
    assert_eq!(rows, [Row { value: "blue".to_owned() }]);

    let again = Document::insert(NewDocument::new("first", Invoice { total: 1 })).execute(&db).await;
    assert!(again.is_err_and(|it| it.violates(Document::<Invoice>::TITLE_KEY)));
    Ok(())
}

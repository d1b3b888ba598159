//! JSON in columns, where `null` is a separate value.

use std::error::Error as _;

use orm_pg::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Settings {
    theme: String,
}

#[derive(Debug, Clone, PartialEq, Scalar)]
struct Wrapped(Json<Settings>);

#[derive(Debug, Clone, PartialEq, PgComposite)]
struct Holder {
    settings: Option<Json<Settings>>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "profiles")]
struct Profile {
    #[orm(key)]
    id: i32,
    #[orm(json)]
    settings: Option<Settings>,
    #[orm(sql_type = "json")]
    text: Option<Json<Settings>>,
    wrapped: Option<Wrapped>,
    any: Option<Json>,
    nested: Option<Json<Option<Settings>>>,
    list: Vec<Option<Json<Settings>>>,
    holder: Option<Holder>,
}

const NULLS: &str = "INSERT INTO profiles VALUES \
    (1, 'null', ' null ', 'null', 'null', 'null', '{null,NULL,\"{\\\"theme\\\":\\\"dark\\\"}\"}', ROW('null'::jsonb)), \
    (2, NULL, NULL, NULL, NULL, NULL, '{}', NULL)";

#[orm_pg::test(models(Profile))]
async fn a_null_of_json_is_none_where_the_type_has_no_other(db: Database) -> Result<()> {
    db.connection().await?.client().batch_execute(NULLS).await.expect("stored");
    let dark = Some(Json(Settings { theme: "dark".into() }));
    let nulls = Profile {
        id: 1,
        settings: None,
        text: None,
        wrapped: None,
        // These have a value for it.
        any: Some(Json(serde_json::Value::Null)),
        nested: Some(Json(None)),
        list: vec![None, None, dark],
        holder: Some(Holder { settings: None }),
    };
    let rows = Profile::query().order_by(|p| p.id.asc()).all(&db).await?;
    assert_eq!(rows[0], nulls);
    assert_eq!((&rows[1].settings, &rows[1].any, &rows[1].nested), (&None, &None, &None));
    let selected = Profile::query().order_by(|p| p.id.asc()).select(|p| (p.settings, p.any)).all(&db).await?;
    assert_eq!(selected, [(None, Some(Json(serde_json::Value::Null))), (None, None)]);
    let raw =
        sql!("SELECT 'null'::jsonb, 'null'::json").one::<(Option<Json<Settings>>, Option<Json<i32>>)>(&db).await?;
    assert_eq!(raw, (None, None));
    Ok(())
}

#[orm_pg::test]
async fn json_of_another_shape_says_where_and_not_what(db: Database) -> Result<()> {
    let error = sql!("SELECT 'null'::jsonb").one::<Json<Settings>>(&db).await.expect_err("no settings");
    assert!(error.to_string().contains("the JSON does not fit, at line 1, column "), "{error}");
    let sql = sql!(r#"SELECT '{{"theme": {{"hunter2": 1}}}}'::jsonb AS settings"#);
    let error = sql.one::<Option<Json<Settings>>>(&db).await.expect_err("no theme");
    let text = "column `settings` cannot be read into `Json<Settings>`: the JSON does not fit, at line 1, column ";
    assert!(error.to_string().contains(text), "{error}");
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    let cause = error.source().and_then(|it| it.source()).expect("what serde says");
    assert!(cause.to_string().contains("expected a string"), "{cause}");
    Ok(())
}

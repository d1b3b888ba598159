//! The derives of serde on the same struct.

use orm_pg::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Model, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[orm(rename_all = "camelCase")]
struct UserAccount {
    #[orm(key, identity)]
    #[serde(skip_deserializing)]
    account_id: i64,
    #[serde(rename = "mail", default)]
    email: Option<String>,
    #[orm(json)]
    #[serde(flatten)]
    settings: Settings,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Settings {
    dark: bool,
}

#[test]
fn each_keeps_its_own_names() {
    let names: Vec<_> = UserAccount::TABLE.columns.iter().map(|it| it.name).collect();
    assert_eq!(names, ["accountId", "email", "settings"]);
}

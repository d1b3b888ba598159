//! A new row has the types of the model.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    pub name: String,
    #[orm(default = "now()")]
    pub created: DateTime<Utc>,
}

fn main() {
    let created = Utc::now();
    let _ = User::insert(NewUser { name: "Ann".into(), created });
    let _ = User::insert(NewUser { name: "Ann", created: Auto });
}

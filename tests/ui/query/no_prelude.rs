//! The verbs are methods of a trait.

#[derive(Debug, Clone, orm_pg::Model)]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
}

fn main() {
    let _ = User::query();
}

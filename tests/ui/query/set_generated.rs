//! Only the server computes a generated column.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
#[orm(table = "users")]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    pub name: String,
    #[orm(generated = "lower(name)")]
    pub handle: String,
}

fn main() {
    let _ = User::query().filter(|u| u.id.eq(1)).update(|u| (u.name.set("Ann"), u.handle.set("ann")));
    let _ = User::insert(NewUser::new("Ann")).on_conflict(|u| u.id).do_update(|u, new| u.handle.set(new.handle));
}

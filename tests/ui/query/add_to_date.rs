//! A date takes days and intervals.

use orm_pg::prelude::*;

#[derive(Debug, Model)]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    pub born: NaiveDate,
}

fn main() {
    let _ = User::query().filter(|u| (u.born + "1 day").lt(current_date()));
}

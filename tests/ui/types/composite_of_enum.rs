//! Each mistake in a composite type is one message.

use orm_pg::prelude::*;

#[derive(PgComposite)]
enum Kind {
    Small,
}

#[derive(PgComposite)]
struct Pair(i32, i32);

#[derive(PgComposite)]
#[orm(nam = "place")]
struct Place {
    latitude: f64,
    #[orm(column = "latitude")]
    longitude: f64,
}

#[derive(PgComposite)]
struct Visits {
    count: u64,
}

fn main() {}

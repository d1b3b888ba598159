//! Everything that needs a real server, in one binary.

mod models;
mod support;

mod binds;
mod derived;
#[expect(dead_code, reason = "not every field is read")]
mod design;
mod errors;
mod inserts;
mod raw_sql;
mod reads;
mod round_trips;
#[expect(dead_code, reason = "not every field is read")]
mod schema;
mod send;
mod sql;
mod tasks;
mod types;
mod writes;

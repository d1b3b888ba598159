//! A newtype's type is cast to, and a cast cuts.

use orm_pg::prelude::*;

#[derive(Scalar)]
#[orm(sql_type = "varchar(5)")]
struct Code(String);

fn main() {}

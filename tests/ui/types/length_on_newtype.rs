//! Values are cast to the type of a newtype, and a cast truncates.

use orm_pg::prelude::*;

#[derive(Scalar)]
#[orm(sql_type = "varchar(5)")]
struct Code(String);

fn main() {}

//! A struct to insert is a row of a model.

use orm_pg::prelude::*;

#[derive(Debug)]
pub struct Plain;

#[derive(Debug, Insert)]
#[orm(of = Plain)]
pub struct SignUp {
    pub email: String,
}

fn main() {}

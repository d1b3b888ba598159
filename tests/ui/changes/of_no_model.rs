//! A partial update is for a model.

use orm_pg::prelude::*;

#[derive(Debug)]
pub struct Plain;

#[derive(Debug, Changes)]
#[orm(of = Plain)]
pub struct Edit {
    pub email: Option<String>,
}

fn main() {}

//! A foreign key refers to a primary key.

use orm_pg::prelude::*;

#[derive(Debug, Model)]
pub struct Note {
    pub text: String,
}

#[derive(Debug, Model)]
pub struct Post {
    #[orm(key)]
    pub id: i64,
    #[orm(references = Note)]
    pub note: i64,
}

fn main() {}

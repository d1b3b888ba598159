//! Foreign keys to a column that is not unique, to one that does not exist, and to one of another type.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
#[orm(table = "users")]
pub struct User {
    #[orm(key, identity)]
    pub id: i64,
    #[orm(unique)]
    pub email: String,
    pub name: String,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "posts")]
pub struct Post {
    #[orm(key, identity)]
    pub id: i64,
    #[orm(references(User, column = name))]
    pub author_name: String,
    #[orm(references(User, column = mail))]
    pub author_mail: String,
    #[orm(references(User, column = email))]
    pub author_email: i32,
}

fn main() {}

//! The crate under another name.
#![expect(dead_code, reason = "these only have to compile")]

use orm_pg as database;

mod own {
    pub(crate) use orm_pg as renamed;
}

#[derive(Debug, database::Model)]
#[orm(crate = "crate::renamed::own::renamed")]
struct User {
    #[orm(key)]
    id: i64,
    name: String,
}

#[derive(Debug, database::Scalar)]
#[orm(transparent, crate = database)]
struct Id(i64);

#[derive(Debug, database::PgEnum)]
#[orm(crate = database)]
enum State {
    On,
}

#[derive(Debug, database::Insert)]
#[orm(of = User, crate = crate::renamed::own::renamed)]
struct SignUp {
    id: i64,
    name: String,
}

#[derive(Debug, database::FromRow)]
#[orm(crate = "crate::renamed::own::renamed")]
struct Line {
    id: Id,
}

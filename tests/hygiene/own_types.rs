//! The user's own types with the names of the standard ones.
#![expect(dead_code, reason = "these only have to compile")]

use orm_pg::{Changes, FromRow, Insert, Model, PgEnum, Scalar, sql};

type StdOption<T> = std::option::Option<T>;

macro_rules! own {
    ($($name:ident)+) => { $(
        #[derive(Debug, Clone)]
        struct $name;
    )+ };
}

own! { Option Result Vec Some None Ok Err Self_ Json Column Expr Table Origin Mode Present FromRowTrait Field Default }

trait Into {}
trait From {}
trait Iterator {}
trait Sized {}
trait Clone_ {}

#[derive(Debug, Clone, Copy, PgEnum)]
enum State {
    Some,
    None,
}

#[derive(Debug, Clone, Copy, Scalar)]
struct Id(i64);

#[derive(Debug, Clone, Model)]
struct User {
    #[orm(key, identity)]
    id: Id,
    name: String,
    age: StdOption<i32>,
    state: State,
    #[orm(default = "now()")]
    seen: StdOption<String>,
}

#[derive(Debug, Insert)]
#[orm(of = User)]
struct SignUp {
    name: String,
    state: State,
}

#[derive(Debug, Changes)]
#[orm(of = User)]
struct Edit {
    name: std::option::Option<String>,
}

#[derive(Debug, FromRow)]
struct Line {
    id: Id,
    age: StdOption<i32>,
}

fn statement(id: Id) {
    let _ = sql!("SELECT {id}");
}

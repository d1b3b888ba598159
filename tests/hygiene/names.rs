//! Raw identifiers, and names that the user has taken.
#![expect(dead_code, non_camel_case_types, reason = "these only have to compile")]

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
#[orm(index(r#type), has_many(r#loop: r#struct))]
struct r#struct {
    #[orm(key)]
    r#type: String,
    r#fn: Option<i32>,
    #[orm(references = r#struct)]
    r#match: Option<String>,
    self_: bool,
}

#[derive(Debug, Clone, Model)]
#[orm(insert = Registration, columns = Fields)]
struct Member {
    #[orm(key, identity)]
    id: i64,
    name: String,
}

struct NewMember;
struct MemberColumns;

#[derive(Debug, Model)]
#[orm(insert = none)]
struct Event {
    #[orm(key)]
    id: i64,
}

struct NewEvent;

impl Member {
    fn get(&self) -> i64 {
        self.id
    }

    fn query() -> &'static str {
        "the user's own"
    }

    fn key() {}

    fn columns() {}
}

#[test]
fn the_users_own_functions_come_first() {
    let member = Member { id: 1, name: "Ann".to_owned() };
    assert_eq!((member.get(), Member::query()), (1, "the user's own"));
    let _ = <Member as Model>::query().filter(|it: Fields| it.id.eq(1));
    let _ = Registration::new("Ann");
    let _ = Newstruct::new("a", true);
}

#[test]
fn raw_identifiers_name_columns_without_their_prefix() {
    let names: Vec<_> = <r#struct as Model>::TABLE.columns.iter().map(|it| it.name).collect();
    assert_eq!(names, ["type", "fn", "match", "self_"]);
    assert_eq!(<r#struct as Model>::TABLE.name, "struct");
    let r#type = "a";
    let row = r#struct { r#type: "a".to_owned(), r#fn: None, r#match: None, self_: true };
    let _ = sql!("SELECT {r#type}, {row.r#fn}, {row.self_}");
}

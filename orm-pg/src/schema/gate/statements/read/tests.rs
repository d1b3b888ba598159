use std::path::Path;

use super::{File, placeholders};
use crate::schema::gate::statements::target::Target;

fn read(text: &str) -> File {
    File::read(Path::new("src/a.rs"), text).unwrap()
}

/// The placeholders are those that the macro makes.
#[test]
fn the_text_is_the_one_that_the_macro_sends() {
    let (a, b, user) = (1_i64, "x", (7_i64,));
    macro_rules! same {
        ($($text:tt)*) => { $(assert_eq!(placeholders($text).0, crate::sql!($text).to_sql().text);)* };
    }
    same!("SELECT 1" "SELECT {a}" "SELECT {a}, {b}, {a}" "SELECT { a } + {user.0}" "SELECT '{{}}'::jsonb, {b}"
        "SELECT '{{a}}', {{a}}" r#"SELECT "x", {b}"# "SELECT $$ }} {{ $$ WHERE {a} = ANY ('{{1, 2}}')");
}

#[test]
fn statements_are_found_wherever_they_stand() {
    let file = read(
        r##"
        //! sql!("SELECT 0 FROM comments")
        fn f() {
            let a = sql!("SELECT 1");
            tokio::join!(orm_pg::sql!(r#"UPDATE t SET a = {x}"#).execute(db), async { assert_eq!(sql!("VALUES (1)"), 2) });
            q.filter(|u| sql!("{u.a} ~ 'x'")).filter(sql!("a"));
            sql!(
                crate = other,
                "-- why
                 WITH x AS (SELECT {y}) SELECT {y}, {z} FROM x"
            );
            sql!("CREATE TABLE t ()");
            sql!($text);
        }
        "##,
    );
    let found: Vec<_> = file.statements.iter().map(|it| (it.line, it.binds)).collect();
    assert_eq!(found, [(4, 0), (5, 1), (5, 0), (9, 2)]);
    assert_eq!(file.left_out, 4);
}

#[test]
fn tests_are_not_read() {
    let file = read(
        r#"
        #[cfg(test)]
        mod tests { fn f() { sql!("SELECT 1") } }
        #[cfg(all(test, unix))]
        use a::{b, c};
        #[cfg(test)]
        mod others;
        #[orm_pg::test(models(User))]
        #[should_panic]
        async fn t(db: Database) { sql!("SELECT 2") }
        #[cfg(not(test))]
        fn g() { sql!("SELECT 3") }
        #[cfg(feature = "test")]
        fn h() { sql!("SELECT 4") }
        "#,
    );
    assert_eq!(file.statements.iter().map(|it| it.text.as_str()).collect::<Vec<_>>(), ["SELECT 3", "SELECT 4"]);
    assert_eq!(file.tests, [Path::new("src/a/others")]);
}

/// The type that a row is read into, in short.
fn target(text: &str) -> String {
    fn short(target: &Target) -> String {
        match target {
            Target::Column(_) => "known".to_owned(),
            Target::Other => "other".to_owned(),
            Target::Tuple(parts) => format!("({})", parts.iter().map(short).collect::<Vec<_>>().join(", ")),
            Target::Struct(name) => name.clone(),
        }
    }
    let file = read(&format!("async fn f() {{ {text} }}"));
    file.statements.first().unwrap().target.as_ref().map(short).unwrap_or_default()
}

#[test]
fn a_type_is_known_where_it_is_written() {
    for (text, expected) in [
        (r#"sql!("SELECT 1").all::<i64>(db)"#, "known"),
        (r#"sql!("SELECT 1").one::<(i64, Option<String>, Vec<u8>)>(db)"#, "(known, known, known)"),
        (r#"sql!("SELECT 1").stream::<(DateTime<Utc>, Option<Uuid>)>(db)"#, "(other, other)"),
        (r#"sql!("SELECT 1").first::<(Hit, i32)>(db)"#, "(Hit, known)"),
        (r#"sql!("SELECT 1").all::<Hit>(db)"#, "Hit"),
        (r#"sql!("SELECT 1").all(db)"#, ""),
        (r#"sql!("SELECT 1").all::<Vec<Mood>>(db)"#, ""),
        (r#"sql!("SELECT 1").all::<other::Hit>(db)"#, ""),
        (r#"sql!("SELECT 1").expr::<i64>()"#, ""),
        (r#"let it = sql!("SELECT 1"); try_join!(it.one::<i64>(db))"#, "known"),
        (r#"let it = orm_pg::sql!("SELECT 1"); if x { it.clone().one::<i64>(db) }"#, ""),
        (r#"let it = sql!("SELECT 1"); let it = f(it); it.one::<i64>(db)"#, ""),
        (r#"let it = sql!("SELECT 1"); a.it.one::<i64>(db)"#, ""),
        (r#"let it = sql!("SELECT 1"); it.one::<i64>(db); it.one::<i32>(db)"#, ""),
        (r#"let it = sql!("SELECT 1").all(db); it.one::<i64>(db)"#, ""),
    ] {
        assert_eq!(target(text), expected, "{text}");
    }
}

#[test]
fn structs_have_the_fields_whose_columns_are_known() {
    let file = read(
        r#"
        #[derive(Debug, FromRow)]
        pub struct Hit { pub id: i64, #[orm(column = "x")] y: i32, r#type: Mood, #[orm(key, identity)] key: i64 }
        #[derive(FromRow)]
        struct Part { #[orm(flatten)] hit: Hit, a: i64 }
        #[derive(FromRow)]
        struct Of<T> { a: T }
        #[derive(Clone)]
        struct Other { a: i64 }
        "#,
    );
    let fields: Vec<_> =
        file.structs.iter().flat_map(|it| &it.fields).map(|it| (it.0.as_str(), it.1.is_some())).collect();
    assert_eq!(file.structs.len(), 1);
    assert_eq!(fields, [("id", true), ("type", false), ("key", true)]);
}

#[test]
fn what_is_not_rust_is_told_with_its_line() {
    let error = File::read(Path::new("src/a.rs"), "fn f() {\n    \"open\n").err().unwrap();
    assert!(error.starts_with("src/a.rs:"), "{error}");
}

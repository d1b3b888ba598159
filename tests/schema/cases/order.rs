//! Changes that the server refuses in one order and takes in another.

use orm_pg::{prelude::*, schema::migrate::Options};
use orm_tests::change::{changed, text, version};

#[orm_pg::test]
async fn a_computed_column_goes_and_what_it_reads_gets_another_type(db: Database) {
    let from = "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a + 1) STORED); INSERT INTO t VALUES (3)";
    changed(&db, from, "CREATE TABLE t (a bigint)", Options::new()).await;
    assert_eq!(text(&db, "SELECT a::text FROM t").await, "3");
}

#[orm_pg::test]
async fn a_table_becomes_unlogged_and_what_referred_to_it_goes(db: Database) {
    let schema = |kind: &str, reference: &str| {
        format!("CREATE {kind} t (id int PRIMARY KEY); CREATE TABLE u (id int{reference})")
    };
    let (logged, unlogged) = (schema("TABLE", ", t int REFERENCES t"), schema("UNLOGGED TABLE", ""));
    changed(&db, &logged, &unlogged, Options::new()).await;
    changed(&db, "", &logged, Options::new()).await;
}

#[orm_pg::test]
async fn a_domain_inside_of_other_types_begins_to_refuse_values(db: Database) {
    let schema = |rest: &str| {
        format!(
            "CREATE DOMAIN d AS text{rest}; CREATE DOMAIN e AS d; CREATE TYPE pair AS (one e, two int);
             CREATE TABLE t (a d, b pair, c d[] DEFAULT '{{x}}')"
        )
    };
    let from = schema("") + "; INSERT INTO t VALUES ('a', ROW ('b', 2))";
    changed(&db, &from, &schema(" CHECK (VALUE <> '')"), Options::new()).await;
    assert_eq!(text(&db, "SELECT a || (b).one || c[1] FROM t").await, "abx");
    changed(&db, "", &schema(" NOT NULL"), Options::new()).await;
    changed(&db, "", &schema(""), Options::new()).await;
    assert_eq!(text(&db, "SELECT a || (b).one || c[1] FROM t").await, "abx");
}

#[orm_pg::test]
async fn a_virtual_column_of_a_table_with_checks_is_computed_otherwise(db: Database) {
    if version(&db).await < 18 {
        return;
    }
    let schema = |expression: &str| {
        format!("CREATE TABLE t (a int CHECK (a > 0), b int GENERATED ALWAYS AS ({expression}) VIRTUAL)")
    };
    let from = schema("a + 1") + "; INSERT INTO t VALUES (3)";
    changed(&db, &from, &schema("a * 5"), Options::new()).await;
    assert_eq!(text(&db, "SELECT b::text FROM t").await, "15");
}

#[orm_pg::test]
async fn a_foreign_key_gets_another_name_and_the_key_that_it_needs_changes(db: Database) {
    let schema = |name: &str, more: &str| {
        format!(
            "CREATE TABLE t (a int, b int, CONSTRAINT k UNIQUE (a){more});
             CREATE TABLE u (t int CONSTRAINT {name} REFERENCES t (a))"
        )
    };
    changed(&db, &schema("one", " INCLUDE (b)"), &schema("two", ""), Options::new()).await;
}

#[orm_pg::test]
async fn a_function_goes_and_a_type_that_it_names_changes(db: Database) {
    let schema = |labels: &str, ty: &str, functions: &str| {
        format!("CREATE TYPE mood AS ENUM ({labels}); CREATE TABLE t (id {ty}, m mood); {functions}")
    };
    let functions = "CREATE FUNCTION f(m mood) RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE FUNCTION g() RETURNS bigint LANGUAGE sql RETURN (SELECT max(id) FROM t)";
    changed(&db, &schema("'a', 'b'", "int", functions), &schema("'b', 'a'", "bigint", ""), Options::new()).await;
}

#[orm_pg::test]
async fn an_index_goes_with_one_of_its_columns_and_another_one_gets_another_type(db: Database) {
    let schema = |ty: &str, more: &str| {
        format!("CREATE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE RETURN $1; CREATE TABLE t (a {ty}{more}")
    };
    let from = schema("int", ", b int); CREATE INDEX i ON t (f(a), b)");
    changed(&db, &from, &schema("bigint", ")"), Options::new()).await;
}

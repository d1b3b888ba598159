//! Sequences whose bounds change, with the numbers that they have given.

use orm_pg::{prelude::*, schema::migrate::Options};
use orm_tests::change::{changed, load, text};

#[orm_pg::test]
async fn bounds_that_the_next_number_is_outside_of(db: Database) {
    let next = "SELECT nextval('s')::text";
    changed(&db, "CREATE SEQUENCE s MINVALUE -5", "CREATE SEQUENCE s", Options::new()).await;
    assert_eq!(text(&db, next).await, "1");
    // A number that was given stays behind, a greater one is not given again.
    changed(&db, "", "CREATE SEQUENCE s MINVALUE 10", Options::new()).await;
    assert_eq!(text(&db, next).await, "10");
    load(&db, "SELECT setval('s', 50)").await;
    changed(&db, "", "CREATE SEQUENCE s MINVALUE 20", Options::new()).await;
    assert_eq!(text(&db, next).await, "51");
    changed(&db, "", "CREATE SEQUENCE s MINVALUE 20 INCREMENT -1 MAXVALUE 60", Options::new()).await;
    assert_eq!(text(&db, next).await, "50");
    changed(&db, "", "CREATE SEQUENCE s INCREMENT -1 MINVALUE -9", Options::new()).await;
    assert_eq!(text(&db, next).await, "-1");
}

#[orm_pg::test]
async fn bounds_beyond_which_all_numbers_are_start_anew_with_a_word(db: Database) {
    let plan = changed(&db, "CREATE SEQUENCE s START 100", "CREATE SEQUENCE s MAXVALUE 50", Options::new()).await;
    let [step] = &plan.steps[..] else { panic!("{plan:?}") };
    assert_eq!(step.allow.as_ref().map(ToString::to_string).as_deref(), Some("restart_sequence(s)"));
    assert_eq!(text(&db, "SELECT nextval('s')::text").await, "1");
    changed(&db, "", "CREATE SEQUENCE s MINVALUE 60 START 70", Options::new()).await;
    assert_eq!(text(&db, "SELECT nextval('s')::text").await, "70");
}

#[orm_pg::test]
async fn the_bounds_of_an_identity_change(db: Database) {
    let table = |options: &str| format!("CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY ({options}), a int)");
    changed(&db, &table("START 0 MINVALUE 0"), &table("START 5 MINVALUE 5 INCREMENT 2"), Options::new()).await;
    assert_eq!(text(&db, "INSERT INTO t (a) VALUES (1) RETURNING id::text").await, "5");
}

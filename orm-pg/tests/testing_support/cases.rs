//! One test for each way to write a test, and what happens to its database.

use orm_core::{ddl, error::Result, schema::Table};
use orm_pg::{
    __private::testing::{TestCase, run},
    testing,
};

use crate::models::{Db, ORDERS, PEOPLE, exists, sees_two_people};

#[test]
fn the_tables_of_models_can_be_made_and_dropped() {
    run(TestCase::new("ddl"), async |db: Db| {
        let tables = [&ORDERS, &PEOPLE];
        for statement in ddl::create_tables(&tables).unwrap() {
            db.run(&statement).await;
        }
        db.run("INSERT INTO people (name, moods) VALUES ('ann', ARRAY['good', 'it''s']::shop.mood[])").await;
        db.run("INSERT INTO shop.orders (person_id, parent_id) VALUES (1, 1)").await;
        assert_eq!(db.text("SELECT shout FROM people").await, "ANN");
        let names = "SELECT string_agg(conname, ' ' ORDER BY conname COLLATE \"C\") FROM pg_constraint \
                     WHERE conrelid IN ('people'::regclass, 'shop.orders'::regclass) AND contype <> 'n'";
        assert_eq!(
            db.text(names).await,
            "orders_parent_id_fkey orders_person_id_fkey orders_pkey people_best_order_fkey people_name_key people_pkey"
        );
        for statement in ddl::drop_tables(&tables).unwrap() {
            db.run(&statement).await;
        }
        let left = "SELECT count(*)::text FROM pg_class WHERE relname IN ('people', 'orders')";
        assert_eq!(db.text(left).await, "0");
        for statement in ddl::drop_tables(&tables).unwrap() {
            db.run(&statement).await;
        }
    });
}

#[test]
fn a_database_handle_makes_and_drops_tables() {
    let case = TestCase::new("handle").models([&ORDERS, &PEOPLE]);
    run(case, async |db: orm_pg::Database| {
        assert_eq!(db.status().max_connections, 4);
        let tables: [&'static Table; 2] = [&ORDERS, &PEOPLE];
        let error = db.create_tables(&tables).await.unwrap_err();
        assert_eq!(error.sql_state(), Some("42710"), "the enum type exists: {error}");
        db.drop_tables(&tables).await?;
        db.create_tables(&tables).await?;
        let own = testing::database().await?;
        own.create_tables(&tables).await
    })
    .unwrap();
}

/// What `#[orm_pg::test(models(..), setup = ann, flavor = "current_thread")]` expands to.
#[::core::prelude::v1::test]
fn an_expanded_test_runs() -> Result<()> {
    async fn ann(db: orm_pg::Database) -> Result<()> {
        let tx = db.begin().await?;
        tx.commit().await
    }
    async fn an_expanded_test_runs(db: orm_pg::Database) -> Result<()> {
        db.drop_tables(&[&PEOPLE, &ORDERS]).await
    }
    ::orm_pg::__private::testing::run(
        ::orm_pg::__private::testing::TestCase::new(::core::concat!(::core::module_path!(), "::an_expanded_test_runs"))
            .models([&PEOPLE, &ORDERS])
            .setup(ann)
            .current_thread(),
        an_expanded_test_runs,
    )
}

async fn by_reference(db: &orm_pg::Database) -> Result<()> {
    db.create_tables(&[&PEOPLE, &ORDERS]).await
}

#[orm_pg::test(setup = by_reference)]
async fn a_set_up_may_take_its_database_by_reference(db: orm_pg::Database) -> Result<()> {
    db.drop_tables(&[&PEOPLE, &ORDERS]).await
}

#[test]
fn each_test_has_a_copy_of_its_own() {
    let threads: Vec<_> = (0..6).map(|_| std::thread::spawn(|| sees_two_people("copy"))).collect();
    threads.into_iter().for_each(|it| it.join().unwrap());
}

#[test]
fn the_runtime_has_the_flavor_asked_for() {
    let flavor = async |_: Db| tokio::runtime::Handle::current().runtime_flavor();
    run(TestCase::new("flavor"), async |db| {
        assert_eq!(flavor(db).await, tokio::runtime::RuntimeFlavor::MultiThread);
    });
    run(TestCase::new("flavor").current_thread(), async |db| {
        assert_eq!(flavor(db).await, tokio::runtime::RuntimeFlavor::CurrentThread);
    });
}

/// Runs `test` and returns the name of its database.
fn name_of<T: orm_pg::__private::testing::Outcome>(case: TestCase<Db>, end: impl FnOnce() -> T) -> (String, Option<T>) {
    let mut name = String::new();
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        run(case, async |db: Db| {
            name = db.name().await;
            end()
        })
    }));
    (name, caught.ok())
}

#[test]
fn a_database_is_dropped_after_success_and_stays_after_failure() {
    let (name, _) = name_of(TestCase::new("fine"), || ());
    assert!(name.starts_with(testing::PREFIX) && !exists(&name));

    let (name, output) = name_of(TestCase::new("err"), || Err::<(), _>("broken"));
    assert_eq!(output, Some(Err("broken")), "the test's own error goes to the harness");
    assert!(exists(&name), "{name}");

    let (name, output) = name_of::<()>(TestCase::new("panics"), || panic!("on purpose"));
    assert!(output.is_none() && exists(&name), "{name}");

    let (name, _) = name_of::<()>(TestCase::new("panics").should_panic(), || panic!("on purpose"));
    assert!(!exists(&name), "{name}");
}

#[test]
fn a_failing_set_up_fails_the_test_and_is_tried_again() {
    async fn broken(_: Db) -> Result<(), &'static str> {
        Err("no fixtures")
    }
    for _ in 0..2 {
        let caught = std::panic::catch_unwind(|| run(TestCase::new("broken").setup(broken), async |_: Db| ()));
        let message = *caught.unwrap_err().downcast::<String>().unwrap();
        assert!(message.contains("::broken failed: \"no fixtures\""), "{message}");
    }
}

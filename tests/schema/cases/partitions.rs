//! Partitions and tables that inherit: what the server does with them together.

use orm_pg::{prelude::*, schema::migrate::Options};
use orm_tests::change::{changed, text};

fn parted(columns: &str, more: &str) -> String {
    format!("CREATE TABLE p (id int NOT NULL{columns}) PARTITION BY LIST (id); {more}")
}

#[orm_pg::test]
async fn a_column_goes_before_a_table_without_it_is_attached_or_inherits(db: Database) {
    let rows = "INSERT INTO a VALUES (1)";
    let from = parted(", flag bool", "CREATE TABLE a (id int NOT NULL, own int);") + rows;
    let to = parted("", "CREATE TABLE a PARTITION OF p FOR VALUES IN (1)");
    changed(&db, &from, &to, Options::new()).await;
    assert_eq!(text(&db, "SELECT id::text FROM p").await, "1");
    let nested = "CREATE TABLE m PARTITION OF p FOR VALUES IN (1, 2) PARTITION BY LIST (id)";
    let single = "CREATE TABLE i (id int, flag bool); CREATE TABLE c (id int)";
    changed(
        &db,
        "",
        &parted(", flag bool", &format!("{nested}; CREATE TABLE a (id int NOT NULL); {single}")),
        Options::new(),
    )
    .await;
    let inherits = "CREATE TABLE i (id int); CREATE TABLE c () INHERITS (i)";
    let to = parted("", &format!("{nested}; CREATE TABLE a PARTITION OF m FOR VALUES IN (1); {inherits}"));
    changed(&db, "", &to, Options::new()).await;
}

#[orm_pg::test]
async fn the_index_of_a_partition_no_longer_belongs_to_that_of_its_table(db: Database) {
    let parts = "CREATE TABLE a PARTITION OF p FOR VALUES IN (1); CREATE TABLE b PARTITION OF p FOR VALUES IN (2);";
    let index = |own: &str| parted(", n int", &format!("{parts} CREATE INDEX {own}; CREATE INDEX i ON p (n)"));
    changed(&db, &index("one ON a (n) WITH (fillfactor = 50)"), &index("two ON a (n)"), Options::new()).await;
    changed(&db, "", &parted(", n int", &format!("{parts} CREATE INDEX two ON a (n)")), Options::new()).await;
    let key = "ALTER TABLE p ADD CONSTRAINT k UNIQUE (id, n)";
    let keys = "ALTER TABLE a ADD CONSTRAINT a_k UNIQUE (id, n); ALTER TABLE b ADD CONSTRAINT b_k UNIQUE (id, n)";
    changed(&db, "", &parted(", n int", &format!("{parts} {key}")), Options::new()).await;
    changed(&db, "", &parted(", n int", &format!("{parts} {keys}")), Options::new()).await;
    changed(&db, "", &parted(", n int", &format!("{parts} {keys}; {key}")), Options::new()).await;
}

#[orm_pg::test]
async fn an_index_over_partitions_gets_other_parameters(db: Database) {
    let index = |with: &str| {
        parted("", &format!("CREATE TABLE a PARTITION OF p FOR VALUES IN (1); CREATE INDEX i ON p (id){with}"))
    };
    changed(&db, &index(" WITH (fillfactor = 50)"), &index(""), Options::new()).await;
    changed(&db, "", &index(" WITH (fillfactor = 70)"), Options::new()).await;
}

#[orm_pg::test]
async fn an_index_comes_and_a_partition_goes(db: Database) {
    let parts = "CREATE TABLE a PARTITION OF p FOR VALUES IN (1);";
    let from = parted("", &format!("{parts} CREATE TABLE b PARTITION OF p FOR VALUES IN (2)"));
    changed(&db, &from, &parted("", &format!("{parts} CREATE INDEX i ON p (id)")), Options::new()).await;
}

#[orm_pg::test]
async fn a_check_of_a_child_stays_valid_when_that_of_its_parent_is_not(db: Database) {
    let schema = |ty: &str| {
        format!(
            "CREATE TABLE t (n {ty}); ALTER TABLE t ADD CONSTRAINT k CHECK (n > 0) NOT VALID;
             CREATE TABLE c () INHERITS (t);"
        )
    };
    changed(&db, &schema("int"), &schema("bigint"), Options::new()).await;
}

#[orm_pg::test]
async fn a_foreign_key_of_a_partitioned_table_gets_another_name(db: Database) {
    let parts = "CREATE TABLE a PARTITION OF p FOR VALUES IN (1) PARTITION BY LIST (id); CREATE TABLE b PARTITION OF a FOR VALUES IN (1)";
    let schema = |name: &str| {
        let key = format!("ALTER TABLE p ADD CONSTRAINT {name} FOREIGN KEY (n) REFERENCES u");
        parted(", n int", &format!("CREATE TABLE u (id int PRIMARY KEY); {parts}; {key}"))
    };
    let plan = changed(&db, &schema("one"), &schema("two"), Options::new()).await;
    assert!(plan.steps.iter().all(|it| it.sql.contains("RENAME CONSTRAINT")), "{plan:?}");
}

#[orm_pg::test]
async fn parts_of_a_table_that_goes_are_dropped_with_those_of_its_parent(db: Database) {
    let schema = |index: &str, parts: &str| {
        parted("", &format!("CREATE TABLE a PARTITION OF p FOR VALUES IN (1) PARTITION BY LIST (id); {parts} {index}"))
    };
    let from = schema("CREATE INDEX i ON p (id)", "CREATE TABLE b PARTITION OF a FOR VALUES IN (1);");
    changed(&db, &from, &schema("", ""), Options::new()).await;
    let schema = |result: &str, child: &str| {
        format!(
            "CREATE FUNCTION f(int) RETURNS {result} LANGUAGE sql IMMUTABLE RETURN $1;
             CREATE TABLE t (n int CONSTRAINT k CHECK (f(n) > 0)); {child}"
        )
    };
    changed(&db, "", &schema("int", "CREATE TABLE c () INHERITS (t)"), Options::new()).await;
    changed(&db, "", &schema("bigint", ""), Options::new()).await;
}

#[orm_pg::test]
async fn indexes_of_a_partitioned_table_that_are_alike(db: Database) {
    let parts = "CREATE TABLE a PARTITION OF p FOR VALUES IN (1) PARTITION BY LIST (id); CREATE TABLE b PARTITION OF a FOR VALUES IN (1)";
    let schema = parted("", &format!("{parts}; CREATE INDEX two ON p (id); CREATE INDEX one ON p (id DESC)"));
    changed(&db, "", &schema, Options::new()).await;
    changed(&db, "", &parted("", parts), Options::new()).await;
    changed(&db, "", &schema, Options::new()).await;
    // The first index of the partition belongs to the second one of its table.
    let new = "CREATE TABLE d PARTITION OF p FOR VALUES IN (4); ALTER INDEX d_id_idx RENAME TO y; ALTER INDEX d_id_idx1 RENAME TO z";
    changed(&db, "", &format!("{schema}; {new}"), Options::new()).await;
    let single = "CREATE TABLE c PARTITION OF p FOR VALUES IN (3)";
    changed(&db, "", &parted("", &format!("{single}; CREATE INDEX one ON p (id)")), Options::new()).await;
    changed(&db, "", &schema, Options::new()).await;
}

#[orm_pg::test]
async fn a_table_that_inherits_comes_and_goes_while_its_parent_changes(db: Database) {
    let schema = |ty: &str, default: &str, more: &str| {
        format!(
            "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE RETURN $1;
             CREATE TABLE t (n {ty} DEFAULT {default} CHECK (n > 0)); CREATE TABLE c () INHERITS (t){more}"
        )
    };
    let with =
        |ty: &str, default: &str| schema(ty, default, "; CREATE TABLE d () INHERITS (t); CREATE INDEX i ON d (f(n))");
    changed(&db, &schema("int", "1", ""), &with("int", "2"), Options::new()).await;
    changed(&db, "", &schema("bigint", "2", ""), Options::new()).await;
}

#[orm_pg::test]
async fn indexes_of_a_partitioned_table_whose_functions_compute_the_same(db: Database) {
    let schema = "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT abs($1)';
        CREATE TABLE p (id int) PARTITION BY LIST (id); CREATE TABLE a PARTITION OF p FOR VALUES IN (1);
        CREATE INDEX two ON p (f(id)); CREATE INDEX one ON p (abs(id))";
    changed(&db, "", schema, Options::new()).await;
}

//! What `doctor` finds, check by check.

use orm_pg::{
    prelude::*,
    schema::{
        doctor,
        doctor::{Finding, Limits, Severity},
        doctor_with,
    },
};

use crate::{again, load, name};

/// Nothing is too small or too young.
fn all() -> Limits {
    Limits { unused_index_bytes: 0, statistics_bytes: 1, ..Limits::default() }
}

async fn found(db: &Database, check: &str) -> Vec<Finding> {
    let mut found = doctor_with(db, &all()).await.expect("findings");
    found.retain(|it| it.check == check);
    found
}

/// The objects and statements of a check.
async fn told(db: &Database, check: &str) -> Vec<(String, String)> {
    found(db, check).await.into_iter().map(|it| (it.object, it.sql.join("\n"))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(object, sql)| ((*object).to_owned(), (*sql).to_owned())).collect()
}

#[orm_pg::test]
async fn a_healthy_database(db: Database) {
    load(
        &db,
        "CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE);
         CREATE TABLE posts (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, author bigint NOT NULL REFERENCES users);
         CREATE INDEX ON posts (author);
         INSERT INTO users (email) SELECT i::text FROM generate_series(1, 3000) i;
         INSERT INTO posts (author) SELECT id FROM users;
         ANALYZE",
    )
    .await;
    let found = doctor(&db).await.expect("findings");
    // The role of the tests is a superuser on a throw-away server; versions grow old; an age is that of the server.
    let own = ["role", "version", "wraparound", "connection"];
    let other: Vec<_> = found.iter().filter(|it| !own.contains(&it.check.as_str())).collect();
    assert!(other.is_empty(), "{other:#?}");
    // A server in a container is another machine, so there may also be a finding about TLS.
    let described = |it: &&Finding| it.check == "connection" && it.message.starts_with("PostgreSQL ");
    let connection = found.iter().find(described).unwrap_or_else(|| panic!("{found:#?}"));
    assert!(connection.message.contains(", opened in "), "{connection:?}");
    assert!(found.is_sorted_by_key(|it| std::cmp::Reverse(it.severity)), "{found:#?}");
}

#[orm_pg::test]
async fn foreign_keys_without_an_index(db: Database) {
    load(
        &db,
        r#"CREATE TABLE a (x bigint, y bigint, PRIMARY KEY (x, y));
           CREATE TABLE whole (x bigint, y bigint, z bigint, FOREIGN KEY (x, y) REFERENCES a);
           CREATE INDEX ON whole (y, x, z);
           CREATE TABLE "in part" (x bigint, "Y y" bigint, FOREIGN KEY (x, "Y y") REFERENCES a);
           CREATE INDEX ON "in part" (x);
           CREATE TABLE later (x bigint, y bigint, z bigint, FOREIGN KEY (x, y) REFERENCES a);
           CREATE INDEX ON later (z, x, y);
           CREATE INDEX ON later (x, z, y);
           CREATE INDEX ON later USING brin (x, y);
           CREATE TABLE partial (x bigint, y bigint, FOREIGN KEY (x, y) REFERENCES a);
           CREATE INDEX ON partial (x, y) WHERE x > 0;
           CREATE TABLE sparse (x bigint, y bigint, FOREIGN KEY (x, y) REFERENCES a);
           CREATE INDEX ON sparse (x, y) WHERE y IS NOT NULL;
           CREATE TABLE included (x bigint, y bigint, FOREIGN KEY (x, y) REFERENCES a);
           CREATE INDEX ON included (x) INCLUDE (y);
           CREATE TABLE expression (x bigint, y bigint, FOREIGN KEY (x, y) REFERENCES a);
           CREATE INDEX ON expression (x, (y + 1));
           CREATE TABLE parts (x bigint, y bigint, FOREIGN KEY (x, y) REFERENCES a) PARTITION BY RANGE (x);
           CREATE TABLE part PARTITION OF parts FOR VALUES FROM (0) TO (9)"#,
    )
    .await;
    assert_eq!(
        told(&db, "foreign_key_without_index").await,
        pairs(&[
            (
                r#""in part_x_Y y_fkey" on public."in part""#,
                r#"CREATE INDEX CONCURRENTLY ON public."in part" (x, "Y y");"#
            ),
            ("expression_x_y_fkey on public.expression", "CREATE INDEX CONCURRENTLY ON public.expression (x, y);"),
            ("included_x_y_fkey on public.included", "CREATE INDEX CONCURRENTLY ON public.included (x, y);"),
            ("later_x_y_fkey on public.later", "CREATE INDEX CONCURRENTLY ON public.later (x, y);"),
            ("partial_x_y_fkey on public.partial", "CREATE INDEX CONCURRENTLY ON public.partial (x, y);"),
            ("parts_x_y_fkey on public.parts", "CREATE INDEX ON public.parts (x, y);"),
        ])
    );
}

/// Each statement is one that the server accepts, and the finding is gone afterwards.
#[orm_pg::test]
async fn the_statements_mend_what_was_found(db: Database) {
    load(
        &db,
        "CREATE TABLE a (id bigint PRIMARY KEY, code int UNIQUE);
         CREATE TABLE b (id serial PRIMARY KEY, a_id int REFERENCES a, code int REFERENCES a (code));
         CREATE TABLE c (b_id int NOT NULL REFERENCES b);
         CREATE UNIQUE INDEX c_key ON c (b_id);
         CREATE INDEX b_one ON b (a_id); CREATE INDEX b_two ON b (a_id);
         CREATE INDEX b_unused ON b ((id + 1));
         INSERT INTO a SELECT i, i FROM generate_series(1, 3000) i;
         SELECT setval('b_id_seq', 2000000000);
         CREATE SEQUENCE few AS smallint; SELECT setval('few', 32000);
         CREATE SEQUENCE down AS integer INCREMENT -1; SELECT setval('down', -2000000000)",
    )
    .await;
    let connection = db.connection().await.expect("a connection");
    connection.client().batch_execute("CREATE TABLE d (a int); INSERT INTO d VALUES (1), (1)").await.expect("a table");
    let refused = connection.client().batch_execute("CREATE UNIQUE INDEX CONCURRENTLY d_key ON d (a)").await;
    assert!(refused.is_err());
    connection.client().batch_execute("DELETE FROM d; ALTER TABLE d ADD PRIMARY KEY (a)").await.expect("no rows");
    let checks = [
        "duplicate_index",
        "foreign_key_without_index",
        "invalid_index",
        "key_near_overflow",
        "narrow_reference",
        "no_primary_key",
        "no_statistics",
        "sequence_near_end",
        "unused_index",
    ];
    for check in checks {
        let before = found(&db, check).await;
        assert!(!before.is_empty(), "{check}");
        for finding in before {
            for statement in finding.sql {
                let done = connection.client().batch_execute(&statement).await;
                assert!(done.is_ok(), "{check}: {statement}: {done:?}");
            }
        }
        let after = found(&db, check).await;
        assert!(after.is_empty(), "{after:#?}");
    }
}

#[orm_pg::test]
async fn of_indexes_with_the_same_keys_one_is_kept(db: Database) {
    load(
        &db,
        "CREATE TABLE t (a int, b int, c text COLLATE \"C\", CONSTRAINT of_key UNIQUE (a));
         CREATE INDEX a_older ON t (b); CREATE INDEX a_newer ON t (b);
         CREATE INDEX a_backwards ON t (b DESC); CREATE INDEX a_partial ON t (b) WHERE a > 0; CREATE INDEX a_hash ON t USING hash (b);
         CREATE INDEX a_more ON t (b) INCLUDE (c);
         CREATE INDEX like_the_key ON t (a);
         CREATE INDEX c_one ON t (c); CREATE INDEX c_other ON t (c COLLATE \"POSIX\"); CREATE INDEX c_class ON t (c text_pattern_ops);
         CREATE UNIQUE INDEX e_unique ON t ((a + b)); CREATE INDEX e_plain ON t ((a + b))",
    )
    .await;
    let found = told(&db, "duplicate_index").await;
    assert_eq!(
        found,
        pairs(&[
            ("public.a_newer", "DROP INDEX CONCURRENTLY public.a_newer;"),
            ("public.e_plain", "DROP INDEX CONCURRENTLY public.e_plain;"),
            ("public.like_the_key", "DROP INDEX CONCURRENTLY public.like_the_key;"),
        ])
    );
}

#[orm_pg::test]
async fn indexes_that_count_as_used(db: Database) {
    load(
        &db,
        "CREATE TABLE a (id bigint PRIMARY KEY);
         CREATE TABLE t (id bigint PRIMARY KEY, a_id bigint REFERENCES a, word text, EXCLUDE USING btree (word WITH =));
         CREATE INDEX for_the_key ON t (a_id, word); CREATE INDEX never ON t (word, a_id)",
    )
    .await;
    let found = found(&db, "unused_index").await;
    let objects: Vec<_> = found.iter().map(|it| it.object.as_str()).collect();
    assert_eq!(objects, ["public.never"]);
    // The statistics of a throw-away server are young, which the finding says.
    let text = &found[0].message;
    assert!(text.contains(" days at least, since the "), "{text}");
}

#[orm_pg::test]
async fn the_age_of_transactions(db: Database) {
    load(&db, "CREATE TABLE old (a int)").await;
    let of_table = |found: Vec<Finding>| found.into_iter().filter(|it| it.check == "wraparound").collect::<Vec<_>>();
    let limits = Limits { transaction_age: 2_000_000_000, ..all() };
    assert!(of_table(doctor_with(&db, &limits).await.expect("findings")).is_empty());
    let limits = Limits { transaction_age: 0, ..all() };
    let found = of_table(doctor_with(&db, &limits).await.expect("findings"));
    assert_eq!(found.len(), 10, "{found:#?}");
    assert!(found[0].message.starts_with("the oldest row of "), "{found:#?}");
    assert!(found[0].sql[0].starts_with("VACUUM (FREEZE, VERBOSE) "), "{found:#?}");
}

#[orm_pg::test]
async fn a_session_that_is_idle_in_a_transaction(db: Database) {
    let tx = db.begin().await.expect("a transaction");
    let process: i32 = sql!("SELECT pg_backend_pid()").one(&tx).await.expect("a process");
    let idle =
        |found: Vec<Finding>| found.into_iter().filter(|it| it.check == "idle_in_transaction").collect::<Vec<_>>();
    assert!(idle(doctor(&db).await.expect("findings")).is_empty());
    let limits = Limits { idle_seconds: 0, ..all() };
    let found = idle(doctor_with(&db, &limits).await.expect("findings"));
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!((found[0].severity, found[0].object.clone()), (Severity::Problem, format!("process {process}")));
    assert_eq!(found[0].sql[0], format!("SELECT pg_terminate_backend({process});"));
    tx.rollback().await.expect("a rollback");
}

#[orm_pg::test]
async fn a_role_that_is_too_strong(db: Database) {
    let role = name(&db).await;
    load(
        &db,
        &format!(
            "CREATE ROLE \"{role}\" CREATEROLE BYPASSRLS; GRANT CREATE ON SCHEMA public TO \"{role}\"; SET ROLE \"{role}\";
             CREATE TABLE mine (a int PRIMARY KEY); ALTER TABLE mine ENABLE ROW LEVEL SECURITY; RESET ROLE"
        ),
    )
    .await;
    let other = again(&db).await.on_connect(format!("SET ROLE \"{role}\"")).connect().await.expect("a connection");
    let messages: Vec<_> = found(&other, "role").await.into_iter().map(|it| it.message.replace(&role, "R")).collect();
    assert_eq!(
        messages,
        [
            "the role R has BYPASSRLS: policies of row security do not apply to it",
            "the role R has CREATEROLE: it can create further roles",
            "the role R owns 1 tables and can drop them; on 1 of them, policies of row security do not apply to it",
        ]
    );
    load(&db, &format!("DROP OWNED BY \"{role}\"; ALTER ROLE \"{role}\" NOCREATEROLE NOBYPASSRLS")).await;
    assert_eq!(found(&other, "role").await, []);
    // Without privileges, a check finds less and never fails.
    load(&db, "CREATE TABLE hidden (id serial PRIMARY KEY); SELECT setval('hidden_id_seq', 2147483600)").await;
    assert_eq!(found(&other, "key_near_overflow").await, []);
    assert_eq!(found(&db, "key_near_overflow").await.len(), 1);
    other.close().await;
    load(&db, &format!("DROP ROLE \"{role}\"")).await;
}

#[orm_pg::test]
async fn statistics_of_partitioned_tables(db: Database) {
    load(
        &db,
        "CREATE TABLE p (id bigint PRIMARY KEY) PARTITION BY RANGE (id);
         CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100000);
         CREATE TABLE none (id bigint PRIMARY KEY) PARTITION BY RANGE (id);
         INSERT INTO p SELECT i FROM generate_series(1, 3000) i;
         ANALYZE p1",
    )
    .await;
    assert_eq!(told(&db, "no_statistics").await, pairs(&[("public.p", "ANALYZE public.p;")]));
}

#[orm_pg::test]
async fn nothing_is_changed(db: Database) {
    load(&db, "CREATE TABLE a (x int); CREATE INDEX one ON a (x); CREATE INDEX two ON a (x)").await;
    let before = orm_pg::schema::introspect(&db).await.expect("a catalog");
    assert_eq!(told(&db, "duplicate_index").await.len(), 1);
    assert_eq!(orm_pg::schema::introspect(&db).await.expect("a catalog"), before);
}

//! `orm migrate up`, of which the process is killed.

use std::{fs, time::Duration};

use orm_pg::{Database, sql};

use crate::{load, orm, url};

/// Whether a statement waits for a lock of the table.
async fn waits(db: &Database) -> bool {
    let found = sql!("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 't'::regclass)");
    found.one(db).await.expect("an answer")
}

#[orm_pg::test]
async fn the_next_process_goes_on_at_the_step_that_was_interrupted(db: Database) {
    load(&db, "CREATE TABLE t (a int)").await;
    let folder = tempfile::tempdir().expect("a folder");
    let text = "-- orm: transaction = none\n\n-- orm: step\nCREATE TABLE u ();\n\n-- orm: step\nALTER TABLE t ADD b int;\n\n\
                -- orm: step\nCREATE INDEX CONCURRENTLY t_b ON t (b);\n";
    fs::write(folder.path().join("20260101000000_a.up.sql"), text).expect("a file");
    let url = url(&db).await;
    let migrate = |verb| orm(["migrate", verb, "--migrations", folder.path().to_str().expect("UTF-8")]).on(&url);

    let blocker = db.begin().await.expect("a transaction");
    sql!("LOCK TABLE t IN ACCESS SHARE MODE").execute(&blocker).await.expect("a lock");
    let mut process = migrate("up").start();
    while !waits(&db).await {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    process.kill().expect("a signal");
    process.wait().expect("an end");
    blocker.rollback().await.expect("a rollback");
    let status = migrate("status").run().ends_with(3).out;
    assert!(status.contains("partial  20260101000000_a (partial), 1 of 3 steps"), "{status}");
    let up = migrate("up").run().ends_with(0).out;
    assert!(up.contains("20260101000000_a"), "{up}");
    migrate("status").run().ends_with(0);
}

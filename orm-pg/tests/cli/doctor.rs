//! `orm doctor`.

use orm_pg::Database;

use crate::{load, orm, url};

#[orm_pg::test]
async fn findings_and_the_exit_status(db: Database) {
    let url = url(&db).await;
    load(
        &db,
        "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a);
         CREATE TEXT SEARCH PARSER own (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype)",
    )
    .await;
    let only = ["doctor", "--only", "foreign_key_without_index"];
    let found = orm(only).on(&url).run().ends_with(3).out;
    assert_eq!(
        found,
        "warning: no index starts with the columns of the foreign key b_a_id_fkey (a_id): each DELETE on public.a, and each \
         change of its key, reads all of public.b [foreign_key_without_index]\n  create an index on the columns, unless keys of the \
         other table are never deleted and never change\n    CREATE INDEX CONCURRENTLY ON public.b (a_id);\n0 problems, 1 warning, \
         0 notes\n1 unmanaged object in the database\n"
    );
    let json = orm(only.into_iter().chain(["--json"])).on(&url).run().ends_with(3).json();
    assert_eq!(json["findings"][0]["object"], "b_a_id_fkey on public.b");
    assert_eq!(json["findings"][0]["sql"][0], "CREATE INDEX CONCURRENTLY ON public.b (a_id);");
    assert_eq!(json["unmanaged"], 1);

    load(&db, "CREATE INDEX ON b (a_id)").await;
    let clean = orm(only).on(&url).run().ends_with(0).out;
    assert_eq!(clean, "0 problems, 0 warnings, 0 notes\n1 unmanaged object in the database\n");
}

#[orm_pg::test]
async fn the_connection_is_described(db: Database) {
    let url = url(&db).await;
    let told = orm(["doctor", "--only", "connection", "--database-url", &url]).run();
    assert!(told.out.contains("note: PostgreSQL ") && told.out.contains(", opened in "), "{}", told.out);
    // A server in a container is another machine.
    let remote = told.out.contains("problem: the server and its client, which are on two machines, do not use TLS");
    assert_eq!(told.status, if remote { 3 } else { 0 }, "{}", told.out);
}

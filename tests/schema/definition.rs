//! Objects that are kept as whole statements.

use std::{collections::BTreeMap, path::Path, process::Command};

use orm_pg::{prelude::*, schema::introspect, tokio_postgres::config::Host};

use crate::{judged, load};

/// The statements of the file, without those that the server was not built for.
async fn fixture(db: &Database) -> String {
    let text = include_str!("definitions.sql");
    match sql!("SELECT count(*) > 1 FROM pg_collation WHERE collprovider = 'i'").one::<bool>(db).await.expect("a flag")
    {
        true => text.to_owned(),
        false => text.lines().filter(|it| !it.contains("provider = icu")).flat_map(|it| [it, "\n"]).collect(),
    }
}

#[orm_pg::test]
async fn one_of_every_definition(db: Database) {
    load(&db, &fixture(&db).await).await;
    let catalog = judged(&db).await;
    assert!(catalog.unmanaged.is_empty(), "{:?}", catalog.unmanaged);
    let edges: Vec<_> =
        catalog.dependencies.iter().map(|it| (it.object.identity.as_str(), it.on.identity.as_str())).collect();
    for edge in [
        ("app.far", "elsewhere"),
        ("elsewhere", "\"My wrapper\""),
        ("app.lines in publication parts", "parts"),
        ("asciiword of app.conf", "app.conf"),
        ("app.conf", "app.stem"),
        ("app.<<(app.two,app.two)", "app.lt(app.two,app.two)"),
    ] {
        assert!(edges.contains(&edge), "{edge:?} in {edges:#?}");
    }
    let mut kinds = BTreeMap::<_, usize>::new();
    for it in &catalog.definitions {
        *kinds.entry(it.object.kind.as_str()).or_default() += 1;
    }
    for (kind, least) in [
        ("aggregate", 6),
        ("cast", 2),
        ("collation", 2),
        ("conversion", 1),
        ("event trigger", 1),
        ("event trigger state", 1),
        ("foreign table", 3),
        ("foreign table comment", 1),
        ("foreign table partition", 1),
        ("foreign-data wrapper", 1),
        ("function of access method", 1),
        ("operator", 4),
        ("operator class", 2),
        ("operator family", 2),
        ("operator of access method", 1),
        ("publication", 3),
        ("publication namespace", 1),
        ("publication relation", 2),
        ("rule", 2),
        ("rule state", 1),
        ("server", 2),
        ("statistics object", 2),
        ("statistics object target", 1),
        ("text search configuration", 1),
        ("text search configuration mapping", 19),
        ("text search dictionary", 1),
        ("trigger", 1),
        ("type", 2),
    ] {
        assert!(kinds.get(kind) >= Some(&least), "{kind}: {kinds:#?}");
    }
}

#[orm_pg::test]
async fn parts_are_dropped_and_created_alone(db: Database) {
    load(&db, &fixture(&db).await).await;
    let catalog = introspect(&db).await.expect("a catalog");
    let parts = || catalog.definitions.iter().filter(|it| it.part_of.is_some());
    in_any_order(&db, parts().map(|it| it.drop.clone()).collect()).await;
    let without = introspect(&db).await.expect("a catalog");
    let whole: Vec<_> = catalog.definitions.iter().filter(|it| it.part_of.is_none()).cloned().collect();
    assert_eq!(without.definitions, whole);
    for it in parts() {
        let of = it.part_of.as_ref().expect("a whole");
        assert!(whole.iter().any(|whole| whole.object == *of), "{of:?}");
    }
    in_any_order(&db, parts().map(|it| it.create.clone()).collect()).await;
    assert_eq!(introspect(&db).await.expect("a catalog"), catalog);
}

/// Drops all definitions, creates them again by their statements, and compares.
#[orm_pg::test]
async fn statements_create_what_they_were_read_from(db: Database) {
    load(&db, &fixture(&db).await).await;
    let catalog = introspect(&db).await.expect("a catalog");
    let dumped = dump(&db).await;
    let whole = catalog.definitions.iter().filter(|it| it.part_of.is_none());
    let drops = whole.map(|it| it.drop.clone()).collect();
    in_any_order(&db, drops).await;
    let without = introspect(&db).await.expect("a catalog");
    assert!(without.definitions.is_empty(), "{:#?}", without.definitions);
    assert_eq!(without.tables, catalog.tables);
    let creates = catalog.definitions.iter().map(|it| it.create.clone()).collect();
    in_any_order(&db, creates).await;
    for it in &catalog.definitions {
        if let Some(comment) = &it.comment {
            load(&db, &format!("COMMENT ON {} IS '{comment}'", it.label())).await;
        }
    }
    assert_eq!(introspect(&db).await.expect("a catalog"), catalog);
    assert_eq!(dump(&db).await, dumped);
}

/// Runs statements until each has succeeded; those that need others fail before those have.
async fn in_any_order(db: &Database, mut statements: Vec<String>) {
    let connection = db.connection().await.expect("a connection");
    while !statements.is_empty() {
        let mut refused = Vec::new();
        let mut errors = Vec::new();
        for statement in &statements {
            if let Err(error) = connection.client().batch_execute(statement).await {
                errors.push(format!("{statement}: {error:?}"));
                refused.push(statement.clone());
            }
        }
        assert!(refused.len() < statements.len(), "{errors:#?}");
        statements = refused;
    }
}

/// The lines of `pg_dump` in the order of their bytes, if the server's own one is here: not if it runs in a container.
async fn dump(db: &Database) -> Option<Vec<String>> {
    let directory = sql!("SELECT setting FROM pg_config() WHERE name = 'BINDIR'").one::<String>(db).await;
    let program = Path::new(&directory.expect("a directory")).join("pg_dump");
    if !program.exists() {
        return None;
    }
    let url = orm_pg::testing::database_url().await.expect("a server");
    let server = url.parse::<orm_pg::tokio_postgres::Config>().expect("an address");
    let mut command = Command::new(program);
    for host in server.get_hosts().iter().take(1) {
        match host {
            Host::Tcp(name) => command.env("PGHOST", name),
            Host::Unix(path) => command.env("PGHOST", path),
        };
    }
    if let Some(port) = server.get_ports().first() {
        command.env("PGPORT", port.to_string());
    }
    if let Some(user) = server.get_user() {
        command.env("PGUSER", user);
    }
    if let Some(password) = server.get_password() {
        command.env("PGPASSWORD", String::from_utf8_lossy(password).as_ref());
    }
    let output = command.args(["--schema-only", "--dbname", &crate::name(db).await]).output().expect("pg_dump");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("text");
    // The word behind `\restrict` is a random one, and some servers number columns in an option of their own.
    let own = |it: &&str| it.contains("restrict ") || it.contains("pg_attver=");
    let mut lines: Vec<_> = text.lines().filter(|it| !own(it)).map(str::to_owned).collect();
    assert!(lines.len() > 100, "{lines:?}");
    lines.sort();
    Some(lines)
}

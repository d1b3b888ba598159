//! The statements of `sql!` in sources, prepared on what the migrations lead to.

use std::{fs, path::Path};

use orm_pg::{
    prelude::*,
    schema::{Migrations, Statements},
};

use super::SHOP;

/// What the gate says about sources: each file with its text.
async fn checked(db: &Database, migrations: Migrations, files: &[(&str, &str)]) -> Statements {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    let gate = migrations.gate(&[]).sources(folder.path());
    let mut found = gate.run(db).await.unwrap_or_else(|error| panic!("{error}")).statements.expect("it was asked for");
    for it in found.problems.iter_mut().chain(&mut found.undecided) {
        it.file = it.file.strip_prefix(folder.path()).expect("its folder").to_owned();
    }
    found
}

/// The problems of one file, one line each.
async fn problems(db: &Database, text: &str) -> Vec<String> {
    let found = checked(db, SHOP, &[("lib.rs", text)]).await;
    assert_eq!(found.is_clean(), found.problems.is_empty());
    found.problems.iter().map(ToString::to_string).collect()
}

#[orm_pg::test]
async fn a_statement_with_a_dropped_column_is_found_in_its_line(db: Database) {
    let files = [
        ("lib.rs", "mod shop;\nfn f() {\n    sql!(\"SELECT name FROM items WHERE price > {least}\");\n}\n"),
        (
            "shop/old.rs",
            "async fn f() {\n    g(sql!(\n        \"SELECT old_price FROM items WHERE id = {id}\"\n    )).await\n}\n",
        ),
    ];
    let found = checked(&db, SHOP, &files).await;
    let lines: Vec<_> = found.problems.iter().map(ToString::to_string).collect();
    assert_eq!(lines, ["shop/old.rs:3: column \"old_price\" does not exist"]);
    assert_eq!((found.prepared, found.left_out, found.undecided.len()), (1, 0, 0));
    assert_eq!(
        found.to_string(),
        "1 prepared, 0 of them compared with the type of their rows; 0 undecided; 0 fragments and commands left out; 1 \
         wrong\n\nshop/old.rs:3: column \"old_price\" does not exist"
    );
    // Before the file with `phase = contract`, the column is there.
    let files = files.map(|(name, text)| (name, text.to_owned()));
    let before = Migrations::from_files([(
        "20260401090000_items.up.sql",
        include_str!("../../migrations/shop/20260401090000_items.up.sql"),
    )]);
    let found = checked(&db, before, &[(files[1].0, &files[1].1)]).await;
    assert!(found.is_clean() && found.prepared == 1, "{found}");
}

#[orm_pg::test]
async fn what_the_server_refuses_is_a_problem(db: Database) {
    let text = r##"
        fn f() {
            sql!("SELECT nam FROM items");
            sql!("SELECT * FROM item WHERE id = {id}");
            sql!("INSERT INTO items (name) VALUES ({a}, {b})");
            sql!("UPDATE items SET name = {name} WHER id = {id}");
            sql!("SELECT lower(price) FROM items");
            sql!("DELETE FROM items WHERE id = {id}; DELETE FROM items");
            sql!(r#"SELECT "Name" FROM items WHERE id = ANY ({ids})"#);
        }"##;
    assert_eq!(
        problems(&db, text).await,
        [
            r#"lib.rs:3: column "nam" does not exist (Perhaps you meant to reference the column "items.name".)"#,
            r#"lib.rs:4: relation "item" does not exist"#,
            "lib.rs:5: INSERT has more expressions than target columns",
            r#"lib.rs:6: syntax error at or near "WHER""#,
            "lib.rs:7: function lower(bigint) does not exist (No function matches the given name and argument types. You might need \
             to add explicit type casts.)",
            "lib.rs:8: cannot insert multiple commands into a prepared statement",
            r#"lib.rs:9: column "Name" does not exist (Perhaps you meant to reference the column "items.name".)"#,
        ]
    );
}

#[orm_pg::test]
async fn rows_that_do_not_fit_their_type_are_a_problem(db: Database) {
    let text = r#"
        #[derive(FromRow)]
        struct Line { id: i64, title: String }
        #[derive(FromRow)]
        struct Cheap { name: String, price: i32 }
        async fn f() {
            sql!("SELECT id, name FROM items").all::<i64>(db).await?;
            sql!("SELECT id, name FROM items").all::<(i64, String, i64)>(db).await?;
            sql!("SELECT id, price FROM items WHERE id = {id}").one::<(i64, String)>(db).await?;
            sql!("SELECT count(*)::int FROM items").one::<i64>(db).await?;
            sql!("SELECT id, name FROM items").all::<Line>(db).await?;
            let cheap = sql!("SELECT * FROM items WHERE price < {most}");
            join!(cheap.all::<Cheap>(db), g()).await;
        }"#;
    assert_eq!(
        problems(&db, text).await,
        [
            "lib.rs:7: the result has 2 columns, of which the type reads only 1",
            "lib.rs:8: the result has only 2 columns, too few for the type to read",
            "lib.rs:9: column `price` is of type int8, which `String` cannot hold: read it into `i64`",
            "lib.rs:10: column `count` is of type int4, which `i64` cannot hold: read it into `i32`",
            "lib.rs:11: the result has no column `title`, which `Line` needs; it has: id, name",
            "lib.rs:12: column `price` is of type int8, which `i32` cannot hold: read it into `i64`",
        ]
    );
}

/// What is right must not be a problem, however little is known of the types of its binds.
#[orm_pg::test]
async fn what_is_right_is_no_problem(db: Database) {
    let text = r##"
        #[derive(FromRow)]
        struct Named { #[orm(column = "name")] title: String, id: Option<i64>, other: Mood }
        #[derive(FromRow)]
        struct Twice { a: i64 }
        mod a { #[derive(FromRow)] struct Twice { b: i64 } }
        async fn f() {
            sql!("SELECT {a} + 1, {b}").one::<(i64, bool)>(db).await?;
            sql!("SELECT {a} + {b}").one::<i64>(db).await?;
            sql!("SELECT now() - {pause} < now()").one::<bool>(db).await?;
            sql!("SELECT name, {a} FROM items GROUP BY name, {a}").all::<(String, i64)>(db).await?;
            sql!("SELECT {x} IS NULL OR {x} = ANY ({list})").one::<bool>(db).await?;
            sql!("SELECT unnest({list}), array_length({list}, 1)").all::<(String, i32)>(db).await?;
            sql!("SELECT jsonb_build_object('a', {a}), coalesce({a}, {b})").one::<(Json<A>, i64)>(db).await?;
            sql!("INSERT INTO items (name, price) SELECT {name}, {price}").execute(db).await?;
            sql!("INSERT INTO items (name, price) SELECT * FROM unnest({names}, {prices})").execute(db).await?;
            sql!("SELECT id, name, 'x' AS other FROM items").all::<Named>(db).await?;
            sql!("SELECT 1 AS x").all::<Twice>(db).await?;
            sql!("SELECT '{{1,2}}'::int[], '{{}}'::text[]").all::<(Vec<i32>, Vec<String>)>(db).await?;
            sql!("WITH x AS (DELETE FROM items RETURNING id) SELECT count(*) FROM x").one::<i64>(db).await?;
            sql!("EXPLAIN (FORMAT JSON) SELECT 1").one::<Json<Plan>>(db).await?;
            sql!("SELECT id FROM items ORDER BY id LIMIT {limit} OFFSET {skip} FOR UPDATE SKIP LOCKED").all::<i64>(db).await?;
            sql!("SELECT pg_advisory_xact_lock({key}), interval '1 s' * {n}").execute(db).await?;
            sql!("CREATE TEMP TABLE here (a int)").execute(db).await?;
            q.filter(|u| u.id.in_(sql!("(SELECT a FROM here)"))).filter(|u| sql!("{u.a} ~ 'x'"));
        }
        #[cfg(test)]
        mod tests { fn f() { sql!("SELECT a FROM nowhere") } }
        "##;
    let files =
        [("lib.rs", text), ("b.rs", "#[cfg(test)]\nmod tests;"), ("b/tests.rs", "fn f() { sql!(\"SELECT x\") }")];
    let found = checked(&db, SHOP, &files).await;
    assert!(found.is_clean(), "{found}");
    assert_eq!((found.prepared + found.undecided.len(), found.left_out), (16, 3), "{found}");
    // What the server would need types for.
    let undecided: Vec<_> = found.undecided.iter().map(|it| it.line).collect();
    println!("{found}");
    assert!(undecided.contains(&9) && undecided.contains(&10) && !undecided.contains(&15), "{found}");
}

#[orm_pg::test]
async fn a_folder_that_is_missing_and_a_file_that_is_not_rust_are_errors(db: Database) {
    let error = SHOP.gate(&[]).sources("nowhere").run(&db).await.expect_err("no folder");
    assert!(error.to_string().contains("nowhere cannot be read: "), "{error}");
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a.rs"), "fn f() {\n    'open\n").expect("a file");
    let error = SHOP.gate(&[]).sources(folder.path()).run(&db).await.expect_err("no Rust");
    assert!(error.to_string().contains("a.rs:"), "{error}");
}

/// The sources of the examples, on databases that their models and migrations make.
#[orm_pg::test]
async fn the_examples_have_no_problems(db: Database) {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let search = Migrations::from_dir(examples.join("search-engine/migrations")).expect("its migrations");
    let tables = "CREATE TABLE quickstart_users (id bigint, name text NOT NULL, age integer NOT NULL)";
    let others = Migrations::from_files([("20260101000000_all.up.sql", tables)]);
    let mut prepared = 0;
    for (name, migrations) in
        [("search-engine", search), ("quickstart", others.clone()), ("axum-api", others.clone()), ("adopt", others)]
    {
        let gate = migrations.gate(&[]).sources(examples.join(name).join("src"));
        let found = gate.run(&db).await.unwrap_or_else(|error| panic!("{error}")).statements.expect("it was asked for");
        println!("{name}: {found}");
        assert!(found.is_clean() && found.undecided.is_empty(), "{name}: {found}");
        prepared += found.prepared;
    }
    assert!(prepared >= 9, "{prepared}");
}

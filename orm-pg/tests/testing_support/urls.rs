//! Servers that the user provides.

use std::path::Path;

use orm_core::error::Error;
use orm_pg::{
    __private::testing::{TestCase, run},
    testing,
};

use crate::{
    models::Db,
    process::{Own, answer, process},
};

/// A test process that uses the server of the URL.
fn by_url(url: &str) -> std::process::Command {
    let mut command = process("url");
    command.env("ORM_PG_TEST_URL", url).env_remove("ORM_PG_TEST_SERVER");
    command
}

#[test]
fn a_variable_that_names_no_usable_server_is_an_error() {
    for variable in ["ORM_PG_TEST_URL", "DATABASE_URL"] {
        for url in ["postgres://u:secret@127.0.0.1:1/app", "nonsense"] {
            let own = Own::new("never");
            let error = answer(own.process("url").env_remove("ORM_PG_TEST_SERVER").env(variable, url).spawn().unwrap());
            assert!(error.starts_with(&format!("{variable} is set, but cannot be used: ")), "{error}");
            assert!(!error.contains("secret") && !own.0.exists(), "{error}");
        }
    }
}

#[test]
fn on_a_server_of_the_users_only_old_databases_of_tests_go() {
    let old = format!("{}5f000000_00000000_old", testing::PREFIX);
    run(TestCase::new("user"), async |db: Db| {
        for name in [&old, "somebody_elses"] {
            db.run(&format!("DROP DATABASE IF EXISTS {name}")).await;
            db.run(&format!("CREATE DATABASE {name}")).await;
        }
        let server = testing::server().await?;
        let url = answer(by_url(server.url()).spawn().unwrap());
        assert!(url.contains(testing::PREFIX), "{url}");
        let name = Path::new(&url).file_name().unwrap().to_str().unwrap();
        let sql = format!(
            "SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database \
             WHERE datname IN ('{old}', 'somebody_elses', '{name}')"
        );
        assert_eq!(db.text(&sql).await, format!("{name} somebody_elses"));
        db.run("DROP DATABASE somebody_elses").await;
        db.run(&format!("DROP DATABASE {name}")).await;

        db.run("DROP ROLE IF EXISTS nobody_special; CREATE ROLE nobody_special LOGIN PASSWORD 'special'").await;
        let (_, place) = server.url().split_once('@').unwrap();
        let url = format!("postgres://nobody_special:special@{place}");
        let error = answer(by_url(&url).spawn().unwrap());
        assert!(error.contains("may not create databases"), "{error}");
        Ok::<_, Error>(())
    })
    .unwrap();
}

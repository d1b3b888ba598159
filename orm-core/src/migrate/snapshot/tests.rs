//! Round trips of catalogs, and messages for broken files.

use std::collections::BTreeMap;

use super::*;

fn files(text: &str) -> BTreeMap<String, String> {
    let mut files = BTreeMap::from([(CATALOG_FILE.to_owned(), "server_version = 150008\n".to_owned())]);
    files.insert("public.users.toml".to_owned(), text.to_owned());
    files
}

#[track_caller]
fn refused(text: &str, message: &str) {
    let error = from_files(&files(text)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Migration);
    assert!(error.to_string().starts_with(message), "{error}");
}

const USERS: &str = r#"[[tables]]
name = { schema = "public", name = "users" }
columns = [
    { name = "id", type = "bigint" },
    { name = "email", type = "text", nullable = true },
]
constraints = [
    { name = "users_pkey", kind = "primary_key", columns = ["id"] },
]
"#;

#[test]
fn a_table_reads_as_it_was_written() {
    let catalog = from_files(&files(USERS)).unwrap();
    let table = catalog.tables.first().unwrap();
    assert_eq!(table.columns.iter().map(|it| it.nullable).collect::<Vec<_>>(), [false, true]);
    let key = table.constraint("users_pkey").unwrap();
    assert!(key.validated && key.enforced && key.local && !key.deferrable);
    assert_eq!(to_files(&catalog).unwrap(), files(USERS));
}

#[test]
fn the_ends_of_lines_of_another_system_and_comments_mean_nothing() {
    let other = format!("# by hand\r\n{}", USERS.replace('\n', "\r\n"));
    assert_eq!(from_files(&files(&other)).unwrap(), from_files(&files(USERS)).unwrap());
}

#[test]
fn a_broken_file_is_named_with_the_line() {
    refused(
        &USERS.replace("type = \"text\"", "typ = \"text\""),
        "public.users.toml, line 5: nothing here is called \"typ\"; known are name, type, ",
    );
    refused(&USERS.replace(", type = \"text\"", ""), "public.users.toml, line 5: `type` is missing");
    refused(
        &USERS.replace("nullable = true", "nullable = 1"),
        "public.users.toml, line 5: invalid type: integer `1`, expected a boolean",
    );
    refused(
        &USERS.replace("primary_key", "primary"),
        "public.users.toml, line 8: unknown variant `primary`, expected one of `primary_key`, `unique`, `foreign_key`, `check`, `exclusion`, `not_null`",
    );
    refused(
        &USERS.replace("[[tables]]", "[[table]]"),
        "public.users.toml, line 1: nothing here is called \"table\"; known are server_version, ",
    );
    refused(
        &format!("{USERS}<<<<<<< HEAD\n"),
        "public.users.toml, line 10: git could not merge this: decide for one side, or write the snapshot again",
    );
    refused(
        &USERS.replace("{ schema = \"public\", name = \"users\" }", "\"users\""),
        "public.users.toml, line 2: expected the fields of a Name, `{ schema = … }`, not a string",
    );
    let error = from_files(&files(&USERS.replace("\"bigint\" }", "\"bigint\" "))).unwrap_err().to_string();
    assert!(error.starts_with("public.users.toml, line "), "{error}");
}

#[test]
fn an_object_in_two_files_is_refused() {
    let mut files = files(USERS);
    files.insert("public.b.toml".to_owned(), USERS.to_owned());
    let error = from_files(&files).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the table public.users is described twice, in public.b.toml and in public.users.toml: remove one"
    );
    files.remove(CATALOG_FILE);
    let error = from_files(&files).unwrap_err();
    assert_eq!(error.to_string(), "catalog.toml is missing in the snapshot: restore it from version control");
}

mod property {
    use proptest::prelude::*;

    use super::*;
    use crate::catalog::{EnumType, Object, Schema};

    /// Texts with what a format may trip over.
    fn text() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a-zA-Z_. '\"\\\\%-]{1,12}",
            "[ -~\n\t\r'\"\\\\]{0,40}",
            "\\PC{0,20}",
            Just("'''\n".to_owned()),
            Just("\n\n\"\"\"'".to_owned()),
            Just("\u{1}\n\u{7f}\u{85}\u{feff}".to_owned()),
        ]
    }

    proptest! {
        #[test]
        fn any_text_survives(texts in proptest::collection::vec(text(), 6), comment in proptest::option::of(text())) {
            let [a, b, c, d, e, f] = <[String; 6]>::try_from(texts).unwrap();
            let mut catalog = Catalog { server_version: 180_000, ..Catalog::default() };
            catalog.schemas = vec![Schema { name: a.clone(), comment: comment.clone() }];
            catalog.enums = vec![EnumType { name: Name::new(&a, &b), labels: vec![c.clone(), d.clone()], comment: comment.clone() }];
            // By way of JSON, since a view may get more fields.
            let view = serde_json::json!({
                "name": Name::new(&a, &b), "materialized": true, "columns": [c], "types": [d], "definition": e, "options": [f],
                "comment": comment, "privileges": comment.as_ref().map(|_| [(); 0]),
                "column_comments": { a.clone(): b, "enabled": "O" },
            });
            catalog.views = vec![serde_json::from_value(view).unwrap()];
            catalog.unmanaged = vec![Object { kind: f, identity: format!("{d} on {a}.{b}({e}") }];
            let files = to_files(&catalog).unwrap();
            prop_assert_eq!(from_files(&files).unwrap(), catalog);
            let again = files.into_iter().map(|(path, text)| (path, text.replace('\n', "\r\n"))).collect();
            prop_assert!(from_files(&again).is_ok());
        }
    }
}

//! Declared renames keep the rows, and what has an automatic name gets the new one.

use orm_pg::{
    prelude::*,
    schema::{
        catalog::Name,
        migrate::{Options, Rename},
    },
};
use orm_tests::change::{changed, text, texts};

fn schema(table: &str, column: &str, label: &str) -> String {
    format!(
        "CREATE TYPE mood AS ENUM ('sad', '{label}');
         CREATE TABLE {table} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, {column} text NOT NULL UNIQUE CHECK ({column} <> ''),
             mood mood DEFAULT '{label}', up text GENERATED ALWAYS AS (upper({column})) STORED);
         CREATE INDEX ON {table} (lower({column})) WHERE {column} IS NOT NULL;
         CREATE TABLE posts (id int PRIMARY KEY, of bigint REFERENCES {table}, by text REFERENCES {table} ({column}));
         CREATE VIEW shown AS SELECT {column} AS shown_name FROM {table} WHERE mood = '{label}';
         CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
         CREATE TRIGGER touched BEFORE UPDATE OF {column} ON {table} FOR EACH ROW WHEN (new.{column} <> 'x') EXECUTE FUNCTION touch();
         CREATE POLICY own ON {table} USING ({column} <> 'y');
         COMMENT ON COLUMN {table}.{column} IS 'who';"
    )
}

#[orm_pg::test]
async fn a_table_a_column_and_a_label_at_once(db: Database) {
    let from = schema("people", "nick", "fine")
        + "INSERT INTO people (nick) VALUES ('ann'); INSERT INTO posts VALUES (1, 1, 'ann')";
    let users = Name::new("public", "users");
    let options = Options::new().rename([
        Rename::Table { from: Name::new("public", "people"), to: users.clone() },
        Rename::Column { table: users, from: "nick".into(), to: "name".into() },
        Rename::Label { of: Name::new("public", "mood"), from: "fine".into(), to: "happy".into() },
    ]);
    let plan = changed(&db, &from, &schema("users", "name", "happy"), options).await;
    let lost = plan.steps.iter().filter(|it| it.sql.contains("DROP TABLE") || it.sql.contains("DROP COLUMN \"name\""));
    assert_eq!(lost.count(), 0, "{plan:?}");
    assert_eq!(text(&db, "SELECT name || up || mood FROM users").await, "annANNhappy");
    let names = "SELECT conname FROM pg_constraint WHERE conrelid = 'users'::regclass AND contype <> 'n'
                 UNION ALL SELECT pg_get_serial_sequence('users', 'id') ORDER BY 1";
    assert_eq!(texts(&db, names).await, ["public.users_id_seq", "users_name_check", "users_name_key", "users_pkey"]);
}

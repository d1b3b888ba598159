//! Diagrams of a database.

use expect_test::expect;
use orm_pg::{
    prelude::*,
    schema::{diagram, introspect},
};

use super::load;

const BLOG: &str = r#"
    CREATE TABLE users (id bigint PRIMARY KEY, email varchar(80) NOT NULL UNIQUE, boss bigint REFERENCES users);
    CREATE TABLE posts (id bigint PRIMARY KEY, author_id bigint NOT NULL REFERENCES users, price numeric(10,2), "a <b>" text);
    CREATE TABLE covers (post_id bigint PRIMARY KEY REFERENCES posts, at timestamptz NOT NULL);
    CREATE SCHEMA app;
    CREATE TABLE app.log (part date NOT NULL, user_id bigint REFERENCES users) PARTITION BY RANGE (part);
    CREATE TABLE app.old PARTITION OF app.log DEFAULT;
"#;

#[orm_pg::test]
async fn mermaid_has_tables_columns_and_keys(db: Database) {
    load(&db, BLOG).await;
    let catalog = introspect(&db).await.expect("a catalog");
    expect![[r#"
        erDiagram
            "app.log" {
                date part
                bigint user_id FK "NULL"
            }
            "covers" {
                bigint post_id PK, FK
                timestamptz at
            }
            "posts" {
                bigint id PK
                bigint author_id FK
                numeric(10_2) price "NULL"
                text a__b_ "NULL"
            }
            "users" {
                bigint id PK
                varchar(80) email UK
                bigint boss FK "NULL"
            }
            "users" |o--o{ "app.log" : "user_id"
            "posts" ||--o| "covers" : "post_id"
            "users" ||--o{ "posts" : "author_id"
            "users" |o--o{ "users" : "boss"
    "#]]
    .assert_eq(&diagram::mermaid(&catalog));
}

#[orm_pg::test]
async fn a_picture_has_each_table_once_and_no_text_as_markup(db: Database) {
    load(&db, BLOG).await;
    let catalog = introspect(&db).await.expect("a catalog");
    let picture = diagram::svg(&catalog);
    for title in ["users", "posts", "covers", "app.log"] {
        assert_eq!(picture.matches(&format!(">{title}</text>")).count(), 1, "{title}");
    }
    assert!(!picture.contains("app.old"));
    assert_eq!(picture.matches("<g class=\"line\"").count(), 4);
    assert!(picture.contains("<title>posts.author_id → users.id</title>"), "{picture}");
    assert!(picture.contains(">a &lt;b&gt;</text>") && !picture.contains("<b>"), "{picture}");
    assert!(picture.contains("prefers-color-scheme:dark"));
    assert_eq!(diagram::svg(&catalog), picture);
}

#[orm_pg::test]
async fn an_empty_database_has_an_empty_picture(db: Database) {
    let catalog = introspect(&db).await.expect("a catalog");
    assert_eq!(diagram::mermaid(&catalog), "erDiagram\n");
    assert!(!diagram::svg(&catalog).contains("<g"));
}

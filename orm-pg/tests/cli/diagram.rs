//! `orm diagram`.

use std::fs;

use orm_pg::Database;

use crate::{load, orm, url};

#[orm_pg::test]
async fn the_tables_are_drawn_in_both_forms(db: Database) {
    let url = url(&db).await;
    load(&db, "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a)").await;
    let printed = orm(["diagram"]).on(&url).run().ends_with(0);
    assert!(printed.out.starts_with("erDiagram\n") && printed.out.contains("a_id"), "{}", printed.out);
    assert!(printed.err.contains("0 unmanaged objects"), "{}", printed.err);

    let file = std::env::temp_dir().join(format!("orm-diagram-{}.svg", std::process::id()));
    let file = file.to_str().expect("a path");
    orm(["diagram", "--out", file]).on(&url).run().ends_with(0);
    let svg = fs::read_to_string(file).expect("the file");
    assert!(svg.starts_with("<svg") && svg.contains(">a_id<"), "{svg}");
    fs::remove_file(file).expect("to remove it");

    let json = orm(["diagram", "--format", "svg", "--json"]).on(&url).run().ends_with(0).json();
    assert_eq!(json["diagram"], svg.as_str());
}

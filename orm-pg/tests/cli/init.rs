//! `orm init`.

use std::{fs, path::Path};

use crate::orm;

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn an_empty_folder_becomes_a_project() {
    let folder = tempfile::tempdir().expect("a folder");
    let shop = folder.path().join("My shop");
    fs::create_dir(&shop).expect("a folder");
    let ran = orm(["init", "--orm-pg-path", env!("CARGO_MANIFEST_DIR")]).within(&shop).run().ends_with(0);
    assert_eq!(
        ran.out,
        "wrote Cargo.toml\nwrote src/lib.rs\nwrote migrations/.gitkeep\nwrote build.rs\nwrote src/bin/orm.rs\nnext:  write your models \
         into src/lib.rs, and list them in its TABLES\nnext:  set DATABASE_URL, then `orm migrate diff --name first` and `orm migrate \
         up`\n"
    );
    assert!(read(&shop, "Cargo.toml").starts_with("[package]\nname = \"my-shop\"\n"));
    assert!(read(&shop, "src/bin/orm.rs").contains("orm_pg::cli::main(my_shop::TABLES)"));
    assert!(read(&shop, "build.rs").contains("cargo::rerun-if-changed=migrations"));
}

#[test]
fn nothing_is_overwritten() {
    let folder = tempfile::tempdir().expect("a folder");
    let shop = folder.path();
    fs::create_dir_all(shop.join("src/sale")).expect("folders");
    fs::write(
        shop.join("Cargo.toml"),
        "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\norm-pg = \"0.1\"\n",
    )
    .expect("a file");
    fs::write(shop.join("src/lib.rs"), "pub mod sale;\n#[derive(Debug, Model)]\npub struct User {\n}\n")
        .expect("a file");
    fs::write(shop.join("src/sale/order.rs"), "#[derive(Model)]\n#[orm(table = \"orders\")]\npub struct Order;\n")
        .expect("a file");
    fs::write(shop.join("build.rs"), "fn main() { /* mine */ }\n").expect("a file");
    let ran = orm(["init", "--json"]).within(shop).run().ends_with(0).json();
    assert_eq!(ran["written"], serde_json::json!(["migrations/.gitkeep", "src/bin/orm.rs"]));
    assert_eq!(ran["kept"], serde_json::json!(["build.rs"]));
    let next: Vec<_> = ran["next"].as_array().expect("a list").iter().filter_map(|it| it.as_str()).collect();
    assert_eq!(next[1], "cargo add orm-pg --features cli");
    assert_eq!(read(shop, "build.rs"), "fn main() { /* mine */ }\n");
    let binary = read(shop, "src/bin/orm.rs");
    assert!(binary.contains("orm_pg::cli::main(orm_pg::models![shop::User, shop::sale::order::Order])"), "{binary}");

    fs::write(shop.join("src/bin/orm.rs"), "mine").expect("a file");
    let again = orm(["init", "--folder", "."]).within(shop).run().ends_with(0).out;
    assert!(again.contains("kept  src/bin/orm.rs, which was there"), "{again}");
    assert_eq!(read(shop, "src/bin/orm.rs"), "mine");
}

//! Writes models for the schemas of a folder (`*.sql.gz`), each read from an empty database:
//! `cargo run -p orm-tests --bin models -- FOLDER OUTPUT NAME…`. Without names it takes all. OUTPUT becomes a package that
//! `cargo check` compiles, and whose program prints the statements that create the tables.

use std::{collections::BTreeSet, error::Error, fmt::Write, path::Path, time::Instant};

use orm_pg::{
    schema::{
        generate::{self, Options},
        introspect,
    },
    testing,
};
use orm_tests::dump;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(output)) = (arguments.next(), arguments.next()) else {
        return Err("the folder or the output is missing".into());
    };
    let (output, names): (_, BTreeSet<String>) = (Path::new(&output), arguments.collect());
    std::fs::create_dir_all(output.join("src"))?;
    let (mut modules, mut calls, mut features) = (String::new(), String::new(), BTreeSet::new());
    for file in dump::files(Path::new(&folder))? {
        let name = file.file_name().unwrap_or_default().to_string_lossy().replace(".sql.gz", "");
        if !names.is_empty() && !names.contains(&name) {
            continue;
        }
        let db = testing::database().await?;
        dump::load(&db, &dump::read(&file)?).await?;
        let catalog = introspect(&db).await?;
        let start = Instant::now();
        let first = generate::models(&catalog, Options::default(), None)?;
        let took = start.elapsed();
        let second = generate::models(&catalog, Options::default(), Some(&first.source))?;
        if first.source != second.source {
            return Err(format!("{name}: a second run changes the models").into());
        }
        let models = first.source.matches(", Model)]").count();
        let lines = first.source.lines().count();
        println!("{name}: {models} models, {lines} lines, written in {took:.0?}, features {:?}", first.features);
        first.notes.iter().for_each(|it| println!("  {it}"));
        std::fs::write(output.join(format!("src/{name}.rs")), &first.source)?;
        writeln!(modules, "pub mod {name};")?;
        writeln!(calls, "        Some(\"{name}\") => {name}::MODELS,")?;
        features.extend(first.features);
        db.close().await;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    let manifest = format!(
        "[package]\nname = \"generated\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         orm-pg = {{ path = {:?}, features = {:?} }}\nserde_json = \"1\"\n\n[workspace]\n",
        root.join("orm-pg"),
        features.iter().collect::<Vec<_>>(),
    );
    std::fs::write(output.join("Cargo.toml"), manifest)?;
    std::fs::copy(root.join("Cargo.lock"), output.join("Cargo.lock"))?;
    let program = format!(
        "//! Models of schemas.\n\n{modules}\nfn main() -> Result<(), orm_pg::Error> {{\n    let models = match \
         std::env::args().nth(1).as_deref() {{\n{calls}        _ => return Ok(()),\n    }};\n    for statement in \
         orm_pg::ddl::create_tables(models)? {{\n        println!(\"{{statement}};\");\n    }}\n    Ok(())\n}}\n"
    );
    std::fs::write(output.join("src/main.rs"), program)?;
    Ok(())
}

//! Writes models for the schemas of a folder (`*.sql.gz`), each read from an empty database, and checks them:
//! `cargo run -p orm-tests --bin models -- FOLDER OUTPUT NAME…`. Without names it takes all schemas.
//!
//! OUTPUT becomes a package of the models, which is compiled, and gets a diagram of each schema. Then the tables that `create_tables` makes of them are compared
//! with those of the schema.

use std::{
    collections::BTreeSet,
    error::Error,
    fmt::Write,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use orm_pg::{
    Database,
    schema::{
        catalog::{Catalog, Table},
        diagram,
        generate::{self, Options},
        introspect,
    },
    testing,
};
use orm_tests::dump;

type Anything<T> = Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Anything<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(output)) = (arguments.next(), arguments.next()) else {
        return Err("the folder or the output is missing".into());
    };
    let (output, names): (_, BTreeSet<String>) = (PathBuf::from(output), arguments.collect());
    let mut files = dump::files(Path::new(&folder))?;
    files.retain(|it| names.is_empty() || names.contains(&name(it)));
    if files.is_empty() {
        return Err("there is no such schema".into());
    }
    let mut features = BTreeSet::new();
    std::fs::create_dir_all(output.join("src"))?;
    for file in &files {
        features.extend(write(file, &output).await?);
    }
    package(&output, &files, &features)?;
    let start = Instant::now();
    cargo(&output, &["check", "--quiet"])?;
    println!("compiled in {:.1?}", start.elapsed());
    let mut differences = 0;
    for file in &files {
        differences += compare(file, &output).await?;
    }
    match differences {
        0 => Ok(()),
        _ => Err(format!("{differences} tables differ").into()),
    }
}

fn name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().replace(".sql.gz", "")
}

/// Writes the module of one schema, and returns the features that it needs.
async fn write(file: &Path, output: &Path) -> Anything<Vec<String>> {
    let (name, db) = (name(file), testing::database().await?);
    dump::load(&db, &dump::read(file)?).await?;
    let catalog = introspect(&db).await?;
    db.close().await;
    let start = Instant::now();
    let first = generate::models(&catalog, Options::default(), None)?;
    let took = start.elapsed();
    let second = generate::models(&catalog, Options::default(), Some(&first.source))?;
    if first.source != second.source {
        return Err(format!("{name}: a second run changes the models").into());
    }
    let (models, lines) = (first.source.matches(", Model)]").count(), first.source.lines().count());
    println!("{name}: {models} models, {lines} lines, written in {took:.0?}, features {}", first.features.join(" "));
    first.notes.iter().for_each(|it| println!("  {it}"));
    std::fs::write(output.join(format!("src/{name}.rs")), &first.source)?;
    std::fs::write(output.join(format!("{name}.svg")), diagram::svg(&catalog))?;
    std::fs::write(output.join(format!("{name}.mmd")), diagram::mermaid(&catalog))?;
    Ok(first.features)
}

/// Writes what makes a package of the modules: its program prints the statements that create the tables of one.
fn package(output: &Path, files: &[PathBuf], features: &BTreeSet<String>) -> Anything<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    let features: Vec<&String> = features.iter().collect();
    let manifest = format!(
        "[package]\nname = \"generated\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         orm-pg = {{ path = {:?}, default-features = false, features = {features:?} }}\nserde_json = \"1\"\n\n\
         [lints.rust]\nwarnings = \"deny\"\n\n[workspace]\n",
        root.join("orm-pg"),
    );
    std::fs::write(output.join("Cargo.toml"), manifest)?;
    std::fs::copy(root.join("Cargo.lock"), output.join("Cargo.lock"))?;
    let mut program = "//! Models of schemas.\n\n".to_owned();
    for file in files {
        writeln!(program, "pub mod {};", name(file))?;
    }
    program.push_str(
        "\nfn main() -> Result<(), orm_pg::Error> {\n    let models = match std::env::args().nth(1).as_deref() {\n",
    );
    for file in files {
        writeln!(program, "        Some(\"{0}\") => {0}::MODELS,", name(file))?;
    }
    program.push_str(
        "        _ => return Ok(()),\n    };\n    for statement in orm_pg::ddl::create_tables(models)? {\n        \
         println!(\"{statement};\");\n    }\n    Ok(())\n}\n",
    );
    Ok(std::fs::write(output.join("src/main.rs"), program)?)
}

fn cargo(output: &Path, arguments: &[&str]) -> Anything<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let out = Command::new(cargo).args(arguments).current_dir(output).env("CARGO_INCREMENTAL", "0").output()?;
    match out.status.success() {
        true => Ok(String::from_utf8(out.stdout)?),
        false => Err(String::from_utf8_lossy(&out.stderr).into_owned().into()),
    }
}

/// Returns how many tables differ from those that the models make. Everything that models do not create is taken from the
/// schema itself.
async fn compare(file: &Path, output: &Path) -> Anything<usize> {
    let (name, db) = (name(file), testing::database().await?);
    let statements = cargo(output, &["run", "--quiet", "--", &name])?;
    dump::load(&db, &dump::read(file)?).await?;
    let wanted = introspect(&db).await?;
    run(&db, &without(&wanted, &statements)).await?;
    run(&db, &statements).await?;
    let found = introspect(&db).await?;
    db.close().await;
    let mut differences = 0;
    let wanted = wanted.tables.iter().filter(|it| it.partition_of.is_none() && !it.columns.is_empty()).map(sayable);
    let (mut tables, mut lines) = (0, Vec::new());
    for wanted in wanted {
        tables += 1;
        let found = found.table(&wanted.name).map(sayable);
        if found.as_ref() != Some(&wanted) {
            differences += 1;
            let text = |it: &Table| format!("{it:#?}").lines().map(str::to_owned).collect::<Vec<_>>();
            let (before, after) = (text(&wanted), found.as_ref().map(text).unwrap_or_default());
            lines.push(format!("  {} differs:", wanted.name.name));
            lines.extend(before.iter().filter(|it| !after.contains(it)).map(|it| format!("    - {it}")));
            lines.extend(after.iter().filter(|it| !before.contains(it)).map(|it| format!("    + {it}")));
        }
    }
    println!("{name}: {tables} tables created from the models, {differences} differ");
    lines.iter().for_each(|it| println!("{it}"));
    Ok(differences)
}

async fn run(db: &Database, sql: &str) -> Anything<()> {
    let connection = db.connection().await?;
    Ok(connection.client().batch_execute(sql).await.map_err(|it| format!("{it:?}"))?)
}

/// The statements that drop what the models create, and keep the sequences that they only mention.
fn without(catalog: &Catalog, statements: &str) -> String {
    let mut sql = String::new();
    for it in &catalog.sequences {
        let identity = it.owner.as_ref().is_some_and(|it| it.identity);
        if it.owner.is_some()
            && !identity
            && statements.contains(&format!("nextval('{}.{}", it.name.schema, it.name.name))
        {
            sql += &format!("ALTER SEQUENCE {} OWNED BY NONE;\n", it.name);
        }
    }
    for it in catalog.tables.iter().filter(|it| it.partition_of.is_none()) {
        sql += &format!("DROP TABLE {} CASCADE;\n", it.name);
    }
    let types = catalog.enums.iter().map(|it| &it.name).chain(catalog.composites.iter().map(|it| &it.name));
    for it in types {
        sql += &format!("DROP TYPE {it} CASCADE;\n");
    }
    sql
}

/// The table without what models cannot say.
fn sayable(table: &Table) -> Table {
    let mut table = table.clone();
    table.triggers.clear();
    table.policies.clear();
    (table.row_security, table.force_row_security) = (false, false);
    table.inherits.clear();
    for it in &mut table.columns {
        (it.local, it.inherited) = (true, false);
    }
    for it in &mut table.constraints {
        it.comment = None;
        (it.validated, it.no_inherit) = (true, false);
    }
    for it in &mut table.indexes {
        it.comment = None;
    }
    table
}

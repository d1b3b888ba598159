//! Writes models for the schemas of a folder (`*.sql.gz`), each read from an empty database, and checks them:
//! `cargo run -p orm-tests --bin models -- FOLDER OUTPUT [NAME..]`. Without names it takes all schemas.
//!
//! OUTPUT becomes a package of the models, and gets a diagram of each schema. The package is compiled, and its program
//! compares the models with the databases: `verify` finds no difference, and a diff has no step. Then the tables that
//! `create_tables` makes of the models are compared with those of the schema. Ends with an error if anything differs.

use std::{
    collections::BTreeSet,
    error::Error,
    fmt::Write,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use orm_pg::{
    schema::{
        diagram,
        generate::{self, Options},
        introspect,
    },
    testing,
};
use orm_tests::{change, created, dump};

type Anything<T> = Result<T, Box<dyn Error>>;

/// The program of the package, without the list of its modules.
const PROGRAM: &str = include_str!("models/program.rs");

#[tokio::main]
async fn main() -> Anything<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(output)) = (arguments.next(), arguments.next()) else {
        return Err("the folder or the output is missing".into());
    };
    let (output, names): (_, BTreeSet<String>) = (PathBuf::from(output), arguments.collect());
    let mut files = dump::files(Path::new(&folder))?;
    files.retain(|it| names.is_empty() || names.contains(&name(it)));
    if files.is_empty() || files.len() < names.len() {
        return Err("there is no such schema".into());
    }
    let mut features = BTreeSet::from(["migrate".to_owned()]);
    std::fs::create_dir_all(output.join("src"))?;
    for file in &files {
        features.extend(write(file, &output).await?);
    }
    package(&output, &files, &features)?;
    let start = Instant::now();
    let program = compile(&output)?;
    println!("compiled in {:.1?}", start.elapsed());
    let mut wrong = 0;
    for file in &files {
        wrong += judge(file, &program).await?;
    }
    match wrong {
        0 => Ok(()),
        _ => Err(format!("{wrong} things differ").into()),
    }
}

fn name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().replace(".sql.gz", "")
}

/// Writes the module of one schema, and returns the features that it needs.
async fn write(file: &Path, output: &Path) -> Anything<Vec<String>> {
    let (name, db) = (name(file), testing::database().await?);
    let refused = dump::load(&db, &dump::read(file)?).await?;
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
    refused.iter().for_each(|it| println!("  refused: {it}"));
    first.notes.iter().for_each(|it| println!("  {it}"));
    std::fs::write(output.join(format!("src/{name}.rs")), &first.source)?;
    std::fs::write(output.join(format!("{name}.svg")), diagram::svg(&catalog))?;
    std::fs::write(output.join(format!("{name}.mmd")), diagram::mermaid(&catalog))?;
    Ok(first.features)
}

/// Writes what makes a package of the modules.
fn package(output: &Path, files: &[PathBuf], features: &BTreeSet<String>) -> Anything<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    let features: Vec<&String> = features.iter().collect();
    // The profile is that of this workspace, so that a common target directory has most packages already.
    let manifest = format!(
        "[package]\nname = \"generated\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         orm-pg = {{ path = {:?}, default-features = false, features = {features:?} }}\nserde_json = \"1\"\n\
         tokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n\n\
         [lints.rust]\nwarnings = \"deny\"\n\n[profile.dev]\ndebug = \"line-tables-only\"\n\n[workspace]\n",
        root.join("orm-pg"),
    );
    std::fs::write(output.join("Cargo.toml"), manifest)?;
    std::fs::copy(root.join("Cargo.lock"), output.join("Cargo.lock"))?;
    let mut program = PROGRAM.to_owned();
    program.push_str("\nfn models(name: &str) -> &'static [&'static Table] {\n    match name {\n");
    for file in files {
        writeln!(program, "        \"{0}\" => {0}::MODELS,", name(file))?;
    }
    program.push_str("        _ => &[],\n    }\n}\n");
    for file in files {
        writeln!(program, "\npub mod {};", name(file))?;
    }
    Ok(std::fs::write(output.join("src/main.rs"), program)?)
}

/// Compiles the package and returns its program.
fn compile(output: &Path) -> Anything<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| output.join("target"), PathBuf::from);
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet"]).current_dir(output).env("CARGO_INCREMENTAL", "0");
    let done = command.env("CARGO_TARGET_DIR", &target).status()?;
    if done.success() { Ok(target.join("debug/generated")) } else { Err("the models do not compile".into()) }
}

/// Returns what the program prints.
fn told(program: &Path, arguments: &[&str]) -> Result<String, String> {
    let out = Command::new(program).args(arguments).output().map_err(|it| it.to_string())?;
    let text = |it: &[u8]| String::from_utf8_lossy(it).into_owned();
    print!("{}", if arguments.contains(&"create") { String::new() } else { text(&out.stdout) });
    if out.status.success() { Ok(text(&out.stdout)) } else { Err(text(&out.stderr)) }
}

/// Returns how many things of a schema differ.
async fn judge(file: &Path, program: &Path) -> Anything<usize> {
    let (name, db) = (name(file), testing::database().await?);
    dump::load(&db, &dump::read(file)?).await?;
    println!("{name}:");
    // The diff starts from the schema as the server writes it when it reads its own texts.
    let (again, _) = change::of_catalog(&db, &introspect(&db).await?).await?;
    let mut wrong = 0;
    for (command, database) in [("verify", &db), ("diff", again.database())] {
        let current: String = orm_pg::sql!("SELECT current_database()::text").one(database).await?;
        let url = testing::server().await?.url_of(&current);
        if let Err(why) = told(program, &[&name, command, &url]) {
            println!("  {}", why.trim_end().replace('\n', "\n    "));
            wrong += 1;
        }
    }
    let statements = told(program, &[&name, "create"])?;
    let created = created::compare(again.database(), &statements).await?;
    again.drop().await?;
    println!("  {} tables created from the models, {} differ", created.tables, created.different.len());
    created.different.iter().for_each(|it| println!("  {it}"));
    db.close().await;
    Ok(wrong + created.different.len())
}

//! Tests on what migrations lead to.

use std::{
    env,
    path::{Path, PathBuf},
};

use orm_core::{ddl, error::Result, schema::Table};

use super::{
    case::{Handle, TestCase},
    failure::failed,
    part::{Part, executable_stamp},
};
use crate::{
    Database,
    schema::{DataSteps, Migrations},
};

/// Migrations that a test names: a constant or static, or a function that returns them.
#[diagnostic::on_unimplemented(
    message = "`migrations` of a test is not a `{Self}`",
    label = "write a folder, `\"migrations\"`, or the path of a `Migrations` or of a function that returns it"
)]
pub trait Named<By> {
    /// The functions of its steps in Rust.
    type Steps: DataSteps + 'static;

    /// Returns the migrations.
    fn get(self) -> Migrations<Self::Steps>;
}

/// A constant or static, which is inferred.
#[derive(Debug)]
pub struct OfConstant;
/// A function, which is inferred.
#[derive(Debug)]
pub struct OfFunction;

impl<S: DataSteps + Clone + 'static> Named<OfConstant> for &Migrations<S> {
    type Steps = S;

    fn get(self) -> Migrations<S> {
        self.clone()
    }
}

#[diagnostic::do_not_recommend]
impl<F: Fn() -> Migrations<S>, S: DataSteps + 'static> Named<OfFunction> for &F {
    type Steps = S;

    fn get(self) -> Migrations<S> {
        self()
    }
}

/// Returns the migrations that a path names.
pub fn named<By, N: Named<By>>(migrations: N) -> Migrations<N::Steps> {
    migrations.get()
}

/// Reads the migrations of a folder beside the Cargo.toml of `root`, which is the place of compilation. If that is elsewhere now, as
/// in an archive of nextest, cargo says where.
///
/// # Errors
/// [`ErrorKind::Migration`](orm_core::error::ErrorKind::Migration) if the folder or a file cannot be read.
pub fn folder(root: &str, folder: &str) -> Result<Migrations> {
    let compiled = Path::new(root).join(folder);
    if compiled.is_dir() {
        return Migrations::from_dir(compiled);
    }
    match env::var_os("CARGO_MANIFEST_DIR").map(|it| PathBuf::from(it).join(folder)) {
        Some(now) => Migrations::from_dir(now),
        None => Migrations::from_dir(compiled),
    }
}

impl<D: Handle> TestCase<D> {
    /// Fills the database by migrations, once for each content of their files. If there are models, they are compared with the result
    /// instead of being created.
    #[must_use]
    pub fn migrations<S: DataSteps + 'static>(mut self, migrations: Result<Migrations<S>>) -> Self {
        self.migrations = Some(Box::new(|models| part(migrations?.contract(), models)));
        self
    }
}

fn part<S: DataSteps + 'static>(migrations: Migrations<S>, models: Vec<&'static Table>) -> Result<Part> {
    // A table of the history that another version has made is not this one's.
    let mut key = vec![b"migrations".as_slice().into(), env!("CARGO_PKG_VERSION").as_bytes().into()];
    let files = migrations.check()?;
    if files.is_empty() {
        return Err(failed("there are no migrations to run: no file ends with `.up.sql`"));
    }
    for file in files {
        key.extend([file.id.into_bytes().into(), file.up.checksum.into_bytes().into()]);
    }
    if migrations.has_functions() {
        key.push(executable_stamp().into());
    }
    key.extend(ddl::create_tables(&models)?.into_iter().map(|it| it.into_bytes().into()));
    Ok(Part::new(key, async move |url: String| {
        let db = <Database as Handle>::open(&url).await?;
        migrations.run(&db).await?;
        if !models.is_empty() {
            let found = db.verify(&models).await?;
            if !found.is_clean() {
                return Err(failed(format!("the migrations do not lead to what the models declare: {found}")));
            }
        }
        db.close().await;
        Ok(())
    }))
}

//! A function with `#[orm_pg::test]`.

use syn::{ItemFn, LitStr, Path};

/// A test, its signature checked.
pub(crate) struct Test {
    pub(crate) function: ItemFn,
    /// Whether the signature has no mistake, so that the function can be called.
    pub(crate) runnable: bool,
    /// The path of `orm_pg`.
    pub(crate) krate: Path,
    /// The migrations that run.
    pub(crate) migrations: Option<TestMigrations>,
    /// The models whose tables are made, or compared with what the migrations have made.
    pub(crate) models: Vec<Path>,
    /// Constants that are lists of such models.
    pub(crate) lists: Vec<Path>,
    /// An asynchronous function that runs before the test.
    pub(crate) setup: Option<Path>,
    pub(crate) current_thread: bool,
}

/// Where the migrations of a test are.
pub(crate) enum TestMigrations {
    /// In a folder beside Cargo.toml.
    Folder(LitStr),
    /// In a constant, or in what a function returns.
    Named(Path),
}

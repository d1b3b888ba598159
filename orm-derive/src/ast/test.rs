//! A function with `#[orm_pg::test]`.

use syn::{ItemFn, Path};

/// A test, its signature checked.
pub(crate) struct Test {
    pub(crate) function: ItemFn,
    /// Whether the signature has no mistake, so that the function can be called.
    pub(crate) runnable: bool,
    /// The path of `orm_pg`.
    pub(crate) krate: Path,
    /// The models whose tables are made.
    pub(crate) models: Vec<Path>,
    /// Constants that are lists of such models.
    pub(crate) lists: Vec<Path>,
    /// An asynchronous function that runs before the test.
    pub(crate) setup: Option<Path>,
    pub(crate) current_thread: bool,
}

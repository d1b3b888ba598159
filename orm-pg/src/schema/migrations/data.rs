//! Steps in Rust.

use std::{borrow::Cow, collections::BTreeSet};

use orm_core::error::Result;

use crate::Transaction;

/// The functions for `-- orm: step = rust`, which `Migrations::with` collects. There is nothing to implement.
pub trait DataSteps: Sync {
    /// Returns whether there is a function for the migration `id`.
    #[doc(hidden)]
    fn has(&self, id: &str) -> bool;

    /// Returns the ids that have a function.
    #[doc(hidden)]
    fn ids(&self) -> Vec<&str>;

    /// Runs the function for the migration `id`, if there is one.
    #[doc(hidden)]
    #[expect(async_fn_in_trait, reason = "whether the future is `Send` depends on the functions, as for transactions")]
    async fn run(&self, id: &str, tx: &mut Transaction<'_>) -> Result<()>;
}

impl DataSteps for () {
    fn has(&self, _: &str) -> bool {
        false
    }

    fn ids(&self) -> Vec<&str> {
        Vec::new()
    }

    async fn run(&self, _: &str, _: &mut Transaction<'_>) -> Result<()> {
        Ok(())
    }
}

/// Functions, and one more.
#[derive(Debug, Clone)]
pub struct And<S, F> {
    pub(super) others: S,
    pub(super) id: Cow<'static, str>,
    pub(super) function: F,
}

impl<S: DataSteps, F: AsyncFn(&mut Transaction<'_>) -> Result<()> + Sync> DataSteps for And<S, F> {
    fn has(&self, id: &str) -> bool {
        self.id == id || self.others.has(id)
    }

    fn ids(&self) -> Vec<&str> {
        let mut ids = self.others.ids();
        ids.push(&self.id);
        ids
    }

    async fn run(&self, id: &str, tx: &mut Transaction<'_>) -> Result<()> {
        if self.id == id { (self.function)(tx).await } else { self.others.run(id, tx).await }
    }
}

/// The functions for some of the migrations.
pub(super) struct Those<'a, S> {
    pub(super) all: &'a S,
    pub(super) ids: &'a BTreeSet<String>,
}

impl<S: DataSteps> DataSteps for Those<'_, S> {
    fn has(&self, id: &str) -> bool {
        self.all.has(id)
    }

    fn ids(&self) -> Vec<&str> {
        self.all.ids().into_iter().filter(|it| self.ids.contains(*it)).collect()
    }

    async fn run(&self, id: &str, tx: &mut Transaction<'_>) -> Result<()> {
        self.all.run(id, tx).await
    }
}

//! What fills the template of a test's database, one part after another.

use std::{borrow::Cow, future::Future, pin::Pin, time::UNIX_EPOCH};

use orm_core::{ddl, error::Result, schema::Table};

use super::{
    admin::{Admin, explain},
    hash::Hasher,
};

type Fill = Box<dyn FnOnce(String) -> Pin<Box<dyn Future<Output = Result<()>>>>>;

/// A part of the content of a test's database.
pub(super) struct Part {
    /// What the content depends on: another key is another template.
    key: Vec<Cow<'static, [u8]>>,
    fill: Fill,
}

impl Part {
    /// A part that `fill` adds to the database whose URL it gets.
    pub(super) fn new<F: Future<Output = Result<()>> + 'static>(
        key: Vec<Cow<'static, [u8]>>,
        fill: impl FnOnce(String) -> F + 'static,
    ) -> Self {
        Self { key, fill: Box::new(|url| Box::pin(fill(url))) }
    }

    pub(super) fn write(&self, hash: &mut Hasher) {
        self.key.iter().for_each(|it| hash.write(it));
    }

    /// Adds the content.
    pub(super) async fn fill(self, url: &str) -> Result<()> {
        (self.fill)(url.to_owned()).await
    }
}

/// The tables of models.
pub(super) fn tables(models: &[&'static Table]) -> Result<Part> {
    let statements = ddl::create_tables(models)?;
    let key = statements.iter().map(|it| it.clone().into_bytes().into()).collect();
    Ok(Part::new(key, async move |url: String| {
        let admin = Admin::connect(&url).await?;
        for statement in statements {
            let made = admin.run(&statement).await;
            made.map_err(|error| explain(&format!("cannot create the models' tables with {statement}"), error))?;
        }
        Ok(())
    }))
}

/// Returns bytes that change when the running program is built again: changed code must not use its old template.
pub(super) fn executable_stamp() -> Vec<u8> {
    let metadata = std::env::current_exe().and_then(std::fs::metadata);
    let stamp = metadata.and_then(|it| Ok((it.len(), it.modified()?)));
    stamp.map_or_else(
        |_| std::process::id().to_le_bytes().to_vec(),
        |(length, modified)| {
            let since = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
            [length.to_le_bytes().as_slice(), since.as_nanos().to_le_bytes().as_slice()].concat()
        },
    )
}

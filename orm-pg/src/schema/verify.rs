//! Comparing models with the database that a program uses.

use orm_core::{
    catalog::Catalog,
    error::Result,
    migrate::{DifferenceKind, Sides, Verification, verify},
    schema::Table,
};

use super::{
    introspect,
    of_models::{canonical, read_models, search_path},
};
use crate::Database;

impl Database {
    /// Compares models with the database: each difference, with the statements that mend it.
    ///
    /// What models can say is compared as the server writes it, so another spelling of an expression is no difference. What they
    /// cannot say, such as triggers, stays as it is. Nothing in the database changes; the models are read in scratch
    /// databases on the same server, as by [`catalog_of_models`](crate::schema::catalog_of_models): for tests and for
    /// `orm verify`, rather than for the start of a program.
    ///
    /// # Errors
    /// As [`catalog_of_models`](crate::schema::catalog_of_models). Differences are no error: see
    /// [`into_result`](Verification::into_result).
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let verification = db.verify(models![User, Post]).await?;
    /// println!("{verification}");
    /// verification.into_result() // an error if there are differences
    /// # }
    /// ```
    pub async fn verify(&self, models: &[&'static Table]) -> Result<Verification> {
        verify_on(self, self, models).await
    }
}

/// Compares models with `db`, with scratch databases on the server of `server`: every comparison of models is this one.
pub(crate) async fn verify_on(server: &Database, db: &Database, models: &[&'static Table]) -> Result<Verification> {
    let live: Catalog = introspect(db).await?;
    let path = search_path(db).await?;
    let wanted = read_models(server, &live, models, &path).await?;
    let mut found = verify(models, &Sides::new(&wanted, std::slice::from_ref(&live), &path));
    let of_text = |kind| {
        matches!(
            kind,
            DifferenceKind::Definition | DifferenceKind::Default | DifferenceKind::Generated | DifferenceKind::Missing
        )
    };
    if !found.differences.iter().any(|it| of_text(it.kind)) {
        return Ok(found);
    }
    // The text in the database may be from before a dump: it is the same if a server writes it in the same way now.
    match canonical(server, &live).await {
        Ok(again) => Ok(verify(models, &Sides::new(&wanted, &[live, again], &path))),
        Err(error) => {
            let text = "the database could not be created again in a scratch database, so expressions that are only written in \
                        another way may be among the differences";
            found.notes.push(format!("{text}: {error}"));
            Ok(found)
        }
    }
}

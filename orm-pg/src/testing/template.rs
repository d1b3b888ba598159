//! Databases for tests, which are copied from templates that are filled once for each server.

use std::sync::Mutex;

use orm_core::error::Result;
use tokio_postgres::error::SqlState;

use super::{
    admin::{Admin, explain},
    lease::Lease,
    names,
    server::Server,
};
use crate::lock::lock;

/// The database of one test.
#[derive(Debug)]
pub(super) struct TestDatabase {
    name: String,
    lease: Option<Lease>,
}

impl TestDatabase {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Drops the database, ending the sessions in it.
    pub(super) async fn drop(self, admin: &Admin) -> Result<()> {
        admin.drop(&self.name).await?;
        self.keep();
        Ok(())
    }

    /// Keeps the database, so that the user can look at it.
    pub(super) fn keep(self) {
        if let Some(lease) = self.lease {
            lease.release();
        }
    }

    /// Claims the database until this process ends.
    pub(super) fn hold_until_exit(self) {
        static HELD: Mutex<Vec<Lease>> = Mutex::new(Vec::new());
        lock(&HELD).extend(self.lease);
    }
}

/// Creates a database for `test`: a copy of `template`, or an empty one.
pub(super) async fn create_database(
    server: &Server,
    admin: &Admin,
    test: &str,
    template: Option<&str>,
) -> Result<TestDatabase> {
    let name = names::of_test(test);
    let lease = server.leases().map(|dir| Lease::take(dir, &name)).transpose()?;
    // `template0` has no local additions, unlike `template1`.
    let created = admin.create(&name, template.unwrap_or("template0")).await;
    created.map_err(|error| explain(&format!("cannot create the database {name}"), error))?;
    Ok(TestDatabase { name, lease })
}

/// Creates the template of this hash, unless it exists: `fill` gets the URL of the empty database.
///
/// One process fills it while all others wait.
pub(super) async fn ensure<F>(server: &Server, admin: &Admin, hash: u64, fill: F) -> Result<String>
where
    F: AsyncFnOnce(String) -> Result<()>,
{
    let name = names::of_template(hash);
    if admin.template(&name).await? == Some(true) {
        return Ok(name);
    }
    // After an error, the lock is released with the connection.
    admin.lock(hash).await?;
    let found = admin.template(&name).await?;
    if found == Some(false) {
        // The process that filled it has failed or was killed, otherwise it would still hold the lock.
        admin.drop(&name).await?;
    }
    if found != Some(true) {
        create_template(admin, &name).await?;
        fill(server.url_of(&name)).await?;
        admin.seal(&name).await?;
    }
    admin.unlock(hash).await?;
    Ok(name)
}

async fn create_template(admin: &Admin, name: &str) -> Result<()> {
    match admin.create(name, "template0").await {
        // Only a process that connected to another database, and so took another lock, can have been faster.
        Err(error) if error.code() == Some(&SqlState::DUPLICATE_DATABASE) => {
            Err(explain("a template is being filled through another database of the same server", error))
        }
        created => created.map_err(|error| explain("cannot create a template", error)),
    }
}

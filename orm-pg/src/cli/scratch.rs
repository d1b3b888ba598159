//! Scratch databases: where models become a catalog, and plans are proved.

use orm_core::{
    catalog::{Catalog, Name},
    error::Result as PureResult,
    migrate::{HISTORY_TABLE, Options, diff},
    schema::Table,
};

use super::{
    args::ScratchServer,
    failure::{Failure, Result},
    overlay::{notes, overlay},
};
use crate::{
    Database,
    schema::{DataSteps, Migrations, Scratch, Tool, apply, introspect},
    testing,
};

/// Connects to the server on which scratch databases are created: that of `--scratch-url`, or else that of the tests.
pub(super) async fn server(options: &ScratchServer) -> Result<Database> {
    let url = match &options.scratch_url {
        Some(url) => url.clone(),
        None => {
            let found = testing::server().await;
            let explained = |it: Failure| it.help("--scratch-url names a server on which databases may be created");
            found.map_err(|error| explained(error.into()))?.url().to_owned()
        }
    };
    Ok(Database::builder().url(&url).max_connections(4).connect().await?)
}

/// Runs `body` on an empty database, and drops it whatever happens.
async fn within<T>(server: &Database, body: impl AsyncFnOnce(&Database) -> PureResult<T>) -> Result<T> {
    let scratch = Scratch::create(server).await?;
    let done = body(scratch.database()).await;
    let dropped = scratch.drop().await;
    let done = done?;
    dropped?;
    Ok(done)
}

/// Returns the catalog as the server writes it: the texts of expressions are those that it reads back.
pub(super) async fn canonical(server: &Database, catalog: &Catalog) -> Result<Catalog> {
    within(server, async |db| {
        create(db, catalog).await?;
        introspect(db).await
    })
    .await
}

/// Creates all objects of a catalog in an empty database.
async fn create(db: &Database, catalog: &Catalog) -> PureResult<()> {
    let empty = introspect(db).await?;
    apply(db, &diff(&empty, catalog, &Options::new().allow_all())?).await
}

/// Returns what a database with the schema `from` should have by the models, and what is worth knowing about it. See
/// [`overlay`] for what stays.
pub(super) async fn desired(
    server: &Database,
    from: &Catalog,
    models: &'static [&'static Table],
    options: &Options,
) -> Result<(Catalog, Vec<String>)> {
    let own = within(server, async |db| {
        // What types and defaults of models may refer to.
        let mut before = Catalog::default();
        before.server_version = from.server_version;
        before.schemas.clone_from(&from.schemas);
        before.extensions.clone_from(&from.extensions);
        before.domains.clone_from(&from.domains);
        create(db, &before).await?;
        let tables: Vec<_> = models.iter().copied().filter(|it| !it.view).collect();
        db.create_tables(&tables).await?;
        introspect(db).await
    })
    .await?;
    // A second time: one reading is not what the server reads from it.
    let to = overlay(from, &own, options);
    let notes = notes(&to, &own);
    Ok((canonical(server, &to).await?, notes))
}

/// Returns the schema that the migrations make in an empty database.
pub(super) async fn replayed<S: DataSteps>(server: &Database, migrations: &Migrations<S>) -> Result<Catalog> {
    let catalog = within(server, async |db| {
        migrations.run(db).await?;
        introspect(db).await
    });
    Ok(without_history(catalog.await?))
}

/// Takes the table of the migrations themselves out of a catalog.
pub(super) fn without_history(mut catalog: Catalog) -> Catalog {
    remove(&mut catalog, HISTORY_TABLE);
    catalog
}

/// Also takes out the tables in which other tools keep their history, and returns those tools.
pub(super) fn without_histories(catalog: Catalog) -> (Catalog, Vec<Tool>) {
    let mut catalog = without_history(catalog);
    let tools: Vec<_> = Tool::ALL.into_iter().filter(|it| remove(&mut catalog, it.table())).collect();
    if tools.contains(&Tool::Rails) {
        // Its second table: in which environment the migrations ran.
        remove(&mut catalog, "ar_internal_metadata");
    }
    (catalog, tools)
}

/// Removes a table of `public`, and returns whether it was there.
fn remove(catalog: &mut Catalog, table: &str) -> bool {
    let name = Name::new("public", table);
    let before = catalog.tables.len();
    catalog.tables.retain(|it| it.name != name);
    catalog.sequences.retain(|it| it.owner.as_ref().is_none_or(|it| it.table != name));
    catalog.tables.len() < before
}

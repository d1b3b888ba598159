//! Scratch databases: where models become a catalog, and plans are proved.

use orm_core::{
    catalog::{Catalog, Name},
    migrate::{self, Options, renames},
    schema::Table,
};

use super::{
    args::ScratchServer,
    failure::{Failure, Result},
};
use crate::{
    Database,
    schema::{DataSteps, Migrations, Scratch, Tool, apply, canonical, catalog_of_models, create_all, introspect},
    testing,
};

/// Connects to the server on which scratch databases are created: that of `--scratch-url`, or else that of the tests.
pub(super) async fn server(options: &ScratchServer) -> Result<Database> {
    let url = match &options.scratch_url {
        Some(url) => url.clone(),
        None => {
            let found = testing::server().await;
            let help = "--scratch-url names a server on which databases may be created";
            found.map_err(|error| Failure::of(error).help(help))?.url().to_owned()
        }
    };
    Ok(Database::builder().url(&url).max_connections(4).connect().await?)
}

/// Returns what a database with the schema `from` should have by the models, and one sentence for each table that stays without
/// a model. See [`migrate::desired`] for what stays.
pub(super) async fn desired(
    server: &Database,
    from: &Catalog,
    models: &'static [&'static Table],
    options: &Options,
) -> Result<(Catalog, Vec<String>)> {
    // What mentions a renamed table, such as a view, stays, and the server writes it with the new name.
    let base = renamed(server, from, options).await?;
    let mut options = options.clone();
    options.renames.clear();
    let own = catalog_of_models(server, &base, models).await?;
    let (to, alone) = migrate::desired(&base, &own, &options);
    Ok((canonical(server, &to).await?, alone.iter().map(without_model).collect()))
}

/// What is worth knowing about a table that stays without a model.
pub(super) fn without_model(table: &Name) -> String {
    let name = table.short();
    format!("no model has the table {name}, so it stays: `--allow 'drop_table({name})'` drops it")
}

/// The schema after the declared renames.
async fn renamed(server: &Database, from: &Catalog, options: &Options) -> Result<Catalog> {
    let steps = renames(from, &options.clone().allow_all())?;
    if steps.is_empty() {
        return Ok(from.clone());
    }
    let named = Scratch::within(server, async |db| {
        create_all(db, from).await?;
        apply(db, &steps).await?;
        introspect(db).await
    });
    Ok(named.await?)
}

/// Returns the schema that the migrations make in an empty database, as the server writes it when it reads its own texts.
pub(super) async fn replayed<S: DataSteps>(server: &Database, migrations: &Migrations<S>) -> Result<Catalog> {
    let read = Scratch::within(server, async |db| {
        migrations.run(db).await?;
        introspect(db).await
    });
    let read = read.await?;
    let mut catalog = canonical(server, &read).await?;
    catalog.unmanaged = read.unmanaged;
    Ok(catalog)
}

/// Takes the tables out of a catalog in which other tools keep their history, and returns those tools. Our own is not in it.
pub(super) fn without_histories(mut catalog: Catalog) -> (Catalog, Vec<Tool>) {
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

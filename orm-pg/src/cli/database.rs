//! The database that a command works on.

use orm_core::error::ErrorKind;

use super::{
    args::Connect,
    failure::{Failure, Result},
};
use crate::Database;

/// Connects to the database that `--database-url` or `DATABASE_URL` names.
pub(super) async fn connect(options: &Connect) -> Result<Database> {
    let Some(url) = &options.database_url else {
        return Err(missing().into());
    };
    // libpq's variables hold for what the URL does not say, as in `Database::from_env`.
    let builder = Database::builder_from_env().url(url).max_connections(4);
    let application = std::env::var_os("PGAPPNAME").is_some() || url.contains("application_name");
    let builder = if application { builder } else { builder.application_name("orm") };
    Ok(builder.connect().await.map_err(|error| explain(Failure::of(error)))?)
}

fn missing() -> Failure {
    let failure = Failure::new("no database is named")
        .help("set DATABASE_URL=postgres://user@host/database, or give --database-url");
    if std::path::Path::new(".env").exists() {
        failure.help(
            "there is a file .env, which `orm` does not read: `set -a; . ./.env; set +a` puts it into the environment",
        )
    } else {
        failure
    }
}

fn explain(failure: Failure) -> Failure {
    let told = failure.causes().concat() + &failure.to_string();
    if failure.error.sql_state() == Some("3D000") || told.contains("does not exist") && told.contains("database") {
        return failure.help("`createdb NAME`, or CREATE DATABASE on the same server, creates it");
    }
    if failure.error.kind() == ErrorKind::Connect {
        return failure.help("`psql` with the same URL shows whether the server can be reached");
    }
    failure
}

//! Finds the server, once in each process.

use std::path::Path;

use orm_core::error::Result;
use tokio::sync::OnceCell;

#[cfg(not(unix))]
use super::failure::none_found;
use super::{admin::Admin, failure::failed, lease, names, server_kind::ServerKind, url, variable};

/// After how many seconds a database that was kept on the user's server is dropped.
const KEPT_SECONDS: u64 = 24 * 60 * 60;

/// A PostgreSQL server on which tests may create databases.
#[derive(Debug)]
pub struct Server {
    url: String,
    #[cfg(unix)]
    throw_away: Option<super::throw_away::ThrowAway>,
}

impl Server {
    /// Returns the URL of the server, including its password if it has one.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether this server was started for the tests, and ends after them.
    #[must_use]
    pub fn is_throw_away(&self) -> bool {
        self.leases().is_some()
    }

    /// Returns the URL of a database on it.
    #[must_use]
    pub fn url_of(&self, database: &str) -> String {
        url::with_database(&self.url, database)
    }

    /// The directory that records databases in use, for a throw-away server.
    #[cfg(unix)]
    pub(super) fn leases(&self) -> Option<&Path> {
        self.throw_away.as_ref().map(|it| it.leases.as_path())
    }

    #[cfg(not(unix))]
    #[expect(clippy::unused_self, reason = "there is no throw-away server here")]
    pub(super) fn leases(&self) -> Option<&Path> {
        None
    }

    pub(super) async fn admin(&self) -> Result<Admin> {
        Admin::connect(&self.url).await
    }
}

/// Returns the server, which the first caller finds. A failure is kept too, so that 500 tests need not search again.
pub(super) async fn get() -> Result<&'static Server> {
    static SERVER: OnceCell<Result<Server, String>> = OnceCell::const_new();
    let found = SERVER.get_or_init(|| async { find().await.map_err(|error| error.to_string()) }).await;
    found.as_ref().map_err(|text| failed(text.as_str()))
}

async fn find() -> Result<Server> {
    let way = ServerKind::asked()?;
    let mut tried = Vec::new();
    for name in variable::URLS {
        match std::env::var(name) {
            Ok(url) if way == ServerKind::Any => return of_user(name, url).await,
            // `DATABASE_URL` may be set for the application.
            Ok(_) if name == variable::URLS[0] => {
                return Err(failed(format!("{name} and {} are both set: unset one of them", variable::SERVER)));
            }
            Ok(_) => tried.push(format!("{name}: {} asks for another server", variable::SERVER)),
            Err(std::env::VarError::NotPresent) => tried.push(format!("{name}: not set")),
            Err(error) => return Err(failed(format!("{name} cannot be used: {error}"))),
        }
    }
    let joined = tokio::task::spawn_blocking(move || throw_away(way, tried)).await;
    let server = joined.map_err(|error| failed("looking for a server was given up").with_source(error))??;
    drop_abandoned(&server).await?;
    Ok(server)
}

/// Checks the server that the variable names. If it cannot be used, that is an error, since the variable was set on
/// purpose.
async fn of_user(variable: &str, url: String) -> Result<Server> {
    let unusable = |problem: String| failed(format!("{variable} is set, but cannot be used: {problem}"));
    let admin = Admin::connect(&url).await.map_err(|error| unusable(error.to_string()))?;
    if !admin.may_create().await? {
        return Err(unusable("its role may not create databases; as a superuser, ALTER ROLE … CREATEDB".into()));
    }
    for (name, made_at) in admin.databases().await? {
        if made_at.is_some_and(|it| it.saturating_add(KEPT_SECONDS) < names::now()) {
            // Several test processes may try at once, and one of them succeeds.
            drop(admin.drop(&name).await);
        }
    }
    Ok(Server {
        url,
        #[cfg(unix)]
        throw_away: None,
    })
}

#[cfg(unix)]
fn throw_away(way: ServerKind, tried: Vec<String>) -> Result<Server> {
    let throw_away = super::throw_away::join(way, tried)?;
    Ok(Server { url: throw_away.url.clone(), throw_away: Some(throw_away) })
}

#[cfg(not(unix))]
fn throw_away(_: ServerKind, mut tried: Vec<String>) -> Result<Server> {
    tried.push("docker, local binaries: on Unix only".into());
    Err(none_found(&tried))
}

/// Drops the databases of test processes that have ended without dropping them.
async fn drop_abandoned(server: &Server) -> Result<()> {
    let Some(leases) = server.leases() else { return Ok(()) };
    let abandoned = lease::abandoned(leases);
    if abandoned.is_empty() {
        return Ok(());
    }
    let admin = server.admin().await?;
    for (name, lease) in abandoned {
        if admin.drop(&name).await.is_ok() {
            lease.release();
        }
    }
    Ok(())
}

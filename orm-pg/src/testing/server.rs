//! Finding the server, once a process.

use std::path::Path;

use orm_core::error::Result;
use tokio::sync::OnceCell;

use super::{
    admin::Admin,
    failed, lease, names, url,
    way::{VARIABLE, Way},
};

/// The variables that may name a server, the first one first.
const URL_VARIABLES: [&str; 2] = ["ORM_PG_TEST_URL", "DATABASE_URL"];

/// After how many seconds a database that stayed on a server of the user's is dropped.
const KEPT_SECONDS: u64 = 24 * 60 * 60;

const HOW_TO_GET_ONE: &str = "to get one:
  Debian, Ubuntu:  apt-get install postgresql
  Fedora, RHEL:    dnf install postgresql-server
  Alpine:          apk add postgresql
  macOS:           brew install postgresql@17
  Docker, Podman:  start it; ORM_PG_TEST_IMAGE may name another image than postgres:17
  anywhere:        set ORM_PG_TEST_URL to a server whose role may create databases,
                   such as postgres://postgres:secret@localhost/postgres";

/// A PostgreSQL server on which tests may make databases.
#[derive(Debug)]
pub struct Server {
    url: String,
    #[cfg(unix)]
    throw_away: Option<super::throw_away::ThrowAway>,
}

impl Server {
    /// Returns the URL that the server was found by, with its password where there is one.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether this is a server that was started for the tests, and ends after them.
    #[must_use]
    pub fn is_throw_away(&self) -> bool {
        self.leases().is_some()
    }

    /// Returns the URL of a database on it.
    #[must_use]
    pub fn url_of(&self, database: &str) -> String {
        url::with_database(&self.url, database)
    }

    /// Where databases in use are noted down, on a throw-away server.
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

/// Returns the server, which the first caller finds. A failure is kept as well: there is no use in 500 tests looking.
pub(super) async fn get() -> Result<&'static Server> {
    static SERVER: OnceCell<Result<Server, String>> = OnceCell::const_new();
    let found = SERVER.get_or_init(|| async { find().await.map_err(|error| error.to_string()) }).await;
    found.as_ref().map_err(|text| failed(text.as_str()))
}

async fn find() -> Result<Server> {
    let way = Way::asked()?;
    let mut tried = Vec::new();
    for variable in URL_VARIABLES {
        match std::env::var(variable) {
            Ok(url) if way == Way::Any => return of_user(variable, url).await,
            // `DATABASE_URL` is there for the application, too.
            Ok(_) if variable == URL_VARIABLES[0] => {
                return Err(failed(format!("{variable} and {VARIABLE} are both set: unset one of them")));
            }
            Ok(_) => tried.push(format!("{variable}: {VARIABLE} asks for another server")),
            Err(std::env::VarError::NotPresent) => tried.push(format!("{variable}: not set")),
            Err(error) => return Err(failed(format!("{variable} cannot be used: {error}"))),
        }
    }
    let joined = tokio::task::spawn_blocking(move || throw_away(way, tried)).await;
    let server = joined.map_err(|error| failed("looking for a server was given up").with_source(error))??;
    drop_abandoned(&server).await?;
    Ok(server)
}

/// Checks the server that the variable names. What is wrong with it is an error: whoever set the variable meant it.
async fn of_user(variable: &str, url: String) -> Result<Server> {
    let unusable = |problem: String| failed(format!("{variable} is set, but cannot be used: {problem}"));
    let admin = Admin::connect(&url).await.map_err(|error| unusable(error.to_string()))?;
    if !admin.may_create().await? {
        return Err(unusable("its role may not create databases; as a superuser, ALTER ROLE … CREATEDB".into()));
    }
    for (name, made_at) in admin.databases().await? {
        if made_at.is_some_and(|it| it.saturating_add(KEPT_SECONDS) < names::now()) {
            // Several runs may try at once, and one of them does it.
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
fn throw_away(way: Way, tried: Vec<String>) -> Result<Server> {
    let throw_away = super::throw_away::join(way, tried)?;
    Ok(Server { url: throw_away.url.clone(), throw_away: Some(throw_away) })
}

#[cfg(not(unix))]
fn throw_away(_: Way, mut tried: Vec<String>) -> Result<Server> {
    tried.push("docker, local binaries: on Unix only".into());
    Err(none_found(&tried))
}

pub(super) fn none_found(tried: &[String]) -> orm_core::error::Error {
    failed(format!("no PostgreSQL server for tests; tried:\n  {}\n{HOW_TO_GET_ONE}", tried.join("\n  ")))
}

/// Drops the databases of test processes that were killed, or that asked for one to keep.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_server_is_told_with_all_that_was_tried_and_how_to_get_one() {
        let error = none_found(&["docker: does not answer".into(), "initdb: not in PATH".into()]);
        assert_eq!(error.kind(), orm_core::error::ErrorKind::Testing);
        let text = error.to_string();
        for part in [
            "\n  docker: does not answer\n  initdb: not in PATH\n",
            "apt-get install",
            "brew install",
            "ORM_PG_TEST_URL",
        ] {
            assert!(text.contains(part), "{part} is missing in:\n{text}");
        }
    }
}

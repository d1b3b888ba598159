//! A connection for creating and dropping databases. It is closed after use, since there may be hundreds of tests.

use std::time::{Duration, Instant};

use orm_core::{
    error::{Error, Result},
    ident::push_ident,
};
use tokio_postgres::{Client, NoTls, error::SqlState};

use super::{failure::failed, names::PREFIX, url};
use crate::connect::config::parse_url;

/// How long to wait for a connection while other tests use all of them.
const CONNECT_LIMIT: Duration = Duration::from_secs(60);

/// A connection to the server's own database.
pub(super) struct Admin {
    client: Client,
    /// The major version of the server.
    pub(super) version: u32,
}

impl Admin {
    /// Connects, and waits if the server has no connection left.
    pub(super) async fn connect(url: &str) -> Result<Self> {
        let deadline = Instant::now() + CONNECT_LIMIT;
        // The driver's errors repeat options that it does not know, which may be a part of a password.
        parse_url(url)?;
        loop {
            let error = match tokio_postgres::connect(url, NoTls).await {
                Ok((client, connection)) => {
                    let version = connection.parameter("server_version").unwrap_or_default();
                    let digits = version.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
                    let version = digits.parse().unwrap_or(0);
                    // Ends when the client is dropped. The client's calls report its errors too.
                    tokio::spawn(connection);
                    return Ok(Self { client, version });
                }
                Err(error) => error,
            };
            let busy = [SqlState::TOO_MANY_CONNECTIONS, SqlState::CANNOT_CONNECT_NOW];
            if !error.code().is_some_and(|it| busy.contains(it)) || Instant::now() > deadline {
                return Err(explain(&format!("cannot connect to {}", url::without_password(url)), error));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Runs statements and ignores their rows.
    pub(super) async fn run(&self, sql: &str) -> Result<(), tokio_postgres::Error> {
        self.client.batch_execute(sql).await
    }

    /// Whether the role may create databases.
    pub(super) async fn may_create(&self) -> Result<bool> {
        let sql = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user";
        let row =
            self.client.query_one(sql, &[]).await.map_err(|it| explain("cannot read the role's privileges", it))?;
        Ok(row.get(0))
    }

    /// Creates `name` as a copy of `template`.
    pub(super) async fn create(&self, name: &str, template: &str) -> Result<(), tokio_postgres::Error> {
        let mut sql = String::from("CREATE DATABASE ");
        push_ident(&mut sql, name);
        sql.push_str(" TEMPLATE ");
        push_ident(&mut sql, template);
        // STRATEGY is new in PostgreSQL 15, whose default logs every page: slower without fsync.
        if self.version >= 15 {
            sql.push_str(" STRATEGY FILE_COPY");
        }
        self.run(&sql).await
    }

    /// Drops the database and ends the sessions in it.
    pub(super) async fn drop(&self, name: &str) -> Result<()> {
        if !name.starts_with(PREFIX) {
            return Err(failed(format!("{name:?} was not created for tests, so it is not dropped")));
        }
        let mut sql = String::new();
        if super::names::is_template(name) {
            // If the database is gone already, this statement fails and DROP IF EXISTS does not.
            sql.push_str("ALTER DATABASE ");
            push_ident(&mut sql, name);
            sql.push_str(" IS_TEMPLATE false");
            drop(self.run(&sql).await);
            sql.clear();
        }
        sql.push_str("DROP DATABASE IF EXISTS ");
        push_ident(&mut sql, name);
        sql.push_str(" WITH (FORCE)");
        self.run(&sql).await.map_err(|error| explain(&format!("cannot drop the database {name}"), error))
    }

    /// Whether the template of that name is complete; `None` if it does not exist.
    pub(super) async fn template(&self, name: &str) -> Result<Option<bool>> {
        let sql = "SELECT datistemplate FROM pg_database WHERE datname = $1";
        let row = self.client.query_opt(sql, &[&name]).await.map_err(|it| explain("cannot look for a template", it))?;
        Ok(row.map(|it| it.get(0)))
    }

    /// Waits for the lock that lets one process at a time fill the template with this hash.
    pub(super) async fn lock(&self, hash: u64) -> Result<()> {
        self.call_with_key("SELECT pg_advisory_lock($1)", hash).await
    }

    /// Releases that lock, which the end of the connection does too.
    pub(super) async fn unlock(&self, hash: u64) -> Result<()> {
        self.call_with_key("SELECT pg_advisory_unlock($1)", hash).await
    }

    async fn call_with_key(&self, sql: &str, hash: u64) -> Result<()> {
        let key = i64::from_le_bytes(hash.to_le_bytes());
        let called = self.client.execute(sql, &[&key]).await;
        called.map(drop).map_err(|it| explain("cannot lock a template", it))
    }

    /// Turns the filled database `name` into a template, after the sessions that filled it have ended.
    pub(super) async fn seal(&self, name: &str) -> Result<()> {
        let problem = |error| explain("cannot create a template", error);
        let mut alter = String::from("ALTER DATABASE ");
        push_ident(&mut alter, name);
        self.run(&format!("{alter} ALLOW_CONNECTIONS false")).await.map_err(problem)?;
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
        while !self.client.query(sql, &[&name]).await.map_err(problem)?.is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let mut comment = String::from("COMMENT ON DATABASE ");
        push_ident(&mut comment, name);
        comment.push_str(" IS ");
        orm_core::ident::push_literal(&mut comment, &super::names::now().to_string());
        // Last, since this marks the template as complete.
        self.run(&format!("{comment}; {alter} IS_TEMPLATE true")).await.map_err(problem)
    }

    /// Returns the databases that were created for tests, each with its time of creation if that is known.
    pub(super) async fn databases(&self) -> Result<Vec<(String, Option<u64>)>> {
        let sql = "SELECT datname::text, shobj_description(oid, 'pg_database') FROM pg_database \
                   WHERE starts_with(datname::text, $1)";
        let rows = self.client.query(sql, &[&PREFIX]).await.map_err(|it| explain("cannot list the databases", it))?;
        let with_time = rows.into_iter().map(|row| {
            let (name, comment): (String, Option<String>) = (row.get(0), row.get(1));
            let made_at = super::names::made_at(&name).or_else(|| comment?.parse().ok());
            (name, made_at)
        });
        Ok(with_time.collect())
    }
}

/// Adds the server's message to the text, since the output of a test shows nothing else.
pub(super) fn explain(what: &str, error: tokio_postgres::Error) -> Error {
    let said = match error.as_db_error() {
        Some(server) => format!("{} ({})", server.message(), server.code().code()),
        None => match std::error::Error::source(&error) {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        },
    };
    failed(format!("{what}: {said}")).with_source(error)
}

//! What is wrong or will be soon in a database, found in its catalogs and statistics (feature `migrate`): see [`doctor()`].

mod connection;
mod finding;
mod limits;

use orm_core::{
    error::Result,
    value::{Bind, Json},
};
use serde::{Deserialize, Serialize};

pub use self::{
    finding::{Finding, Severity},
    limits::Limits,
};
use super::rows::{rows, rows_with};
use crate::{Database, TransactionOptions};

/// The names of all checks: the values of [`Finding::check`].
///
/// ```
/// assert!(orm_pg::schema::doctor::CHECKS.contains(&"foreign_key_without_index"));
/// ```
pub const CHECKS: [&str; 15] = [
    "connection",
    "pooler",
    "role",
    "version",
    "wraparound",
    "idle_in_transaction",
    "invalid_index",
    "key_near_overflow",
    "sequence_near_end",
    "narrow_reference",
    "foreign_key_without_index",
    "no_primary_key",
    "duplicate_index",
    "unused_index",
    "no_statistics",
];

/// The checks of the catalogs and statistics, in the order in which they run: the query, and what to do about what it finds.
const QUERIES: [(&str, &str, &str); 13] = [
    (
        "role",
        include_str!("doctor/role.sql"),
        "let the application use a role of its own that owns nothing, and run migrations as the owner",
    ),
    ("version", include_str!("doctor/version.sql"), "plan the update of the server"),
    (
        "wraparound",
        include_str!("doctor/wraparound.sql"),
        "end what holds VACUUM back, then let it freeze the table; more memory and cost limit for autovacuum prevent it",
    ),
    (
        "idle_in_transaction",
        include_str!("doctor/idle_in_transaction.sql"),
        "find the code that awaits something else inside a transaction; end the session, and limit such sessions",
    ),
    (
        "invalid_index",
        include_str!("doctor/invalid_index.sql"),
        "build the index again, or drop it; if it is unique, remove the duplicates first",
    ),
    (
        "key_near_overflow",
        include_str!("doctor/key_near_overflow.sql"),
        "make the column and those that refer to it `bigint` (`i64` in the model) before its type ends",
    ),
    ("sequence_near_end", include_str!("doctor/sequence_near_end.sql"), "give the sequence more values"),
    (
        "narrow_reference",
        include_str!("doctor/narrow_reference.sql"),
        "give the column the type of the key that it refers to",
    ),
    (
        "foreign_key_without_index",
        include_str!("doctor/foreign_key_without_index.sql"),
        "create an index on the columns, unless keys of the other table are never deleted and never change",
    ),
    (
        "no_primary_key",
        include_str!("doctor/no_primary_key.sql"),
        "declare the columns that identify a row as the primary key",
    ),
    ("duplicate_index", include_str!("doctor/duplicate_index.sql"), "drop the index: the other one serves its queries"),
    (
        "unused_index",
        include_str!("doctor/unused_index.sql"),
        "drop the index if the time is long enough to contain every use, such as a monthly report",
    ),
    ("no_statistics", include_str!("doctor/no_statistics.sql"), "collect the statistics"),
];

/// Looks for what is wrong or will be soon in the database, with the default [`Limits`].
///
/// The findings are about the connection and a pooler in between, the role, the version of the server, the age of
/// transactions, idle sessions, indexes (missing, invalid, duplicate, unused), sequences and keys near their end, tables
/// without a primary key or statistics. Each says what to do, with the SQL.
///
/// Nothing is changed. It opens a separate connection and sends seventeen statements: two on it, and fifteen in one
/// read-only transaction.
///
/// # Errors
/// Errors of the server, or of the connection.
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// for finding in orm_pg::schema::doctor(&db).await? {
///     println!("{}: {}\n    {}", finding.check, finding.message, finding.sql.join("\n    "));
/// }
/// # Ok(()) }
/// ```
pub async fn doctor(db: &Database) -> Result<Vec<Finding>> {
    doctor_with(db, &Limits::default()).await
}

/// Looks for what is wrong or will be soon in the database, as [`doctor()`] does, with other limits.
///
/// # Errors
/// As [`doctor()`].
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// use orm_pg::schema::{doctor::Limits, doctor_with};
///
/// let limits = Limits { used_percent: 50, ..Limits::default() };
/// let findings = doctor_with(&db, &limits).await?;
/// # Ok(()) }
/// ```
pub async fn doctor_with(db: &Database, limits: &Limits) -> Result<Vec<Finding>> {
    let mut findings = connection::findings(db).await?;
    let options = TransactionOptions::repeatable_read().read_only();
    let found = db.transaction_with(options, async |tx| {
        let limits = Bind::new(Json(limits.clone()));
        rows_with::<Begun>(&*tx, include_str!("doctor/begin.sql"), vec![limits]).await?;
        let mut findings = Vec::new();
        for (check, text, advice) in QUERIES {
            let found: Vec<Found> = rows(&*tx, text).await?;
            findings.extend(found.into_iter().map(|it| it.into_finding(check, advice)));
        }
        Ok(findings)
    });
    findings.extend(found.await?);
    findings.sort_by_key(|it| std::cmp::Reverse(it.severity));
    Ok(findings)
}

#[derive(Serialize, Deserialize)]
struct Begun {}

/// A row of a check.
#[derive(Serialize, Deserialize)]
struct Found {
    severity: Severity,
    object: String,
    message: String,
    sql: Vec<String>,
}

impl Found {
    fn into_finding(self, check: &str, advice: &str) -> Finding {
        Finding {
            check: check.to_owned(),
            severity: self.severity,
            object: self.object,
            message: self.message,
            advice: advice.to_owned(),
            sql: self.sql,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_query_is_a_check() {
        let queries: Vec<_> = QUERIES.iter().map(|it| it.0).collect();
        assert_eq!(["connection", "pooler"].into_iter().chain(queries).collect::<Vec<_>>(), CHECKS);
    }
}

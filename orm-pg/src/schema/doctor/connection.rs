//! The connection itself: encryption, and a pooler in between.

use std::time::{Duration, Instant};

use orm_core::error::Result;
use serde::{Deserialize, Serialize};

use super::{Finding, Severity};
use crate::{Connection, Database, schema::rows::rows};

/// How much older than its connection a session may seem. Clocks and the network are not exact.
const TOLERANCE: Duration = Duration::from_millis(250);

/// The session as the server sees it.
#[derive(Debug, Serialize, Deserialize)]
struct Session {
    version: String,
    database: String,
    role: String,
    local: bool,
    visible: bool,
    tls: Option<String>,
    cipher: Option<String>,
    process: i32,
    age_seconds: Option<f64>,
    pooled_statements: i64,
}

pub(super) async fn findings(db: &Database) -> Result<Vec<Finding>> {
    let Some(builder) = db.builder_of_same_server() else {
        // How long the application's own connections have been open is not known.
        return look(&db.connection().await?, None).await;
    };
    let start = Instant::now();
    let own = builder.min_idle(0).max_connections(1).connect().await?;
    let opened = start.elapsed();
    let connection = own.connection().await?;
    let found = look(&connection, Some((start, opened))).await?;
    drop(connection);
    own.close().await;
    Ok(found)
}

/// Asks twice: a pooler may pass two statements to two sessions.
async fn look(connection: &Connection, opened: Option<(Instant, Duration)>) -> Result<Vec<Finding>> {
    let first: Vec<Session> = rows(connection, include_str!("connection.sql")).await?;
    let second: Vec<Session> = rows(connection, include_str!("connection.sql")).await?;
    let open = opened.map(|(start, _)| start.elapsed());
    let (Some(first), Some(second)) = (first.into_iter().next(), second.into_iter().next()) else {
        return Ok(Vec::new());
    };
    let mut found = vec![described(&first, opened.map(|it| it.1))];
    if first.visible && first.tls.is_none() && !first.local {
        found.push(Finding {
            check: "connection".to_owned(),
            severity: Severity::Problem,
            object: first.database.clone(),
            message: "the server and its client, which are on two machines, do not use TLS".to_owned(),
            advice: "connect with `sslmode=verify-full`, and let `pg_hba.conf` accept `hostssl` only".to_owned(),
            sql: Vec::new(),
        });
    }
    found.extend(pooler(&first, &second, open));
    Ok(found)
}

fn described(session: &Session, opened: Option<Duration>) -> Finding {
    let tls = match (&session.tls, &session.cipher) {
        (Some(version), Some(cipher)) => format!("{version} ({cipher})"),
        (Some(version), None) => version.clone(),
        (None, _) if session.local => "no TLS, on this machine".to_owned(),
        (None, _) if session.visible => "no TLS".to_owned(),
        (None, _) => "a role that does not see whether there is TLS".to_owned(),
    };
    let opened = opened.map(|it| format!(", opened in {} ms", it.as_millis())).unwrap_or_default();
    Finding {
        check: "connection".to_owned(),
        severity: Severity::Note,
        object: session.database.clone(),
        message: format!("PostgreSQL {}, role {}, {tls}{opened}", session.version, session.role),
        advice: String::new(),
        sql: Vec::new(),
    }
}

/// A pooler shows by sessions that are older than their connection, by another session for each statement, or by the names
/// that PgBouncer gives to prepared statements.
fn pooler(first: &Session, second: &Session, open: Option<Duration>) -> Option<Finding> {
    let older = open.zip(second.age_seconds).is_some_and(|(open, age)| age > (open + TOLERANCE).as_secs_f64());
    let switched = first.process != second.process;
    let named = first.pooled_statements + second.pooled_statements > 0;
    let sign = match (switched, named, older) {
        (true, ..) => "two statements of one connection ran in two sessions",
        (_, true, _) => "the session has prepared statements with the names of PgBouncer",
        (_, _, true) => "the session is older than its connection",
        (false, false, false) => return None,
    };
    let (severity, advice) = if switched {
        (
            Severity::Warning,
            "in transaction mode, session state does not last: SET, LISTEN and advisory locks of sessions have no effect, so \
             run migrations on a direct connection",
        )
    } else {
        (Severity::Note, "run migrations on a direct connection: their lock is held by a session")
    };
    Some(Finding {
        check: "pooler".to_owned(),
        severity,
        object: first.database.clone(),
        message: format!("there is a pooler in between: {sign}"),
        advice: advice.to_owned(),
        sql: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(process: i32, age_seconds: f64, pooled_statements: i64) -> Session {
        Session {
            version: "18.1".to_owned(),
            database: "app".to_owned(),
            role: "app".to_owned(),
            local: false,
            visible: true,
            tls: Some("TLSv1.3".to_owned()),
            cipher: None,
            process,
            age_seconds: Some(age_seconds),
            pooled_statements,
        }
    }

    fn seen(first: &Session, second: &Session) -> Option<(Severity, String)> {
        pooler(first, second, Some(Duration::from_secs(1))).map(|it| (it.severity, it.message))
    }

    #[test]
    fn signs_of_a_pooler() {
        assert_eq!(seen(&session(1, 0.9, 0), &session(1, 1.0, 0)), None);
        let (severity, message) = seen(&session(1, 5.0, 0), &session(1, 5.0, 0)).expect("a finding");
        assert_eq!(severity, Severity::Note);
        assert!(message.ends_with("the session is older than its connection"), "{message}");
        let (severity, message) = seen(&session(1, 0.9, 0), &session(2, 0.9, 0)).expect("a finding");
        assert_eq!(severity, Severity::Warning);
        assert!(message.ends_with("ran in two sessions"), "{message}");
        let (_, message) = seen(&session(1, 0.9, 1), &session(1, 0.9, 1)).expect("a finding");
        assert!(message.ends_with("the names of PgBouncer"), "{message}");
    }
}

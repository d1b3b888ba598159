//! Statements that only have a meaning on one connection or in one transaction.
//!
//! On a [`Database`](crate::Database) each statement runs on any connection, which is reset afterwards: such a
//! statement would succeed and have no effect.

use orm_core::{
    error::{Error, ErrorKind},
    statement::{Operation, Statement},
};

use super::token::{Token, tokens};

/// What a statement needs in order to have an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    /// It begins a transaction.
    Begin,
    /// It ends a transaction.
    End,
    /// It has an effect inside of a transaction only.
    Transaction,
    /// It changes or uses the state of one connection.
    Connection,
    /// It needs a connection on which BEGIN was run as SQL.
    TwoPhase,
}

/// Refuses raw SQL that has no effect on a pool of connections.
///
/// # Errors
/// [`ErrorKind::InvalidStatement`], whose message says how to run it.
pub(crate) fn refuse_on_pool(statement: &Statement) -> Result<(), Error> {
    let Some((needs, what)) = by_user(statement) else { return Ok(()) };
    let way = match needs {
        Needs::Begin | Needs::End => {
            "use `db.transaction(..)`, or `db.begin()` with `commit` or `rollback` on the transaction that it returns"
        }
        Needs::Transaction => "run it in `db.transaction(..)` or `db.begin()`",
        Needs::Connection if what == "SET" => {
            "run it on `db.connection()`; for one transaction run `SET LOCAL` in it, for all connections use `on_connect`"
        }
        Needs::Connection => "run it on `db.connection()`, or in `db.transaction(..)`",
        Needs::TwoPhase => "run BEGIN, the statements and this one on `db.connection()`",
    };
    Err(refused(
        statement,
        format!("`{what}` concerns one connection, but a statement on a `Database` runs on any connection: {way}"),
    ))
}

/// Refuses raw SQL that would not do what it says inside of a transaction. COMMIT and ROLLBACK are let through: they do
/// what they say, and the transaction reports it when it commits.
///
/// # Errors
/// [`ErrorKind::InvalidStatement`], whose message says what to do instead.
pub(crate) fn refuse_in_transaction(statement: &Statement) -> Result<(), Error> {
    match by_user(statement) {
        Some((Needs::Begin, what)) => {
            let text = format!(
                "`{what}` has no effect in a transaction: open a savepoint with `begin` or `transaction` of the \
                 transaction"
            );
            Err(refused(statement, text))
        }
        Some((Needs::TwoPhase, what)) => {
            let text = format!(
                "`{what}` would end the transaction while its `Transaction` is still in use: run BEGIN, the statements and \
                 `{what}` on `db.connection()`"
            );
            Err(refused(statement, text))
        }
        Some(_) | None => Ok(()),
    }
}

fn by_user(statement: &Statement) -> Option<(Needs, &'static str)> {
    (statement.operation == Operation::Raw).then(|| needs(&statement.sql.text)).flatten()
}

fn refused(statement: &Statement, text: String) -> Error {
    Error::new(ErrorKind::InvalidStatement, text).in_statement(statement.operation.name(), statement.table)
}

/// Returns what `sql` needs, and the name of the statement for messages; `None` if it has the same effect everywhere.
pub(super) fn needs(sql: &str) -> Option<(Needs, &'static str)> {
    let mut tokens = tokens(sql).map(|it| it.1).skip_while(|it| matches!(it, Token::Sign('(' | ';')));
    let first = tokens.next()?;
    let one_word = |keyword: &'static str, needs| first.is(keyword).then_some((needs, keyword));
    if first.is_any(&["SELECT", "WITH", "VALUES", "TABLE"]) {
        return makes_temporary(tokens).then_some((Needs::Connection, "SELECT INTO TEMP"));
    }
    if first.is("CREATE") {
        return creates_temporary(tokens).then_some((Needs::Connection, "CREATE TEMP"));
    }
    let second = tokens.next();
    let then = |keywords: &[&str]| second.is_some_and(|it| it.is_any(keywords));
    if first.is("PREPARE") {
        let two_phase = then(&["TRANSACTION"]);
        return Some(if two_phase { (Needs::TwoPhase, "PREPARE TRANSACTION") } else { (Needs::Connection, "PREPARE") });
    }
    if first.is("SET") {
        let of_transaction =
            [("LOCAL", "SET LOCAL"), ("TRANSACTION", "SET TRANSACTION"), ("CONSTRAINTS", "SET CONSTRAINTS")];
        let found = of_transaction.into_iter().find(|it| then(&[it.0]));
        return Some(found.map_or((Needs::Connection, "SET"), |it| (Needs::Transaction, it.1)));
    }
    // Any connection can end a prepared transaction (COMMIT PREPARED).
    if first.is_any(&["COMMIT", "ROLLBACK"]) && then(&["PREPARED"]) {
        return None;
    }
    if first.is("ROLLBACK") && to_savepoint(second, tokens) {
        return Some((Needs::Transaction, "ROLLBACK TO SAVEPOINT"));
    }
    let known = [
        ("BEGIN", Needs::Begin),
        ("START", Needs::Begin),
        ("COMMIT", Needs::End),
        ("END", Needs::End),
        ("ROLLBACK", Needs::End),
        ("ABORT", Needs::End),
        ("SAVEPOINT", Needs::Transaction),
        ("RELEASE", Needs::Transaction),
        ("LOCK", Needs::Transaction),
        ("DECLARE", Needs::Transaction),
        ("FETCH", Needs::Transaction),
        ("MOVE", Needs::Transaction),
        ("CLOSE", Needs::Transaction),
        ("EXECUTE", Needs::Connection),
        ("DEALLOCATE", Needs::Connection),
        ("RESET", Needs::Connection),
        ("DISCARD", Needs::Connection),
        ("LISTEN", Needs::Connection),
        ("UNLISTEN", Needs::Connection),
        ("LOAD", Needs::Connection),
    ];
    known.into_iter().find_map(|(keyword, needs)| one_word(keyword, needs))
}

/// `ROLLBACK [WORK | TRANSACTION] TO …`
fn to_savepoint<'a>(second: Option<Token<'a>>, mut rest: impl Iterator<Item = Token<'a>>) -> bool {
    let target = if second.is_some_and(|it| it.is_any(&["WORK", "TRANSACTION"])) { rest.next() } else { second };
    target.is_some_and(|it| it.is("TO"))
}

/// `CREATE [OR REPLACE] [LOCAL | GLOBAL] TEMP …`, or CREATE of an object in the schema `pg_temp`.
fn creates_temporary<'a>(rest: impl Iterator<Item = Token<'a>>) -> bool {
    let mut rest = rest.skip_while(|it| it.is_any(&["OR", "REPLACE", "LOCAL", "GLOBAL"])).peekable();
    if rest.peek().is_some_and(|it| it.is_any(&["TEMP", "TEMPORARY"])) {
        return true;
    }
    let mut head = rest.take_while(|it| *it != Token::Sign('(') && !it.is_any(&["AS", "ON", "FOR", "FROM"]));
    while let Some(token) = head.next() {
        if token.is("pg_temp") || token == Token::Name("\"pg_temp\"") {
            return head.next() == Some(Token::Sign('.'));
        }
    }
    false
}

/// `SELECT … INTO [LOCAL | GLOBAL] TEMP [TABLE] name …`. A table may also be called `temp`:
/// `INSERT INTO temp VALUES (1)`.
fn makes_temporary<'a>(rest: impl Iterator<Item = Token<'a>>) -> bool {
    let mut rest = rest.peekable();
    let mut before = None;
    while let Some(token) = rest.next() {
        if token.is("INTO") && !before.is_some_and(|it: Token<'_>| it.is_any(&["INSERT", "MERGE"])) {
            let mut target = rest.next();
            while target.is_some_and(|it| it.is_any(&["LOCAL", "GLOBAL"])) {
                target = rest.next();
            }
            let ends = ["FROM", "WHERE", "GROUP", "HAVING", "WINDOW", "UNION", "INTERSECT", "EXCEPT", "ORDER", "LIMIT"];
            let named = match rest.peek() {
                Some(it @ Token::Word(_)) => !it.is_any(&ends) && !it.is_any(&["OFFSET", "FETCH", "FOR"]),
                Some(Token::Name(_)) => true,
                Some(Token::Value(_) | Token::Sign(_)) | None => false,
            };
            return named && target.is_some_and(|it| it.is_any(&["TEMP", "TEMPORARY"]));
        }
        before = Some(token);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_of_a_session_are_known_by_their_words() {
        use Needs::{Begin, Connection, End, Transaction, TwoPhase};
        for (sql, needs) in [
            ("BEGIN", Begin),
            ("begin work", Begin),
            ("  -- why\n/* a /* b */ */ BEGIN;", Begin),
            ("; ;BEGIN", Begin),
            ("BEGIN/**/ISOLATION LEVEL SERIALIZABLE", Begin),
            ("START TRANSACTION", Begin),
            ("COMMIT", End),
            ("COMMIT AND CHAIN", End),
            ("END", End),
            ("ROLLBACK", End),
            ("ROLLBACK WORK AND CHAIN", End),
            ("ABORT", End),
            ("SAVEPOINT a", Transaction),
            ("RELEASE a", Transaction),
            ("ROLLBACK TO a", Transaction),
            ("ROLLBACK TRANSACTION TO SAVEPOINT a", Transaction),
            ("SET LOCAL a = 1", Transaction),
            ("SET TRANSACTION READ ONLY", Transaction),
            ("SET CONSTRAINTS ALL DEFERRED", Transaction),
            ("LOCK TABLE t", Transaction),
            ("DECLARE c CURSOR FOR SELECT 1", Transaction),
            ("FETCH c", Transaction),
            ("MOVE c", Transaction),
            ("CLOSE ALL", Transaction),
            ("SET a = 1", Connection),
            ("SET SESSION a = 1", Connection),
            ("SET ROLE a", Connection),
            ("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", Connection),
            ("SET TIME ZONE 'UTC'", Connection),
            ("SET \"local\" TO 1", Connection),
            ("RESET ALL", Connection),
            ("DISCARD ALL", Connection),
            ("LISTEN a", Connection),
            ("UNLISTEN *", Connection),
            ("PREPARE a AS SELECT 1", Connection),
            ("EXECUTE a", Connection),
            ("DEALLOCATE ALL", Connection),
            ("LOAD 'a'", Connection),
            ("PREPARE TRANSACTION 'a'", TwoPhase),
            ("CREATE TEMP TABLE a ()", Connection),
            ("create local temporary table a ()", Connection),
            ("CREATE OR REPLACE TEMP VIEW a AS SELECT 1", Connection),
            ("CREATE GLOBAL TEMP SEQUENCE a", Connection),
            ("CREATE TEMP RECURSIVE VIEW a (n) AS SELECT 1", Connection),
            ("CREATE TABLE pg_temp.a ()", Connection),
            ("CREATE FUNCTION pg_temp.a() RETURNS int LANGUAGE sql AS 'SELECT 1'", Connection),
            ("SELECT 1 INTO TEMP a", Connection),
            ("SELECT 1 INTO LOCAL TEMPORARY TABLE a FROM b", Connection),
            ("WITH x AS (SELECT 1) SELECT * INTO TEMP \"a\" FROM x", Connection),
        ] {
            assert_eq!(super::needs(sql).map(|it| it.0), Some(needs), "{sql}");
        }
    }

    #[test]
    fn other_statements_run_anywhere() {
        for sql in [
            "",
            ";",
            "SELECT 1",
            "(SELECT 1)",
            "SELECT 'BEGIN'",
            "\"BEGIN\"",
            "$$BEGIN$$",
            "SHOW work_mem",
            "NOTIFY a",
            "CALL a()",
            "DO 'BEGIN END'",
            "CREATE TABLE a (temp int)",
            "CREATE TABLE temp.a ()",
            "CREATE VIEW a AS SELECT * FROM pg_temp.b",
            "CREATE FUNCTION a() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; END",
            "CREATE TRIGGER a BEFORE INSERT ON b EXECUTE FUNCTION c()",
            "ALTER ROLE a SET b = 1",
            "UPDATE a SET b = 1",
            "INSERT INTO temp VALUES (1)",
            "WITH x AS (INSERT INTO temp SELECT 1 RETURNING *) SELECT * FROM x",
            "SELECT 1 INTO a",
            "SELECT 1 AS b INTO temp FROM c",
            "COMMIT PREPARED 'a'",
            "ROLLBACK PREPARED 'a'",
            "VACUUM",
            "BEGINNING",
            "set_config",
            "RESETTLE",
        ] {
            assert_eq!(super::needs(sql), None, "{sql}");
        }
    }
}

//! What raw SQL may leave behind on its connection, judged by the words of its text.
//!
//! A statement that is not known to be harmless costs a reset before another caller gets the connection.

mod function;
#[cfg(feature = "migrate")]
pub(crate) mod script;
mod session;
mod split;
mod token;

use self::token::{Token, tokens};

pub(crate) use self::{
    session::{refuse_in_transaction, refuse_on_pool},
    split::statements,
};
use orm_core::statement::{Operation, Statement};

/// The first words of statements that leave nothing behind.
const HARMLESS: [&str; 9] = ["SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "VALUES", "TABLE", "WITH", "EXPLAIN"];

/// Prefixes of function names whose effect outlasts the statement.
const LASTING: [&str; 9] = [
    "set_config",
    "setseed",
    "pg_advisory_lock",
    "pg_try_advisory_lock",
    "pg_advisory_unlock",
    "nextval",
    "setval",
    "lo_",
    "dblink",
];

/// Whether the server looks up all names of the statement when it prepares it, unlike those of other commands.
#[cfg(feature = "sources")]
pub(crate) fn is_looked_up(sql: &str) -> bool {
    tokens(sql).next().is_some_and(|(_, first)| first.is_any(&HARMLESS))
}

/// What a statement may leave behind on its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LeftState {
    /// Nothing.
    Nothing,
    /// Unknown: it calls a function that the user may have defined.
    Unknown,
    /// Session state that a function can change: settings, session locks, temporary tables.
    Settings,
    /// Anything, including an open transaction.
    Anything,
}

/// Returns what `sql` may leave behind: nothing, only if its statements and all functions that it calls are known to be
/// harmless.
///
/// In a statement of the `builder`, quoted names before a parenthesis are functions that the user declared, or tables;
/// they are not examined. Neither is code that a trigger, a view, a cast or an operator calls: it should change
/// settings for its transaction only (`SET LOCAL`).
pub(crate) fn left_state(sql: &str, builder: bool) -> LeftState {
    let first = first_word(sql);
    if !HARMLESS.iter().any(|it| it.eq_ignore_ascii_case(first)) {
        return LeftState::Anything;
    }
    // INSERT and MERGE have their own INTO; in other statements it creates a table, perhaps a temporary one.
    let insert = first.eq_ignore_ascii_case("insert") || first.eq_ignore_ascii_case("merge");
    let text = sql.to_ascii_lowercase();
    let lasts = |word: &str| LASTING.iter().any(|it| word.starts_with(it)) || (word == "into" && !insert);
    if words(&text).any(lasts) {
        LeftState::Settings
    } else if function::calls_unknown(&text, !builder) {
        LeftState::Unknown
    } else {
        LeftState::Nothing
    }
}

/// Whether `sql` creates or deallocates prepared statements.
pub(crate) fn touches_statements(sql: &str) -> bool {
    let first = first_word(sql);
    ["discard", "deallocate", "prepare"].iter().any(|it| it.eq_ignore_ascii_case(first))
}

/// Whether `sql` may set transactions to read only: `SET TRANSACTION READ ONLY`, `default_transaction_read_only`.
pub(crate) fn speaks_of_read_only(sql: &str) -> bool {
    let text = sql.to_ascii_lowercase();
    let mut before = "";
    words(&text).any(|word| {
        word.ends_with("read_only") || (before == "read" && word == "only") || {
            before = word;
            false
        }
    })
}

/// Whether `statement` may commit a part of what it does before it fails.
pub(crate) fn may_commit(statement: &Statement) -> bool {
    let first = first_word(&statement.sql.text);
    statement.operation == Operation::Raw && ["call", "do"].iter().any(|it| it.eq_ignore_ascii_case(first))
}

/// Whether `sql` may change the schema that prepared statements were planned against.
pub(crate) fn alters(sql: &str) -> bool {
    first_word(sql).eq_ignore_ascii_case("alter")
}

/// Whether `sql` copies rows from or to the client. COPY has its own sub-protocol: the driver would give up the
/// connection.
pub(crate) fn copies_with_client(sql: &str) -> bool {
    let mut before = "";
    first_word(sql).eq_ignore_ascii_case("copy")
        && sql.split_ascii_whitespace().any(|it| {
            let end = it.find(|it: char| !it.is_ascii_alphabetic()).unwrap_or(it.len());
            let word = it.get(..end).unwrap_or_default();
            let copies = (before.eq_ignore_ascii_case("from") && word.eq_ignore_ascii_case("stdin"))
                || (before.eq_ignore_ascii_case("to") && word.eq_ignore_ascii_case("stdout"));
            before = it;
            copies
        })
}

/// Whether a cursor can run `sql`: it only reads.
pub(crate) fn can_be_cursor(sql: &str) -> bool {
    let text = sql.to_ascii_lowercase();
    let has = |unwanted: &[&str]| words(&text).any(|word| unwanted.contains(&word));
    // An empty statement before it cannot follow DECLARE … FOR.
    if tokens(&text).next().is_some_and(|it| it.1 == Token::Sign(';')) {
        return false;
    }
    match first_word(&text) {
        "select" => !has(&["into"]),
        "values" | "table" => true,
        "with" => !has(&["insert", "update", "delete", "merge", "into"]),
        _ => false,
    }
}

/// Whether `sql` may lock the rows that it reads.
pub(crate) fn locks(sql: &str) -> bool {
    let text = sql.to_ascii_lowercase();
    let mut before = "";
    words(&text).any(|word| {
        before == "for" && matches!(word, "update" | "share" | "no" | "key") || {
            before = word;
            false
        }
    })
}

/// The words of `sql`, including quoted names and words inside literals.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|it: char| !it.is_alphanumeric() && it != '_').filter(|it| !it.is_empty())
}

/// The first word after white space, comments, parentheses and empty statements.
fn first_word(sql: &str) -> &str {
    let mut tokens = tokens(sql).map(|it| it.1).skip_while(|it| matches!(it, Token::Sign('(' | ';')));
    match tokens.next() {
        Some(Token::Word(word)) => word,
        Some(Token::Name(_) | Token::Value(_) | Token::Sign(_)) | None => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_and_writing_leave_nothing() {
        for sql in [
            "SELECT 1",
            "  (select 2)",
            "-- why\nSELECT 1",
            "/* a /* nested */ one */ values (1)",
            "INSERT INTO t VALUES ($1)",
            "WITH x AS (SELECT 1) TABLE x",
            "SELECT pg_advisory_xact_lock(1)",
            "EXPLAIN SELECT 1",
            "SELECT temperature, hello_world, printouts FROM t",
        ] {
            assert_eq!(left_state(sql, false), LeftState::Nothing, "{sql}");
        }
    }

    #[test]
    fn all_else_may_leave_state() {
        for sql in ["", "BEGIN", "SET search_path = evil", "CREATE TEMP TABLE t ()", "/* unclosed SELECT", "LISTEN x"] {
            assert_eq!(left_state(sql, false), LeftState::Anything, "{sql}");
        }
        for sql in [
            "SELECT set_config('a.b', 'c', false)",
            "SELECT Pg_Advisory_Lock(1)",
            "select * into temp x from y",
            "SELECT nextval('s')",
        ] {
            assert_eq!(left_state(sql, false), LeftState::Settings, "{sql}");
        }
        assert_eq!(left_state("SELECT mine($1)", false), LeftState::Unknown);
    }

    #[test]
    fn wishes_to_read_only_are_seen() {
        for sql in [
            "SET TRANSACTION READ\nONLY",
            "BEGIN ISOLATION LEVEL SERIALIZABLE, READ ONLY",
            "SET default_transaction_read_only = on",
            "SELECT set_config('transaction_read_only', 'on', true)",
        ] {
            assert!(speaks_of_read_only(sql), "{sql}");
        }
        for sql in ["BEGIN READ WRITE", "SELECT only_read FROM read", "SET work_mem = '1MB'"] {
            assert!(!speaks_of_read_only(sql), "{sql}");
        }
    }

    #[test]
    fn copying_with_the_client_is_told_from_copying_with_files() {
        for sql in ["COPY t FROM STDIN", "copy t (a, b)\nfrom stdin(format csv)", "COPY (SELECT 1) TO STDOUT;"] {
            assert!(copies_with_client(sql), "{sql}");
        }
        for sql in ["COPY t FROM '/stdin'", "COPY t TO PROGRAM 'cat > stdout'", "SELECT 1 -- COPY t FROM STDIN"] {
            assert!(!copies_with_client(sql), "{sql}");
        }
    }

    #[test]
    fn only_reads_become_cursors() {
        assert!(can_be_cursor("SELECT 1"));
        assert!(can_be_cursor("with x as (select updated_at from t) select * from x"));
        assert!(!can_be_cursor("; SELECT 1"));
        assert!(!can_be_cursor("INSERT INTO t VALUES (1) RETURNING id"));
        assert!(!can_be_cursor("WITH x AS (DELETE FROM t RETURNING id) SELECT * FROM x"));
    }
}

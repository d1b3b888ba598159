//! What raw SQL may leave behind on its connection, judged by its words.
//!
//! Statements that are not known to be harmless cost a reset before the connection is used by others. What a function of
//! the user's does to the session is not seen here; a `Connection` is reset after any SQL of the user for that reason.

/// First words of statements that leave nothing behind once they are done.
const HARMLESS: [&str; 9] = ["SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "VALUES", "TABLE", "WITH", "EXPLAIN"];

/// Words of functions whose effect outlasts the statement, by their beginning. Those bound to a transaction
/// (`pg_advisory_xact_lock`) are none.
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

/// Whether a connection that ran `sql` must be reset before somebody else uses it.
///
/// A function of the user's that changes the session is not seen: its place is a transaction (`SET LOCAL`), or a
/// `Connection`.
pub(crate) fn leaves_state(sql: &str) -> bool {
    let first = first_word(sql);
    if !HARMLESS.iter().any(|it| it.eq_ignore_ascii_case(first)) {
        return true;
    }
    // INSERT and MERGE have an INTO of their own; in the others it makes a table, perhaps a temporary one.
    let insert = first.eq_ignore_ascii_case("insert") || first.eq_ignore_ascii_case("merge");
    let text = sql.to_ascii_lowercase();
    words(&text).any(|word| LASTING.iter().any(|it| word.starts_with(it)) || (word == "into" && !insert))
}

/// Whether `sql` makes or throws away prepared statements.
pub(crate) fn touches_statements(sql: &str) -> bool {
    let first = first_word(sql);
    ["discard", "deallocate", "prepare"].iter().any(|it| it.eq_ignore_ascii_case(first))
}

/// Whether the rows of `sql` can be had from a cursor: it only reads.
pub(crate) fn can_be_cursor(sql: &str) -> bool {
    let text = sql.to_ascii_lowercase();
    let has = |unwanted: &[&str]| words(&text).any(|word| unwanted.contains(&word));
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

/// The words of a text, quoted ones and those in literals included.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|it: char| !it.is_alphanumeric() && it != '_').filter(|it| !it.is_empty())
}

/// The first word after white space, comments and parentheses.
fn first_word(sql: &str) -> &str {
    let mut rest = sql;
    loop {
        rest = rest.trim_start_matches(|it: char| it.is_whitespace() || it == '(');
        if let Some(comment) = rest.strip_prefix("--") {
            rest = comment.split_once('\n').map_or("", |it| it.1);
        } else if let Some(comment) = rest.strip_prefix("/*") {
            rest = after_comment(comment);
        } else {
            let end = rest.find(|it: char| !it.is_ascii_alphabetic()).unwrap_or(rest.len());
            return rest.get(..end).unwrap_or_default();
        }
    }
}

/// The text after the end of a comment, which may hold others.
fn after_comment(text: &str) -> &str {
    let mut depth = 1_u32;
    let mut rest = text;
    while depth > 0 {
        match (rest.find("/*"), rest.find("*/")) {
            (Some(open), Some(close)) if open < close => {
                depth += 1;
                rest = rest.get(open + 2..).unwrap_or_default();
            }
            (_, Some(close)) => {
                depth -= 1;
                rest = rest.get(close + 2..).unwrap_or_default();
            }
            (_, None) => return "",
        }
    }
    rest
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
            assert!(!leaves_state(sql), "{sql}");
        }
    }

    #[test]
    fn all_else_may_leave_state() {
        for sql in [
            "",
            "BEGIN",
            "SET search_path = evil",
            "CREATE TEMP TABLE t ()",
            "SELECT set_config('a.b', 'c', false)",
            "SELECT Pg_Advisory_Lock(1)",
            "select * into temp x from y",
            "SELECT nextval('s')",
            "/* unclosed SELECT",
            "LISTEN x",
        ] {
            assert!(leaves_state(sql), "{sql}");
        }
    }

    #[test]
    fn only_reads_become_cursors() {
        assert!(can_be_cursor("SELECT 1"));
        assert!(can_be_cursor("with x as (select updated_at from t) select * from x"));
        assert!(!can_be_cursor("INSERT INTO t VALUES (1) RETURNING id"));
        assert!(!can_be_cursor("WITH x AS (DELETE FROM t RETURNING id) SELECT * FROM x"));
    }
}

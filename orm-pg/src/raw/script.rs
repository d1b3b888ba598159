//! What a statement of a migration needs: a transaction, none, or to be left out.

use super::{
    copies_with_client,
    token::{Token, tokens},
};

/// How a statement of a migration runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// In a transaction.
    Plain,
    /// In a transaction, however long it waits and takes: others read and write meanwhile.
    Validate,
    /// In a transaction, or on its own if it commits parts of its work: CALL, DO.
    MayCommit,
    /// On its own.
    Alone(Alone),
    /// Not at all, for this reason.
    Refused(&'static str),
}

/// A statement that cannot run in a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Alone {
    /// `CREATE INDEX CONCURRENTLY index ON table`.
    CreateIndex { index: String, table: Name },
    /// `DROP INDEX CONCURRENTLY a, b`.
    DropIndex { indexes: Vec<Name> },
    /// `REINDEX INDEX CONCURRENTLY a`, `REINDEX TABLE CONCURRENTLY a`.
    Reindex { relation: Option<Name> },
    /// `ALTER TABLE parent DETACH PARTITION partition CONCURRENTLY`.
    Detach { parent: Name, partition: Name },
    /// VACUUM, CREATE DATABASE and others, which leave nothing half done.
    Other,
}

impl Alone {
    /// Whether it waits for other transactions without keeping them waiting, so that it needs no time limit.
    pub(crate) fn is_concurrent(&self) -> bool {
        !matches!(self, Self::Other)
    }
}

/// A name, whose parts are as the catalog has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) schema: Option<String>,
    pub(crate) name: String,
}

const ENDS: &str = "it would end the transaction of the migration: leave it out, or give each step its own with \
                    `-- orm: transaction = none`";
const NESTS: &str = "the migration has its own transaction: leave it out";
const SETS: &str =
    "it would hold for the migrations after this one: write `SET LOCAL`, which ends with the transaction";
const COPIES: &str = "COPY with STDIN or STDOUT needs psql: write INSERT, or a step in Rust";
const PSQL: &str = "commands with a backslash are those of psql, not of the server: leave it out";
const SESSION: &str = "it changes the session, which holds the lock of the migrations: leave it out";
const NAMELESS: &str =
    "an index that is made CONCURRENTLY needs a name, by which it is found if the migration is interrupted";

/// Returns how `sql`, one statement, runs.
pub(crate) fn kind(sql: &str) -> Kind {
    let all: Vec<_> = tokens(sql).map(|it| it.1).collect();
    let is = |at: usize, keywords: &[&str]| all.get(at).is_some_and(|it| it.is_any(keywords));
    let has = |keyword: &str| all.iter().any(|it| it.is(keyword));
    let mut rest = Reader { tokens: &all, at: 0 };
    if all.first() == Some(&Token::Sign('\\')) {
        return Kind::Refused(PSQL);
    }
    if copies_with_client(sql) {
        return Kind::Refused(COPIES);
    }
    if is(0, &["COMMIT", "END", "ROLLBACK", "ABORT"]) || (is(0, &["PREPARE"]) && is(1, &["TRANSACTION"])) {
        return Kind::Refused(ENDS);
    }
    if is(0, &["BEGIN", "START", "SAVEPOINT", "RELEASE"]) {
        return Kind::Refused(NESTS);
    }
    if is(0, &["SET"]) && !is(1, &["LOCAL", "CONSTRAINTS", "TRANSACTION"]) {
        return Kind::Refused(SETS);
    }
    if is(0, &["DISCARD", "RESET", "LISTEN", "UNLISTEN", "LOAD"]) {
        return Kind::Refused(SESSION);
    }
    if rest.words(&["CREATE"]) {
        let _ = rest.words(&["UNIQUE"]);
        if rest.words(&["INDEX", "CONCURRENTLY"]) {
            let _ = rest.words(&["IF", "NOT", "EXISTS"]);
            let index = rest.name();
            let on = rest.words(&["ON"]);
            let _ = rest.words(&["ONLY"]);
            return match (index, rest.name()) {
                (Some(index), Some(table)) if on => Kind::Alone(Alone::CreateIndex { index: index.name, table }),
                _ => Kind::Refused(NAMELESS),
            };
        }
        return if is(1, &["DATABASE", "TABLESPACE", "SUBSCRIPTION"]) {
            Kind::Alone(Alone::Other)
        } else {
            Kind::Plain
        };
    }
    if rest.words(&["DROP"]) {
        if rest.words(&["INDEX", "CONCURRENTLY"]) {
            let _ = rest.words(&["IF", "EXISTS"]);
            let mut indexes: Vec<_> = rest.name().into_iter().collect();
            while rest.sign(',') {
                indexes.extend(rest.name());
            }
            return Kind::Alone(Alone::DropIndex { indexes });
        }
        return if is(1, &["DATABASE", "TABLESPACE", "SUBSCRIPTION"]) {
            Kind::Alone(Alone::Other)
        } else {
            Kind::Plain
        };
    }
    if rest.words(&["REINDEX"]) {
        return reindex(rest, has("CONCURRENTLY"));
    }
    if rest.words(&["ALTER", "SYSTEM"]) || rest.words(&["VACUUM"]) {
        return Kind::Alone(Alone::Other);
    }
    if rest.words(&["ALTER"]) {
        return alter(rest, has("CONCURRENTLY"));
    }
    if rest.words(&["CALL"]) {
        return Kind::MayCommit;
    }
    // The body is one token.
    let commits = |it: &Token<'_>| {
        let Token::Value(body) = it else { return false };
        super::words(&body.to_ascii_lowercase()).any(|it| matches!(it, "commit" | "rollback"))
    };
    if rest.words(&["DO"]) && all.iter().any(commits) { Kind::MayCommit } else { Kind::Plain }
}

fn alter(mut rest: Reader<'_>, concurrently: bool) -> Kind {
    if rest.words(&["TABLE"]) {
        let _ = rest.words(&["IF", "EXISTS"]);
        let _ = rest.words(&["ONLY"]);
        let parent = rest.name();
        if rest.words(&["DETACH", "PARTITION"]) && concurrently {
            return match (parent, rest.name()) {
                (Some(parent), Some(partition)) => Kind::Alone(Alone::Detach { parent, partition }),
                _ => Kind::Alone(Alone::Other),
            };
        }
    } else if rest.words(&["DOMAIN"]) {
        drop(rest.name());
    }
    if rest.words(&["VALIDATE", "CONSTRAINT"]) && rest.name().is_some() && rest.is_at_end() {
        return Kind::Validate;
    }
    Kind::Plain
}

/// `REINDEX [(…)] { INDEX | TABLE | SCHEMA | DATABASE | SYSTEM } [CONCURRENTLY] name`.
fn reindex(mut rest: Reader<'_>, concurrently: bool) -> Kind {
    if rest.sign('(') {
        while rest.at < rest.tokens.len() && !rest.sign(')') {
            rest.at += 1;
        }
    }
    let of_relation = rest.words(&["INDEX"]) || rest.words(&["TABLE"]);
    if of_relation && !concurrently {
        return Kind::Plain;
    }
    let _ = rest.words(&["CONCURRENTLY"]);
    let relation = if of_relation { rest.name() } else { None };
    Kind::Alone(Alone::Reindex { relation })
}

/// Whether the quotes and comments of `sql` end in it.
pub(crate) fn is_complete(sql: &str) -> bool {
    // What is open swallows all that follows.
    let mut last = None;
    let probe = format!("{sql}\n;");
    for (_, token) in tokens(&probe) {
        last = Some(token);
    }
    last == Some(Token::Sign(';'))
}

/// Reads tokens in their order.
struct Reader<'a> {
    tokens: &'a [Token<'a>],
    at: usize,
}

impl Reader<'_> {
    /// Passes `keywords`, if all of them follow.
    fn words(&mut self, keywords: &[&str]) -> bool {
        let follow = self.tokens.get(self.at..self.at + keywords.len()).unwrap_or_default();
        let found = follow.len() == keywords.len() && follow.iter().zip(keywords).all(|(it, keyword)| it.is(keyword));
        self.at += if found { keywords.len() } else { 0 };
        found
    }

    fn sign(&mut self, sign: char) -> bool {
        let found = self.tokens.get(self.at) == Some(&Token::Sign(sign));
        self.at += usize::from(found);
        found
    }

    /// Passes `name` or `schema.name`.
    fn name(&mut self) -> Option<Name> {
        let first = self.part()?;
        if self.sign('.') {
            return Some(Name { schema: Some(first), name: self.part()? });
        }
        Some(Name { schema: None, name: first })
    }

    fn part(&mut self) -> Option<String> {
        let part = match self.tokens.get(self.at)? {
            Token::Word(word) if word.eq_ignore_ascii_case("ON") => return None,
            Token::Word(word) => word.to_lowercase(),
            Token::Name(name) => {
                name.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(name).replace("\"\"", "\"")
            }
            Token::Value(_) | Token::Sign(_) => return None,
        };
        self.at += 1;
        Some(part)
    }

    fn is_at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> Name {
        let (schema, name) = name.split_once('.').map_or((None, name), |(schema, name)| (Some(schema), name));
        Name { schema: schema.map(str::to_owned), name: name.to_owned() }
    }

    #[test]
    fn statements_that_need_no_transaction_are_known_with_their_objects() {
        let create = |index: &str, table: &str| Alone::CreateIndex { index: index.to_owned(), table: name(table) };
        for (sql, expected) in [
            ("CREATE INDEX CONCURRENTLY A_b ON t (c)", create("a_b", "t")),
            (
                "create unique index concurrently if not exists \"A \"\"b\" on only app.\"T\" (c)",
                create("A \"b", "app.T"),
            ),
            (
                "-- why\nDROP INDEX CONCURRENTLY IF EXISTS a, app.b",
                Alone::DropIndex { indexes: vec![name("a"), name("app.b")] },
            ),
            ("DROP INDEX CONCURRENTLY a CASCADE", Alone::DropIndex { indexes: vec![name("a")] }),
            ("REINDEX (VERBOSE) INDEX CONCURRENTLY app.a", Alone::Reindex { relation: Some(name("app.a")) }),
            ("REINDEX DATABASE x", Alone::Reindex { relation: None }),
            (
                "ALTER TABLE app.p DETACH PARTITION c CONCURRENTLY",
                Alone::Detach { parent: name("app.p"), partition: name("c") },
            ),
            ("VACUUM ANALYZE t", Alone::Other),
            ("ALTER SYSTEM SET work_mem = '1MB'", Alone::Other),
            ("CREATE DATABASE x", Alone::Other),
        ] {
            assert_eq!(kind(sql), Kind::Alone(expected), "{sql}");
        }
    }

    #[test]
    fn other_statements_run_in_a_transaction() {
        for sql in [
            "CREATE INDEX a ON t (c)",
            "REINDEX TABLE t",
            "ALTER TABLE t DETACH PARTITION c",
            "ALTER TABLE t ADD COLUMN concurrently int",
            "ALTER TABLE t VALIDATE CONSTRAINT c, ADD COLUMN d int",
            "SET LOCAL search_path = app",
            "DO $$ BEGIN PERFORM 1; END $$",
            "REFRESH MATERIALIZED VIEW CONCURRENTLY v",
            "",
        ] {
            assert_eq!(kind(sql), Kind::Plain, "{sql}");
        }
        for sql in ["ALTER TABLE ONLY t VALIDATE CONSTRAINT \"c\"", "alter domain app.d validate constraint c"] {
            assert_eq!(kind(sql), Kind::Validate, "{sql}");
        }
        for sql in ["CALL p()", "DO $$ BEGIN DELETE FROM t; COMMIT; END $$"] {
            assert_eq!(kind(sql), Kind::MayCommit, "{sql}");
        }
    }

    #[test]
    fn what_cannot_be_in_a_file_is_refused() {
        for (sql, reason) in [
            ("BEGIN", NESTS),
            ("START TRANSACTION", NESTS),
            ("/* */ COMMIT", ENDS),
            ("ROLLBACK TO a", ENDS),
            ("SET search_path = app", SETS),
            ("SET SESSION AUTHORIZATION x", SETS),
            ("RESET ALL", SESSION),
            ("COPY t FROM STDIN", COPIES),
            ("\\connect x", PSQL),
            ("CREATE INDEX CONCURRENTLY ON t (a)", NAMELESS),
        ] {
            assert_eq!(kind(sql), Kind::Refused(reason), "{sql}");
        }
    }

    #[test]
    fn open_quotes_and_comments_are_seen() {
        for sql in ["SELECT 'a", "SELECT \"a", "DO $x$ a $y$", "/* a /* b */", "SELECT e'\\'"] {
            assert!(!is_complete(sql), "{sql}");
        }
        for sql in ["", "SELECT 1 -- 'a", "SELECT $$'$$", "SELECT 'it''s'"] {
            assert!(is_complete(sql), "{sql}");
        }
    }
}

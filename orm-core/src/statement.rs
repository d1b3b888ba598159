//! A finished statement: the text, its binds, and the properties that an executor may use.

mod encoded;

use std::{
    fmt,
    time::{Duration, Instant},
};

pub use self::encoded::Encoded;
pub(crate) use self::encoded::MAX_BINDS;
use crate::value::Bind;

/// SQL text with `$1`, `$2`, … and, separately, their values.
///
/// `Display` shows the text, `Debug` the text and the types of the binds; neither shows a value.
///
/// ```
/// # use blog::*;
/// let sql = User::query().filter(|u| u.name.eq("secret")).select(|u| u.id).to_sql();
/// assert_eq!(sql.to_string(), r#"SELECT t0."id" FROM "users" AS t0 WHERE t0."name" = $1"#);
/// ```
#[derive(Clone)]
pub struct Sql {
    /// The text.
    pub text: String,
    /// The values, `$1` first.
    pub binds: Vec<Bind>,
}

impl fmt::Display for Sql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Sql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.text, self.binds)
    }
}

/// What a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// Reads.
    Select,
    /// Inserts, upserts included.
    Insert,
    /// Updates.
    Update,
    /// Deletes.
    Delete,
    /// SQL written by the user: it may do anything.
    Raw,
}

impl Operation {
    /// Returns the name for messages and spans.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Select => "select from",
            Self::Insert => "insert into",
            Self::Update => "update",
            Self::Delete => "delete from",
            Self::Raw => "sql",
        }
    }
}

/// How long a statement may take, waiting for a connection included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    each: Duration,
    until: Option<Instant>,
}

impl Limit {
    /// A limit of `each` from now on. A duration beyond the range of the clock means no limit.
    #[must_use]
    pub fn begin(each: Duration) -> Self {
        Self { each, until: Instant::now().checked_add(each) }
    }

    /// Returns its duration: for a stream, that of the wait for each row.
    #[must_use]
    pub fn each(self) -> Duration {
        self.each
    }

    /// Returns when it ends; `None` beyond the range of the clock.
    #[must_use]
    pub fn until(self) -> Option<Instant> {
        self.until
    }
}

/// What an executor runs.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Statement {
    /// The text and the binds.
    pub sql: Sql,
    /// What it does.
    pub operation: Operation,
    /// The table that it reads or writes; none for raw SQL.
    pub table: Option<&'static str>,
    /// Whether it is a plain read: made by the builder, without locks and without fragments of the user's SQL.
    pub plain_read: bool,
    /// Whether it gets rows by primary key.
    pub by_key: bool,
    /// Whether it reads rows and locks them: outside a transaction the locks would end with the statement. The locks of a
    /// sub-query of a write do not count.
    pub locks: bool,
    /// Whether the builder's text has SQL or functions of the user in it.
    pub fragments: bool,
    /// How long it may take, if its verb has a limit.
    pub limit: Option<Limit>,
}

impl Statement {
    /// A statement about `table` that is not a plain read.
    #[must_use]
    pub fn new(sql: Sql, operation: Operation, table: Option<&'static str>) -> Self {
        Self { sql, operation, table, plain_read: false, by_key: false, locks: false, fragments: false, limit: None }
    }
}

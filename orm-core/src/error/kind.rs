//! The kinds of errors.

/// The kind of an error; the predicates of [`Error`](super::Error) are finer.
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// if let Err(error) = User::query().count(&db).await {
///     match error.kind() {
///         ErrorKind::Connect | ErrorKind::Timeout => println!("try again later"),
///         _ => println!("{error}"),
///     }
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A verb that needs a row found none.
    NotFound,
    /// A verb that allows at most one row found more.
    MoreThanOne,
    /// An update or delete of an instance whose row has another `version`.
    Stale,
    /// The statement was refused before any I/O: it has no meaning in SQL, or would write more rows than were asked for. Or a
    /// nested insert was rolled back, because a row did not belong to its parent.
    InvalidStatement,
    /// A value could not be encoded as a bind: a NUL character in a text, a date out of range, a limit of more rows than an
    /// `i64` holds. It is bad input rather than a bug.
    Encode,
    /// A value from the server could not be decoded into the Rust type.
    Decode,
    /// The server answered with an error; [`Error::sql_state`](super::Error::sql_state) returns its code.
    Server,
    /// The statement did not run, because its prepared form was out of date: the schema has changed since, or the server no
    /// longer has it. Outside a transaction it is prepared and run again automatically; inside one, the transaction has
    /// failed and must be run again: [`Error::is_retryable`](super::Error::is_retryable).
    StatementInvalidated,
    /// A URL, an environment variable or an option that cannot be used.
    Config,
    /// No connection could be opened.
    Connect,
    /// No connection became free in time.
    PoolTimeout,
    /// The statement took longer than its limit.
    Timeout,
    /// The connection was lost, and the statement did not take effect.
    ConnectionLost,
    /// The connection was lost after a write was sent: it may have taken effect or not.
    OutcomeUnknown,
    /// `commit` was called on a transaction in which an earlier statement had failed: the server rolled it back.
    RolledBack,
    /// The handle was closed, or something that it needs no longer exists.
    Closed,
    /// The test support could not find or prepare a server.
    Testing,
    /// A migration is refused or cannot be used: a file, its history, or a plan. The message names the command that mends it.
    Migration,
}

impl ErrorKind {
    /// Returns whether the cause is about the connection to the server: it quotes no values, and is needed to fix the problem.
    pub(super) fn is_about_connecting(self) -> bool {
        match self {
            Self::Config
            | Self::Connect
            | Self::PoolTimeout
            | Self::ConnectionLost
            | Self::OutcomeUnknown
            | Self::Closed
            | Self::Testing => true,
            Self::NotFound
            | Self::MoreThanOne
            | Self::Stale
            | Self::InvalidStatement
            | Self::Encode
            | Self::Decode
            | Self::Server
            | Self::Timeout
            | Self::RolledBack
            | Self::Migration
            | Self::StatementInvalidated => false,
        }
    }
}

//! What went wrong, coarsely.

/// What went wrong, coarsely; the predicates of [`Error`](super::Error) are finer.
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
    /// A verb that wants at most one row found more.
    MoreThanOne,
    /// An update or delete of an instance whose `version` column has moved on.
    Stale,
    /// The statement was refused before any I/O: it has no meaning in SQL, or would write more than was said. Or what a graph
    /// stored was taken back, because a row did not belong to its parent.
    InvalidStatement,
    /// A value could not be encoded as a bind: a NUL character in a text, a date out of range, a limit of more rows than an
    /// `i64` counts. It is bad input rather than a bug.
    Encode,
    /// A value from the server could not be decoded into the Rust type.
    Decode,
    /// The server answered with an error; [`Error::sql_state`](super::Error::sql_state) says which.
    Server,
    /// The statement did not run, for its prepared form was out of date: the schema has changed since, or the server no
    /// longer has it. Outside of a transaction it is prepared anew and run without a word; inside of one the transaction
    /// is doomed and must be run again, which [`Error::is_retryable`](super::Error::is_retryable) says.
    StatementInvalidated,
    /// A URL, an environment variable or an option that cannot be used.
    Config,
    /// No connection could be opened.
    Connect,
    /// No connection became free in time.
    PoolTimeout,
    /// The statement took longer than its limit.
    Timeout,
    /// The connection was lost, and the statement is known not to have taken effect.
    ConnectionLost,
    /// The connection was lost after a write was sent: it may have taken effect or not.
    OutcomeUnknown,
    /// `commit` reached a transaction that an earlier error had already doomed: the server rolled it back.
    RolledBack,
    /// The handle was closed, or what it needs is gone.
    Closed,
    /// The support for tests could not find or prepare a server.
    Testing,
}

impl ErrorKind {
    /// Whether the cause is about the way to the server: it quotes no values, and without it nobody knows what to do.
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
            | Self::StatementInvalidated => false,
        }
    }
}

//! The one error type of the workspace, its kinds, and what the server reported.
//!
//! Nothing here knows sockets or pools: `orm-pg` turns the driver's errors into these.

mod kind;
mod predicate;
mod server;
mod show;
#[cfg(test)]
mod tests;

use std::{borrow::Cow, error::Error as StdError};

pub use self::{kind::ErrorKind, server::ServerError};

/// The result of all functions that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

type Cause = Box<dyn StdError + Send + Sync>;

/// Why a statement, a connection or a query failed.
///
/// One word wide. `Display` and `Debug` name the operation, the table, the SQLSTATE and the constraint, but never a
/// bind value or data of a row: those may be secrets. [`Error::detail`] and [`Error::message`] give them on request.
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// use orm_pg::prelude::*;
///
/// match User::insert(NewUser::new("ann@example.org", "Ann")).one(&db).await {
///     Ok(user) => println!("welcome, number {}", user.id),
///     Err(error) if error.violates(User::EMAIL_KEY) => println!("that address is taken"),
///     Err(error) if error.is_timeout() => println!("try again later"),
///     Err(error) => return Err(error),
/// }
/// # Ok(()) }
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    text: Cow<'static, str>,
    server: Option<ServerError>,
    statement: Option<StatementName>,
    source: Option<Cause>,
    /// Whether the text explains the cause.
    explained: bool,
    /// Whether trying again is known to help, other than by the kind or the server's answer.
    again: bool,
    /// Whether trying again is known to be pointless, other than by the kind or the server's answer.
    for_good: bool,
}

/// Which statement an error is about: `insert into users`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct StatementName {
    operation: &'static str,
    table: Option<&'static str>,
}

impl Error {
    /// Makes an error of `kind` with this text: lower case, no full stop, no bind values.
    #[must_use]
    pub fn new(kind: ErrorKind, text: impl Into<Cow<'static, str>>) -> Self {
        let (text, explained, again, for_good) = (text.into(), false, false, false);
        Self(Box::new(Inner { kind, text, server: None, statement: None, source: None, explained, again, for_good }))
    }

    /// Makes an error from the server's answer.
    #[must_use]
    pub fn from_server(server: ServerError) -> Self {
        let mut error = Self::new(ErrorKind::Server, "");
        error.0.server = Some(server);
        error
    }

    /// Adds the server's answer: the reason for an error of another kind, such as a lost connection.
    #[must_use]
    pub fn with_server(mut self, server: ServerError) -> Self {
        self.0.server = Some(server);
        self
    }

    /// Adds the cause, which [`cause`](Self::cause) then returns, and which [`source`](StdError::source) or `Display` shows.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Cause>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// As [`with_source`](Self::with_source), for a cause that the text explains in better words: `Display` does not repeat
    /// the cause.
    #[must_use]
    pub fn explaining(mut self, source: impl Into<Cause>) -> Self {
        self.0.explained = true;
        self.with_source(source)
    }

    /// Marks the error as one for which trying again is pointless: [`is_refused_for_good`](Self::is_refused_for_good).
    #[must_use]
    pub fn for_good(mut self) -> Self {
        self.0.for_good = true;
        self
    }

    /// Marks the error as one for which trying again can help: [`is_retryable`](Self::is_retryable).
    #[must_use]
    pub fn retryable(mut self) -> Self {
        self.0.again = true;
        self
    }

    /// Names the statement that failed, unless one is named already.
    #[must_use]
    pub fn in_statement(mut self, operation: &'static str, table: Option<&'static str>) -> Self {
        self.0.statement.get_or_insert(StatementName { operation, table });
        self
    }

    /// Changes the kind and keeps everything else.
    #[must_use]
    pub fn with_kind(mut self, kind: ErrorKind, text: impl Into<Cow<'static, str>>) -> Self {
        self.0.kind = kind;
        self.0.text = text.into();
        self
    }

    /// Returns the kind of the error.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let error = User::query().delete().execute(&db).await.unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::InvalidStatement); // no filter: refused before any I/O
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the SQLSTATE, five characters, if the server answered.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// if let Err(error) = sql!("SELECT 1 / 0").execute(&db).await {
    ///     assert_eq!(error.sql_state(), Some("22012"));
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn sql_state(&self) -> Option<&str> {
        self.0.server.as_ref().map(|it| it.code.as_str())
    }

    /// Returns the name of the constraint that was violated.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// if let Err(error) = User::insert(NewUser::new("ann@example.org", "Ann")).execute(&db).await {
    ///     println!("violates {}", error.constraint().unwrap_or("nothing"));
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn constraint(&self) -> Option<&str> {
        self.0.server.as_ref()?.constraint.as_deref()
    }

    /// Returns the table: the one that the server named, or else the one of the statement.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// if let Err(error) = User::get(7).one(&db).await {
    ///     assert_eq!(error.table(), Some("users"));
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn table(&self) -> Option<&str> {
        let named = self.0.server.as_ref().and_then(|it| it.table.as_deref());
        named.or_else(|| self.0.statement.as_ref().and_then(|it| it.table))
    }

    /// Returns the column that the server named.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// if let Err(error) = sql!("INSERT INTO users (email) VALUES (NULL)").execute(&db).await {
    ///     assert_eq!(error.column(), Some("email"));
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn column(&self) -> Option<&str> {
        self.0.server.as_ref()?.column.as_deref()
    }

    /// Returns which operation failed: `select`, `insert`, `update`, `delete`, …
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// if let Err(error) = User::get(7).one(&db).await {
    ///     assert_eq!(error.operation(), Some("select from"));
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn operation(&self) -> Option<&'static str> {
        self.0.statement.as_ref().map(|it| it.operation)
    }

    /// Returns the server's message. It may quote values: think before you log it.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// if let Err(error) = sql!("SELECT 1 / 0").execute(&db).await {
    ///     assert_eq!(error.message(), Some("division by zero"));
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.server.as_ref().map(|it| it.message.as_str())
    }

    /// Returns the server's detail, which often quotes values: `Key (email)=(ann@example.org) already exists.`
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// if let Err(error) = User::insert(NewUser::new("ann@example.org", "Ann")).execute(&db).await {
    ///     // For readers who may see values: `Key (email)=(ann@example.org) already exists.`
    ///     println!("{}", error.detail().unwrap_or_default());
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.0.server.as_ref()?.detail.as_deref()
    }

    /// Returns the server's hint.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// if let Err(error) = sql!("SELECT no_such_function(1)").execute(&db).await {
    ///     println!("{}", error.hint().unwrap_or_default());
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.0.server.as_ref()?.hint.as_deref()
    }

    /// Returns everything that the server reported.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// if let Err(error) = sql!("SELEC 1").execute(&db).await {
    ///     println!("{:?}", error.server().and_then(|it| it.position));
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn server(&self) -> Option<&ServerError> {
        self.0.server.as_ref()
    }

    /// Returns the cause of this error, to inspect it by its type.
    ///
    /// Of kinds about connecting (`Config`, `Connect`, `PoolTimeout`, `ConnectionLost`, `OutcomeUnknown`, `Closed`,
    /// `Testing`) `Display` shows the causes, so [`source`](StdError::source) does not return them: code that prints a chain
    /// of errors shows each text once. For other kinds this is what `source` returns, and it may quote values.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// if let Err(error) = User::query().count(&db).await {
    ///     let behind = error.cause().and_then(|it| it.downcast_ref::<orm_pg::Error>());
    ///     if behind.is_some_and(|it| it.sql_state() == Some("53300")) {
    ///         println!("the pool waits for a server that accepts no more connections");
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn cause(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|it| it as &(dyn StdError + 'static))
    }
}

impl StdError for Error {
    /// The cause, unless `Display` shows it already; [`Error::cause`] returns it in any case.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        if self.tells_causes() { None } else { self.cause() }
    }
}

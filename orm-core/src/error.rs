//! The one error type of the workspace, its kinds, and what the server reported.
//!
//! Nothing here knows sockets or pools: `orm-pg` turns the driver's errors into these.

mod kind;
mod server;
mod show;
#[cfg(test)]
mod tests;

use std::{borrow::Cow, error::Error as StdError};

pub use self::{kind::ErrorKind, server::ServerError};
use crate::schema::Constraint;

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

    /// Returns whether this is the violation of `constraint`: `e.violates(User::EMAIL_KEY)`.
    ///
    /// The name, the table and the schema, if the model names one, must all match, because names of constraints are
    /// unique only within a table. A violation in a partition of the table counts if the constraint has the same name
    /// there, as checks and foreign keys have, and the statement named the table itself; the unique indexes of partitions
    /// have separate names, which [`constraint`](Self::constraint) returns. The constraint of a domain is not a table's
    /// constraint.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// match User::insert(NewUser::new("ann@example.org", "Ann")).one(&db).await {
    ///     Err(error) if error.violates(User::EMAIL_KEY) => println!("the address is taken"),
    ///     other => println!("welcome, {}", other?.name),
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn violates(&self, constraint: Constraint) -> bool {
        let named = self.0.statement.as_ref().and_then(|it| it.table);
        self.0.server.as_ref().is_some_and(|it| it.violates(constraint, named))
    }

    /// Returns whether a row was required and none was found.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// match User::get(7).one(&db).await {
    ///     Err(error) if error.is_not_found() => println!("there is no number 7"),
    ///     other => println!("{}", other?.name),
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.0.kind == ErrorKind::NotFound
    }

    /// Returns whether at most one row was allowed and more were found.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// match User::query().filter(|u| u.name.eq("Ann")).one(&db).await {
    ///     Err(error) if error.is_more_than_one() => println!("several users have that name"),
    ///     other => println!("{}", other?.email),
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn is_more_than_one(&self) -> bool {
        self.0.kind == ErrorKind::MoreThanOne
    }

    /// Returns whether a unique or primary key constraint was violated (23505).
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let added = User::insert(NewUser::new("ann@example.org", "Ann")).execute(&db).await;
    /// let taken = added.is_err_and(|it| it.is_unique_violation());
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn is_unique_violation(&self) -> bool {
        self.is_state("23505")
    }

    /// Returns whether a foreign key constraint was violated (23503).
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let added = Post::insert(NewPost::new(-1, "By nobody")).execute(&db).await;
    /// assert!(added.is_err_and(|it| it.is_foreign_key_violation()));
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn is_foreign_key_violation(&self) -> bool {
        self.is_state("23503")
    }

    /// Returns whether a check constraint was violated (23514).
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let result = Account::get(1).one(&db).await?.update(|a| a.balance.set(-1)).execute(&db).await;
    /// let too_poor = result.is_err_and(|it| it.is_check_violation());
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn is_check_violation(&self) -> bool {
        self.is_state("23514")
    }

    /// Returns whether a NULL was written to a column that does not allow it (23502).
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let result = sql!("INSERT INTO users (email) VALUES (NULL)").execute(&db).await;
    /// assert!(result.is_err_and(|it| it.is_not_null_violation()));
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn is_not_null_violation(&self) -> bool {
        self.is_state("23502")
    }

    /// Returns whether the row had another `version` than the instance, or no longer existed.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let account = Account::get(1).one(&db).await?; // has a `version` column
    /// match account.update(|a| a.balance.set(10)).one(&db).await {
    ///     Err(error) if error.is_stale() => println!("another task changed it: read it again"),
    ///     other => println!("version {}", other?.version),
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.0.kind == ErrorKind::Stale
    }

    /// Returns whether running the same transaction again may succeed and cannot do its work twice: serialization failures
    /// (40001), deadlocks (40P01), statements that were prepared before a change of the schema, connections that could not
    /// be opened or were not free in time, and connections that were lost before anything took effect. Not if a task waited
    /// for a connection while it held one itself.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let mut tries = 0;
    /// let count = loop {
    ///     match User::query().count(&db).await {
    ///         Err(error) if error.is_retryable() && tries < 3 => tries += 1,
    ///         other => break other?,
    ///     }
    /// };
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.0.again
            || match self.0.kind {
                ErrorKind::Server | ErrorKind::RolledBack => self.is_state("40001") || self.is_state("40P01"),
                ErrorKind::StatementInvalidated | ErrorKind::ConnectionLost => true,
                // A task that waits for a connection that it holds itself would wait again.
                ErrorKind::PoolTimeout => !self.0.for_good,
                ErrorKind::Connect => !self.is_refused_for_good(),
                _ => false,
            }
    }

    /// Returns whether a time limit ran out: waiting for a connection, or for a statement (also the server's 57014).
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// match User::query().all(&db).await {
    ///     Err(error) if error.is_timeout() => println!("try again later"),
    ///     other => println!("{} users", other?.len()),
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self.0.kind, ErrorKind::PoolTimeout | ErrorKind::Timeout) || self.is_state("57014")
    }

    /// Returns whether a write may or may not have taken effect, because its answer was lost.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// if let Err(error) = User::insert(NewUser::new("ann@example.org", "Ann")).execute(&db).await {
    ///     if error.is_outcome_unknown() {
    ///         println!("it may be stored or not: check before trying again");
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn is_outcome_unknown(&self) -> bool {
        self.0.kind == ErrorKind::OutcomeUnknown
    }

    /// Returns whether trying to connect again is pointless: wrong credentials, no such database, an invalid certificate.
    ///
    /// ```
    /// # use blog::*; async fn run() -> Result<()> {
    /// if let Err(error) = Database::connect("postgres://localhost/no_such_database").await {
    ///     assert!(error.is_refused_for_good());
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn is_refused_for_good(&self) -> bool {
        self.0.kind == ErrorKind::Config
            || self.0.for_good
            || self.sql_state().is_some_and(|code| code.starts_with("28") || code == "3D000" || code == "42501")
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

    fn is_state(&self, code: &str) -> bool {
        self.sql_state() == Some(code)
    }
}

impl StdError for Error {
    /// The cause, unless `Display` shows it already; [`Error::cause`] returns it in any case.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        if self.tells_causes() { None } else { self.cause() }
    }
}

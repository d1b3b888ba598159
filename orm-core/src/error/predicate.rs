//! The predicates of errors: what an application decides by.

use super::{Error, ErrorKind};
use crate::schema::Constraint;

impl Error {
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

    fn is_state(&self, code: &str) -> bool {
        self.sql_state() == Some(code)
    }
}

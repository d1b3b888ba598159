//! How a transaction is to be run.

use std::time::Duration;

use orm_core::executor::Consistency;

/// How well a transaction is shielded from others; PostgreSQL's words.
///
/// ```
/// # use blog::*;
/// let options = TransactionOptions::new().isolation(Isolation::RepeatableRead);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Isolation {
    /// Each statement sees what was committed before it began.
    ReadCommitted,
    /// All statements see what was committed before the first began.
    RepeatableRead,
    /// As if the transactions ran one after the other. Retry those that fail with 40001.
    Serializable,
}

/// What a transaction may do, and how often it is tried; the default is the server's.
///
/// ```
/// # use blog::*;
/// let options = TransactionOptions::serializable().read_only().deferrable();
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[must_use]
pub struct TransactionOptions {
    isolation: Option<Isolation>,
    read_only: bool,
    deferrable: bool,
    retries: u32,
    timeout: Option<Duration>,
}

impl TransactionOptions {
    /// What the server is set to.
    ///
    /// ```
    /// # use blog::*;
    /// let options = TransactionOptions::new(); // as the server's settings say
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// With [`Isolation::Serializable`].
    ///
    /// ```
    /// # use blog::*;
    /// let options = TransactionOptions::serializable().retry(5);
    /// ```
    pub fn serializable() -> Self {
        Self::new().isolation(Isolation::Serializable)
    }

    /// With [`Isolation::RepeatableRead`].
    ///
    /// ```
    /// # use blog::*;
    /// let options = TransactionOptions::repeatable_read().read_only();
    /// ```
    pub fn repeatable_read() -> Self {
        Self::new().isolation(Isolation::RepeatableRead)
    }

    /// With [`Isolation::ReadCommitted`].
    ///
    /// ```
    /// # use blog::*;
    /// let options = TransactionOptions::read_committed();
    /// ```
    pub fn read_committed() -> Self {
        Self::new().isolation(Isolation::ReadCommitted)
    }

    /// Sets the isolation.
    ///
    /// ```
    /// # use blog::*;
    /// let options = TransactionOptions::new().isolation(Isolation::Serializable);
    /// ```
    pub fn isolation(mut self, isolation: Isolation) -> Self {
        self.isolation = Some(isolation);
        self
    }

    /// Refuses writes (25006).
    ///
    /// ```
    /// # use blog::*;
    /// let options = TransactionOptions::new().read_only();
    /// ```
    pub fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// Waits at the start until no conflict is possible; only for serializable, read-only transactions.
    ///
    /// ```
    /// # use blog::*;
    /// let options = TransactionOptions::serializable().read_only().deferrable();
    /// ```
    pub fn deferrable(mut self) -> Self {
        self.deferrable = true;
        self
    }

    /// Runs the closure again, up to `times` times, after a serialization failure (40001) or a deadlock (40P01), also
    /// at COMMIT, and after a statement whose prepared form a change of the schema has made useless
    /// ([`StatementInvalidated`](crate::ErrorKind::StatementInvalidated)). Each time the pause before grows.
    ///
    /// Whatever error the closure then returns, that counts as its reason, unless the closure rolled back to a
    /// savepoint and ran a statement after it that succeeded.
    ///
    /// ```
    /// # use blog::*;
    /// let options = TransactionOptions::serializable().retry(5);
    /// ```
    pub fn retry(mut self, times: u32) -> Self {
        self.retries = times;
        self
    }

    /// Limits how long each statement of the transaction may take that says nothing itself, `BEGIN` and `COMMIT` as well.
    /// Without it the handle's limit holds.
    ///
    /// ```
    /// # use blog::*;
    /// use std::time::Duration;
    /// let options = TransactionOptions::new().timeout(Duration::from_secs(2));
    /// ```
    pub fn timeout(mut self, each_statement: Duration) -> Self {
        self.timeout = Some(each_statement);
        self
    }

    /// For statements of one verb that hold together, in a transaction of their own.
    pub(crate) fn together(how: Consistency) -> Self {
        match how {
            Consistency::OneSnapshot => Self::repeatable_read().read_only(),
            Consistency::AllOrNone => Self::new(),
        }
    }

    pub(crate) fn each_statement(self) -> Option<Duration> {
        self.timeout
    }

    /// The isolation, where it is not left to the server's settings.
    pub(super) fn known_isolation(self) -> Option<Isolation> {
        self.isolation
    }

    pub(super) fn reads_only(self) -> bool {
        self.read_only
    }

    pub(crate) fn retries(self) -> u32 {
        self.retries
    }

    /// The command that begins such a transaction.
    pub(super) fn begin(self) -> String {
        let mut text = String::from("BEGIN");
        text.push_str(match self.isolation {
            None => "",
            Some(Isolation::ReadCommitted) => " ISOLATION LEVEL READ COMMITTED",
            Some(Isolation::RepeatableRead) => " ISOLATION LEVEL REPEATABLE READ",
            Some(Isolation::Serializable) => " ISOLATION LEVEL SERIALIZABLE",
        });
        if self.read_only {
            text.push_str(" READ ONLY");
        }
        if self.deferrable {
            text.push_str(" DEFERRABLE");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_become_a_command() {
        assert_eq!(TransactionOptions::new().begin(), "BEGIN");
        let all = TransactionOptions::serializable().read_only().deferrable();
        assert_eq!(all.begin(), "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE");
        assert_eq!(TransactionOptions::repeatable_read().begin(), "BEGIN ISOLATION LEVEL REPEATABLE READ");
    }
}

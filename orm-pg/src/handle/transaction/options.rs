//! [`TransactionOptions`]: how a transaction is run.

use std::time::Duration;

use orm_core::executor::Consistency;

/// The isolation level of a transaction, as PostgreSQL defines it.
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
    /// As if the transactions ran one after the other. Transactions that fail with 40001 should be retried.
    Serializable,
}

/// The options of a transaction. The default is the server's.
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
    /// The server's settings.
    ///
    /// ```
    /// # use blog::*;
    /// let options = TransactionOptions::new(); // as the server's settings say
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// [`Isolation::Serializable`].
    ///
    /// ```
    /// # use blog::*;
    /// let options = TransactionOptions::serializable().retry(5);
    /// ```
    pub fn serializable() -> Self {
        Self::new().isolation(Isolation::Serializable)
    }

    /// [`Isolation::RepeatableRead`].
    ///
    /// ```
    /// # use blog::*;
    /// let options = TransactionOptions::repeatable_read().read_only();
    /// ```
    pub fn repeatable_read() -> Self {
        Self::new().isolation(Isolation::RepeatableRead)
    }

    /// [`Isolation::ReadCommitted`].
    ///
    /// ```
    /// # use blog::*;
    /// let options = TransactionOptions::read_committed();
    /// ```
    pub fn read_committed() -> Self {
        Self::new().isolation(Isolation::ReadCommitted)
    }

    /// Sets the isolation level.
    ///
    /// ```
    /// # use blog::*;
    /// let options = TransactionOptions::new().isolation(Isolation::Serializable);
    /// ```
    pub fn isolation(mut self, isolation: Isolation) -> Self {
        self.isolation = Some(isolation);
        self
    }

    /// `READ ONLY`: the server refuses writes (25006).
    ///
    /// ```
    /// # use blog::*;
    /// let options = TransactionOptions::new().read_only();
    /// ```
    pub fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// `DEFERRABLE`: waits at the start until no conflict is possible. Only for serializable, read-only transactions.
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
    /// at COMMIT, and after a statement that a change of the schema has invalidated
    /// ([`StatementInvalidated`](crate::ErrorKind::StatementInvalidated)). The pause before each retry grows.
    ///
    /// It is retried whatever error the closure then returns, unless the closure rolled back to a savepoint and ran a
    /// statement after it that succeeded.
    ///
    /// ```
    /// # use blog::*;
    /// let options = TransactionOptions::serializable().retry(5);
    /// ```
    pub fn retry(mut self, times: u32) -> Self {
        self.retries = times;
        self
    }

    /// Limits how long each statement of the transaction without its own limit may take, including `BEGIN` and
    /// `COMMIT`. The default is the limit of the handle.
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

    /// The options of a transaction that is begun for the statements of one verb.
    pub(crate) fn together(how: Consistency) -> Self {
        match how {
            Consistency::OneSnapshot => Self::repeatable_read().read_only(),
            Consistency::AllOrNone => Self::new(),
        }
    }

    pub(crate) fn each_statement(self) -> Option<Duration> {
        self.timeout
    }

    /// The isolation level, unless it is left to the server's settings.
    pub(super) fn known_isolation(self) -> Option<Isolation> {
        self.isolation
    }

    pub(super) fn reads_only(self) -> bool {
        self.read_only
    }

    pub(crate) fn retries(self) -> u32 {
        self.retries
    }

    /// The command that begins the transaction: `BEGIN ISOLATION LEVEL … READ ONLY DEFERRABLE`.
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

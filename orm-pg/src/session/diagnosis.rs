//! What an error of the driver says about the connection, its transaction and the statement.

use orm_core::error::{Error, ErrorKind};
use tokio_postgres::error::SqlState;

use super::Session;
use crate::{
    error::{
        Cause, Failure, cause_of, from_driver, in_statement_mode, lost, not_prepared, server_error,
        staleness::invalidated, through_a_pooler,
    },
    session::{
        invalidation,
        write_access::{self, Refused},
    },
};

/// How often other tasks are let run before an error is reported that only follows from another one.
const TURNS: u32 = 3;

impl Session {
    /// The failure of a statement that was not sent, because the connection is gone.
    pub(crate) fn unsent(&self) -> Failure {
        Failure { error: self.driver_state.error(), cause: Cause::Unsent }
    }

    /// Returns the failure of a statement that was sent, with the reason if the connection was lost.
    pub(crate) async fn failed(&self, error: tokio_postgres::Error) -> Failure {
        let_first(&error).await;
        let failure = self.noticed(error);
        match failure.cause {
            Cause::Lost => Failure { error: self.driver_state.explain(failure.error).await, ..failure },
            _ => failure,
        }
    }

    /// As [`failed`](Self::failed), without waiting for the reason.
    pub(crate) fn failed_now(&self, error: tokio_postgres::Error) -> Failure {
        let failure = self.noticed(error);
        Failure { error: self.driver_state.explain_now(failure.error), ..failure }
    }

    fn noticed(&self, error: tokio_postgres::Error) -> Failure {
        let cause = cause_of(&error);
        if cause == Cause::Lost {
            self.set_broken(true);
            if let Some(words) = error.as_db_error() {
                self.driver_state.record_fatal(words);
            }
        }
        let error = match in_statement_mode(from_driver(error)) {
            Ok(error) => {
                // PgBouncer closes the connection after this error.
                self.set_broken(true);
                return Failure { error, cause: Cause::Server };
            }
            Err(error) => error,
        };
        let mut failure = Failure { error, cause };
        if cause == Cause::Server {
            failure = self.answered(failure);
        }
        failure
    }

    /// Notes what a server error says about the connection and the transaction.
    fn answered(&self, failure: Failure) -> Failure {
        let refused = self.writes.refused(&failure.error);
        // Codes of a server that shuts down. It may send them as the answer to a statement too.
        let ending = failure.error.sql_state().is_some_and(|it| it.starts_with("57P0"));
        if ending || matches!(refused, Some(Refused::ByRole | Refused::SinceOpened)) {
            self.set_broken(true);
        }
        let failure = match refused {
            Some(Refused::SinceOpened) => {
                Failure { error: write_access::demoted(failure.error), cause: Cause::Demoted }
            }
            Some(Refused::AsAsked | Refused::ByRole) | None => failure,
        };
        if failure.error.is_retryable() {
            self.note_conflict();
        }
        failure
    }

    /// The failure of a statement that could not be prepared, and so was not sent.
    pub(crate) async fn not_prepared(&self, error: &tokio_postgres::Error) -> Failure {
        let_first(error).await;
        let cause = cause_of(error);
        match (cause, error.as_db_error()) {
            // A type was dropped while the driver looked it up.
            (Cause::Lost, None) if error.to_string().starts_with("unexpected message") => {
                self.note_conflict();
                Failure { error: invalidated(Error::new(ErrorKind::Server, "")), cause: Cause::Stale }
            }
            (Cause::Lost, words) => {
                self.set_broken(true);
                if let Some(words) = words {
                    self.driver_state.record_fatal(words);
                }
                Failure { error: self.driver_state.explain(lost()).await, cause: Cause::Unsent }
            }
            (cause, Some(server)) => {
                let error = Error::from_server(server_error(server));
                if error.is_retryable() {
                    self.note_conflict();
                }
                match error.sql_state() {
                    // Only the statements with which the driver looks types up can be missing here. It never prepares
                    // them again.
                    Some("26000") if invalidation::is_behind_a_pooler(self) => {
                        self.set_broken(true);
                        Failure { error: through_a_pooler(error), cause: Cause::Server }
                    }
                    Some("26000") => {
                        self.set_broken(true);
                        self.note_conflict();
                        Failure { error: invalidated(error), cause: Cause::Unsent }
                    }
                    _ => invalidation::judge_unkept(self, Failure { error: not_prepared(error), cause }),
                }
            }
            (_, None) => Failure::refused(Error::new(ErrorKind::InvalidStatement, "the statement cannot be sent")),
        }
    }
}

/// Lets other tasks run first if `error` only follows from an earlier one. The statement that aborted the transaction
/// may be awaited together with this one, and knows the reason; a caller who waits for both drops the other at the
/// first error.
async fn let_first(error: &tokio_postgres::Error) {
    if error.code() == Some(&SqlState::IN_FAILED_SQL_TRANSACTION) {
        for _ in 0..TURNS {
            tokio::task::yield_now().await;
        }
    }
}

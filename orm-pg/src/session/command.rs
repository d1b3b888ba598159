//! Runs SQL without binds and rows: the commands of transactions, and those that set a connection up.

use std::{pin::pin, sync::Arc};

use futures_util::FutureExt;
use tokio_postgres::Client;

use super::{
    AwaitedAnswer, Session,
    all_or_none::{ABORT, Abort},
    deadline,
};
use crate::{error::Failure, raw};

impl Session {
    /// Runs SQL without binds and rows. One round trip.
    pub(crate) async fn command(self: &Arc<Self>, sql: &str) -> Result<(), Failure> {
        deadline::within(self, self.limit(None), pin!(self.command_without_limit(sql))).await
    }

    /// As [`command`](Self::command), without a limit of time. The first poll sends the bytes, even outside of a
    /// runtime.
    pub(crate) async fn command_without_limit(self: &Arc<Self>, sql: &str) -> Result<(), Failure> {
        if self.is_dead() {
            return Err(self.unsent());
        }
        let answer = AwaitedAnswer::new(self);
        let result = self.client().batch_execute(sql).await;
        answer.done();
        match result {
            Ok(()) => Ok(()),
            Err(error) => Err(self.failed(error).await),
        }
    }

    /// Runs SQL that may contain secrets, in one round trip per statement. The driver logs the text of statements that
    /// are prepared or sent by the simple protocol, but not of these.
    pub(crate) async fn run_unlogged(&self, sql: &str) -> Result<(), tokio_postgres::Error> {
        for statement in raw::statements(sql) {
            let _ = self.client().execute_typed(statement, &[]).await?;
        }
        Ok(())
    }

    /// Sends a command without waiting for its answer. It runs before all statements that are sent later.
    pub(crate) fn send_unwaited(self: &Arc<Self>, command: &str) {
        // The driver takes the bytes at the first poll.
        drop(self.command_without_limit(command).now_or_never());
        self.sent_unwaited();
    }
}

impl Abort for Arc<Session> {
    fn abort(&self) {
        self.send_unwaited(ABORT);
    }
}

impl Abort for Client {
    fn abort(&self) {
        // The first poll sends it. Nobody waits for the error.
        drop(self.batch_execute(ABORT).now_or_never());
    }
}

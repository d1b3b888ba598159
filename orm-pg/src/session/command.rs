//! SQL without binds and rows: the commands of transactions and of setting a connection up.

use std::{pin::pin, sync::Arc};

use futures_util::FutureExt;
use tokio_postgres::Client;

use super::{
    Session, Waiting,
    all_or_none::{ABORT, Abort},
    deadline,
};
use crate::{error::Failure, raw};

impl Session {
    /// Runs SQL without binds and without rows: one round trip.
    pub(crate) async fn command(self: &Arc<Self>, sql: &str) -> Result<(), Failure> {
        deadline::within(self, self.limit(None), pin!(self.command_without_limit(sql))).await
    }

    /// As [`command`](Self::command), for as long as it takes. Its first poll sends the bytes, outside of a runtime too.
    pub(crate) async fn command_without_limit(self: &Arc<Self>, sql: &str) -> Result<(), Failure> {
        if self.is_dead() {
            return Err(self.unsent());
        }
        let waiting = Waiting::new(self);
        let result = self.client().batch_execute(sql).await;
        waiting.done();
        match result {
            Ok(()) => Ok(()),
            Err(error) => Err(self.failed(error).await),
        }
    }

    /// Runs SQL that may hold secrets, one round trip a statement. The driver logs the text of whatever is prepared or sent by
    /// the simple protocol, and not of this.
    pub(crate) async fn run_unlogged(&self, sql: &str) -> Result<(), tokio_postgres::Error> {
        for statement in raw::statements(sql) {
            let _ = self.client().execute_typed(statement, &[]).await?;
        }
        Ok(())
    }

    /// Puts a command on its way without waiting for the answer: it runs before whatever is sent later.
    pub(crate) fn send_unwaited(self: &Arc<Self>, command: &str) {
        // The driver takes the bytes the first time that the future is polled.
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
        // The first poll sends it, and nobody waits for the error.
        drop(self.batch_execute(ABORT).now_or_never());
    }
}

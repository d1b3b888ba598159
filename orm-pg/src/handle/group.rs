//! Statements of one verb that hold together: in a transaction of their own, or inside of one that goes on after them.

mod own;

use std::{
    future::Future,
    sync::atomic::{AtomicBool, Ordering},
};

use orm_core::{
    error::{Error, ErrorKind, Result},
    executor::{BoxRowStream, Commit, Consistency, Executor},
    row::{Decoder, Matching, Row, RowSink},
    statement::{Operation, Sql, Statement},
};

pub(crate) use self::own::Own;
use crate::{
    error::{Cause, Failure, Scope},
    session::run::Discard,
};

/// Says that each statement of a transaction sees another moment.
pub(crate) fn no_snapshot() -> Error {
    let text = "`consistent()` in a read committed transaction, each of whose statements sees another moment: begin it \
                with `TransactionOptions::repeatable_read()`";
    Error::new(ErrorKind::InvalidStatement, text)
}

/// Asks the server whether all statements of the transaction see one snapshot; it is an error if not. One round trip.
pub(crate) async fn ask_snapshot(tx: &impl Executor) -> Result<()> {
    let sql = Sql { text: "SELECT current_setting('transaction_isolation')".to_owned(), binds: vec![] };
    let mut isolation = LastText { decoder: Decoder::new(Matching::Position), text: String::new() };
    tx.fetch(&Statement::new(sql, Operation::Select, None), &mut isolation).await?;
    match isolation.text.as_str() {
        "repeatable read" | "serializable" => Ok(()),
        _ => Err(no_snapshot()),
    }
}

struct LastText {
    decoder: Decoder<(String,)>,
    text: String,
}

impl RowSink for LastText {
    fn row(&mut self, row: &dyn Row) -> Result<()> {
        (self.text,) = self.decoder.decode(row)?;
        Ok(())
    }

    fn restart(&mut self) {
        *self = Self { decoder: Decoder::new(Matching::Position), text: String::new() };
    }
}

/// A transaction of the user's, in which the statements of one verb can run.
pub(crate) trait Host: Executor {
    /// Runs one statement.
    fn run(&self, statement: &Statement, rows: &mut dyn RowSink) -> impl Future<Output = Result<u64, Failure>> + Send;

    /// Leaves the transaction unable to commit.
    fn spoil(&self);
}

/// The statements of one verb in a transaction of the user's.
pub(crate) struct Inside<'t, H: Host> {
    host: &'t H,
    writes: bool,
    /// Whether some of what was to be written may be there, and not all.
    half: AtomicBool,
}

impl<'t, H: Host> Inside<'t, H> {
    pub(crate) fn new(host: &'t H, how: Consistency) -> Self {
        Self { host, writes: how == Consistency::AllOrNone, half: AtomicBool::new(false) }
    }

    async fn run(&self, statement: &Statement, rows: &mut dyn RowSink) -> Result<u64> {
        let first = !self.half.swap(self.writes, Ordering::AcqRel);
        self.host.run(statement, rows).await.map_err(|failure| {
            // An error of the server has doomed the transaction already; of a first statement that was refused, nothing
            // has run.
            let half = match failure.cause {
                Cause::Refused => !first,
                Cause::Rows => true,
                Cause::Unsent | Cause::Stale | Cause::Lost | Cause::Demoted | Cause::Server | Cause::Late => false,
            };
            self.half.store(half && self.writes, Ordering::Release);
            failure.tell(statement, Scope::Transaction)
        })
    }
}

#[diagnostic::do_not_recommend]
impl<H: Host> Executor for Inside<'_, H> {
    async fn fetch(&self, statement: &Statement, rows: &mut dyn RowSink) -> Result<()> {
        self.run(statement, rows).await.map(drop)
    }

    async fn execute(&self, statement: &Statement) -> Result<u64> {
        self.run(statement, &mut Discard).await
    }

    async fn batch(&self, statements: &[Statement], rows: &mut dyn RowSink) -> Result<u64> {
        // A batch that ends half way is looked after there.
        let count = self.host.batch(statements, rows).await?;
        self.half.store(self.writes, Ordering::Release);
        Ok(count)
    }

    async fn stream(&self, statement: Statement) -> Result<BoxRowStream<'_>> {
        self.host.stream(statement).await
    }
}

impl<H: Host> Commit for Inside<'_, H> {
    async fn commit(self) -> Result<()> {
        self.half.store(false, Ordering::Release);
        Ok(())
    }
}

impl<H: Host> Drop for Inside<'_, H> {
    fn drop(&mut self) {
        if self.half.load(Ordering::Acquire) {
            self.host.spoil();
        }
    }
}

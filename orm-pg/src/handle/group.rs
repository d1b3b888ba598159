//! Runs the statements of one verb together: in a transaction that is begun for them, or inside of one that continues
//! after them.

mod own_transaction;

use std::future::Future;

use orm_core::{
    error::{Error, ErrorKind, Result},
    executor::{BoxRowStream, Commit, Consistency, Executor},
    row::{Decoder, Matching, Row, RowSink},
    statement::{Operation, Sql, Statement},
};

pub(crate) use self::own_transaction::OwnTransaction;
use crate::{
    error::{Failure, Scope},
    session::{
        all_or_none::{Abort, AllOrNone},
        run::Discard,
    },
};

/// The error for a transaction each of whose statements sees another snapshot.
pub(crate) fn no_snapshot() -> Error {
    let text = "`consistent()` does not work in a read committed transaction, in which each statement sees another \
                snapshot: begin it with `TransactionOptions::repeatable_read()`";
    Error::new(ErrorKind::InvalidStatement, text)
}

/// Returns an error unless all statements of the transaction see one snapshot, which the server is asked. One round
/// trip.
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

/// A transaction of the user in which the statements of one verb can run.
pub(crate) trait HostTransaction: Executor + Abort {
    /// Runs one statement.
    fn run(&self, statement: &Statement, rows: &mut dyn RowSink) -> impl Future<Output = Result<u64, Failure>> + Send;
}

/// The statements of one verb in a transaction of the user.
pub(crate) struct InHostTransaction<'t, H: HostTransaction> {
    host: &'t H,
    together: AllOrNone<'t, H>,
}

impl<'t, H: HostTransaction> InHostTransaction<'t, H> {
    pub(crate) fn new(host: &'t H, how: Consistency) -> Self {
        Self { host, together: AllOrNone::new(host, how == Consistency::AllOrNone) }
    }

    async fn run(&self, statement: &Statement, rows: &mut dyn RowSink) -> Result<u64> {
        let first = self.together.begin();
        self.host.run(statement, rows).await.map_err(|failure| {
            self.together.failed(failure.cause, first);
            failure.into_error(statement, Scope::Transaction)
        })
    }
}

#[diagnostic::do_not_recommend]
impl<H: HostTransaction> Executor for InHostTransaction<'_, H> {
    async fn fetch(&self, statement: &Statement, rows: &mut dyn RowSink) -> Result<()> {
        self.run(statement, rows).await.map(drop)
    }

    async fn execute(&self, statement: &Statement) -> Result<u64> {
        self.run(statement, &mut Discard).await
    }

    async fn batch(&self, statements: &[Statement], rows: &mut dyn RowSink) -> Result<u64> {
        // The host itself aborts the transaction if a batch ends half way.
        let count = self.host.batch(statements, rows).await?;
        self.together.ran();
        Ok(count)
    }

    async fn stream(&self, statement: Statement) -> Result<BoxRowStream<'_>> {
        self.host.stream(statement).await
    }
}

impl<H: HostTransaction> Commit for InHostTransaction<'_, H> {
    async fn commit(self) -> Result<()> {
        self.together.complete();
        Ok(())
    }
}

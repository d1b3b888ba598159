//! Queries whose rows are JSON objects.

use orm_core::{
    error::Result,
    executor::Executor,
    row::{Decoder, Matching, Row, RowSink},
    statement::{Operation, Sql, Statement},
    value::{Bind, Json},
};
use serde::{Serialize, de::DeserializeOwned};

/// Runs a query whose rows are JSON objects.
pub(super) async fn rows<T: Serialize + DeserializeOwned + Send + Sync + 'static>(
    tx: &impl Executor,
    text: &str,
) -> Result<Vec<T>> {
    rows_with(tx, text, Vec::new()).await
}

/// Runs a query with binds, whose rows are JSON objects.
pub(super) async fn rows_with<T: Serialize + DeserializeOwned + Send + Sync + 'static>(
    tx: &impl Executor,
    text: &str,
    binds: Vec<Bind>,
) -> Result<Vec<T>> {
    // Not raw: nothing here outlives the transaction, so the connection needs no reset.
    rows_of(tx, &Statement::new(Sql { text: text.to_owned(), binds }, Operation::Select, None)).await
}

/// Runs a statement whose rows are JSON values.
pub(super) async fn rows_of<T: Serialize + DeserializeOwned + Send + Sync + 'static>(
    tx: &impl Executor,
    statement: &Statement,
) -> Result<Vec<T>> {
    let mut objects = Objects { decoder: Decoder::new(Matching::Position), objects: Vec::new() };
    tx.fetch(statement, &mut objects).await?;
    Ok(objects.objects)
}

struct Objects<T: Serialize + DeserializeOwned + Send + Sync + 'static> {
    decoder: Decoder<(Json<T>,)>,
    objects: Vec<T>,
}

impl<T: Serialize + DeserializeOwned + Send + Sync + 'static> RowSink for Objects<T> {
    fn row(&mut self, row: &dyn Row) -> Result<()> {
        let (Json(object),) = self.decoder.decode(row)?;
        self.objects.push(object);
        Ok(())
    }

    fn restart(&mut self) {
        self.objects.clear();
    }
}

//! What is new: orders, as a model of orm-pg, and the places where both kinds of code meet in one transaction.

use bb8_postgres::tokio_postgres::Client;
use orm_pg::prelude::*;

use crate::stock;

/// What goes wrong, on either side.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// An order.
#[derive(Debug, Clone, Model)]
#[orm(table = "adopt_orders")]
pub struct Order {
    /// Counted up by the database.
    #[orm(key, identity)]
    pub id: i64,
    /// What is ordered.
    pub item: String,
    /// How many of it.
    pub count: i32,
}

/// Takes pieces out of the stock and notes the order: both, or neither. The transaction is the driver's.
///
/// # Errors
/// What the server answers, as when there is not enough.
pub async fn place(client: &mut Client, item: &str, count: i32) -> Result<Order, Failure> {
    let tx = client.transaction().await?;
    stock::take(&tx, item, count).await?;
    let order = Order::insert(NewOrder::new(item, count)).one(&orm_pg::adopt(&tx)).await?;
    tx.commit().await?;
    Ok(order)
}

/// Undoes an order: the other way round, SQL by hand in a transaction of ours.
///
/// # Errors
/// [`ErrorKind::NotFound`] when there is no such order, or what the server answers.
pub async fn cancel(db: &Database, id: i64) -> Result<(), Failure> {
    db.transaction(async |tx| {
        let order = Order::get(id).for_update().one(tx).await?;
        stock::take(tx.client(), &order.item, -order.count).await?;
        order.delete().execute(tx).await?;
        Ok(())
    })
    .await
}

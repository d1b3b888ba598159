//! The new part: orders, as an orm-pg model, and functions in which old and new code share one transaction.

use bb8_postgres::tokio_postgres::Client;
use orm_pg::prelude::*;

use crate::stock;

/// An error from either side.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// An order.
#[derive(Debug, Clone, Model)]
#[orm(table = "adopt_orders")]
pub struct Order {
    /// Assigned by the database.
    #[orm(key, identity)]
    pub id: i64,
    /// The ordered item.
    pub item: String,
    /// The ordered quantity.
    pub count: i32,
}

/// Takes items from the stock and stores the order: both, or neither. The driver has begun the transaction.
///
/// # Errors
/// Any error from the server, such as a stock that is too small.
pub async fn place(client: &mut Client, item: &str, count: i32) -> Result<Order, Failure> {
    let tx = client.transaction().await?;
    stock::take(&tx, item, count).await?;
    let order = Order::insert(NewOrder::new(item, count)).one(&orm_pg::adopt(&tx)).await?;
    tx.commit().await?;
    Ok(order)
}

/// Undoes an order. Here orm-pg begins the transaction, and the hand-written SQL runs in it.
///
/// # Errors
/// [`ErrorKind::NotFound`] when there is no such order, or any error from the server.
pub async fn cancel(db: &Database, id: i64) -> Result<(), Failure> {
    db.transaction(async |tx| {
        let order = Order::get(id).for_update().one(tx).await?;
        stock::take(tx.client(), &order.item, -order.count).await?;
        order.delete().execute(tx).await?;
        Ok(())
    })
    .await
}

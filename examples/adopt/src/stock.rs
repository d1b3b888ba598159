//! The existing service: a table `adopt_stock`, and hand-written SQL on `tokio-postgres`. Nothing in this file depends
//! on orm-pg.

use bb8_postgres::tokio_postgres::{Error, GenericClient};

/// Creates the table and fills it.
///
/// # Errors
/// Any error from the server.
pub async fn set_up(client: &impl GenericClient) -> Result<(), Error> {
    let sql = "DROP TABLE IF EXISTS adopt_stock; \
               CREATE TABLE adopt_stock (item text PRIMARY KEY, count integer NOT NULL CHECK (count >= 0)); \
               INSERT INTO adopt_stock VALUES ('lamp', 10), ('chair', 2)";
    client.batch_execute(sql).await
}

/// Drops the table.
///
/// # Errors
/// Any error from the server.
pub async fn tear_down(client: &impl GenericClient) -> Result<(), Error> {
    client.batch_execute("DROP TABLE adopt_stock").await
}

/// Takes items from the stock; a negative number puts them back.
///
/// # Errors
/// Any error from the server, such as a violated check if the stock is too small.
pub async fn take(client: &impl GenericClient, item: &str, count: i32) -> Result<(), Error> {
    client.execute("UPDATE adopt_stock SET count = count - $2 WHERE item = $1", &[&item, &count]).await.map(drop)
}

/// Returns the number of items in stock.
///
/// # Errors
/// Any error from the server.
pub async fn left(client: &impl GenericClient, item: &str) -> Result<i32, Error> {
    client.query_one("SELECT count FROM adopt_stock WHERE item = $1", &[&item]).await?.try_get(0)
}

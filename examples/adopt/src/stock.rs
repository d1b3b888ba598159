//! What the service had before: a table `adopt_stock`, and SQL by hand on `tokio-postgres`. Nothing in this file knows of
//! orm-pg.

use bb8_postgres::tokio_postgres::{Error, GenericClient};

/// Makes the table, with something in it.
///
/// # Errors
/// What the server answers.
pub async fn set_up(client: &impl GenericClient) -> Result<(), Error> {
    let sql = "DROP TABLE IF EXISTS adopt_stock; \
               CREATE TABLE adopt_stock (item text PRIMARY KEY, count integer NOT NULL CHECK (count >= 0)); \
               INSERT INTO adopt_stock VALUES ('lamp', 10), ('chair', 2)";
    client.batch_execute(sql).await
}

/// Drops the table.
///
/// # Errors
/// What the server answers.
pub async fn tear_down(client: &impl GenericClient) -> Result<(), Error> {
    client.batch_execute("DROP TABLE adopt_stock").await
}

/// Takes pieces out of the stock; a negative number puts them back.
///
/// # Errors
/// What the server answers: the table refuses to give what it does not have.
pub async fn take(client: &impl GenericClient, item: &str, count: i32) -> Result<(), Error> {
    client.execute("UPDATE adopt_stock SET count = count - $2 WHERE item = $1", &[&item, &count]).await.map(drop)
}

/// Returns how many pieces there are.
///
/// # Errors
/// What the server answers.
pub async fn left(client: &impl GenericClient, item: &str) -> Result<i32, Error> {
    client.query_one("SELECT count FROM adopt_stock WHERE item = $1", &[&item]).await?.try_get(0)
}

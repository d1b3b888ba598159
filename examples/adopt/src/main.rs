//! A service with a bb8-postgres pool and hand-written SQL adopts orm-pg: `cargo run -p adopt`.
//!
//! Uses the database that `DATABASE_URL` names, or else a temporary server, which it starts itself.
#![expect(clippy::print_stdout, reason = "a program that shows what it does")]

use bb8_postgres::{
    PostgresConnectionManager,
    bb8::Pool,
    tokio_postgres::{self, NoTls},
};
use orm_pg::{prelude::*, schema::Migrations};

use adopt::{
    order::{Failure, Order, cancel, place},
    stock,
};

/// What creates the tables of the new part.
const MIGRATIONS: Migrations = orm_pg::migrate!("migrations");

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let url = match std::env::var("DATABASE_URL") {
        Ok(url) => url,
        Err(_) => orm_pg::testing::database_url().await?,
    };
    // The existing code, unchanged.
    let manager = PostgresConnectionManager::new_from_stringlike(url, NoTls)?;
    let pool = Pool::builder().max_size(4).build(manager).await?;
    stock::set_up(&*pool.get().await?).await?;

    // New: a handle over the same pool.
    let db = Database::from_pool(pool.clone());
    MIGRATIONS.run(&db).await?;
    Order::query().all_rows().delete().execute(&db).await?;

    let mut client = pool.get().await?;
    let lamps = place(&mut client, "lamp", 3).await?;
    println!("order {}: {} of {}; {} left", lamps.id, lamps.count, lamps.item, stock::left(&*client, "lamp").await?);

    match place(&mut client, "chair", 3).await {
        Err(failure) if takes_too_many(&failure) => println!("three chairs: there are only two"),
        other => drop(other?),
    }

    let count = Order::query().count(&db).await?;
    println!("{count} order; {} chairs left", stock::left(&*client, "chair").await?);

    cancel(&db, lamps.id).await?;
    println!("cancelled; {} lamps again", stock::left(&*client, "lamp").await?);

    MIGRATIONS.down(&db, 1).await?;
    stock::tear_down(&*client).await?;
    Ok(())
}

fn takes_too_many(failure: &Failure) -> bool {
    let server = failure.downcast_ref::<tokio_postgres::Error>().and_then(|it| it.as_db_error());
    server.and_then(|it| it.constraint()) == Some("adopt_stock_count_check")
}

//! `cargo run -p axum-api` starts the service, makes some requests and ends; `cargo run -p axum-api -- serve` stays up
//! until it is asked to stop. Both use the database of `DATABASE_URL`, or else a temporary server.
#![expect(clippy::print_stdout, reason = "a program that shows what it does")]

use axum_api::{
    MIGRATIONS,
    config::{Config, Failure},
    demo, server,
};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let config = Config::from_env()?;
    match std::env::args().nth(1).as_deref() {
        None => demo::run(config.connect().await?).await,
        Some("serve") => serve(config).await,
        Some(other) => Err(format!("`{other}` is not known: say `serve`, or nothing").into()),
    }
}

async fn serve(config: Config) -> Result<(), Failure> {
    let db = config.connect().await?;
    // Two round trips if there is nothing to run; several services may start at once.
    MIGRATIONS.run(&db).await?;
    let listener = TcpListener::bind(config.listen).await?;
    println!("listening on http://{}", listener.local_addr()?);
    server::serve(listener, db, server::asked_to_end()).await?;
    println!("closed");
    Ok(())
}

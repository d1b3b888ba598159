//! Start and shutdown of the service: refuse new requests, finish those in progress, then close the database.

use std::{future::Future, io};

use axum::{Router, extract::State, http::StatusCode, routing::get};
use orm_pg::{Database, sql};
use tokio::net::TcpListener;

use crate::{article, error::ApiError};

/// All routes, over a database.
pub fn app(db: Database) -> Router {
    Router::new().route("/health", get(health)).merge(article::routes()).with_state(db)
}

async fn health(State(db): State<Database>) -> Result<StatusCode, ApiError> {
    sql!("SELECT 1").execute(&db).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Serves until `end`. Then it answers requests in progress, and closes the database connections after that.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    db: Database,
    end: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, app(db.clone())).with_graceful_shutdown(end).await?;
    db.close().await;
    Ok(())
}

/// Completes when the process is asked to stop: by Ctrl-C, or by the signal of a container engine.
pub async fn asked_to_end() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

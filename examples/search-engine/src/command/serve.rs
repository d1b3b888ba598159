//! `serve`: the search page for browsers.

use std::io::{ErrorKind, Write};
use std::net::Ipv4Addr;

use tokio::net::TcpListener;

use super::{Failed, any, demo};
use crate::progress::Progress;
use crate::web;

pub(super) async fn run(port: u16, out: &mut (impl Write + Send)) -> Result<(), Failed> {
    // Before any work whose result could not be shown.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => format!("port {port} is taken: name another one with --port, or 0 for any"),
        _ => format!("cannot listen on port {port}: {error}"),
    })?;
    let mut progress = Progress::new();
    let (db, lasts) = any(|note| progress.say(note)).await?;
    if lasts {
        progress.finish();
    } else {
        // Otherwise there would be nothing to search.
        demo::fill(&db, progress).await?;
    }
    let port = listener.local_addr()?.port();
    writeln!(out, "search at http://localhost:{port}/  (Ctrl-C ends)")?;
    out.flush()?;
    web::run(db, listener, asked_to_end()).await?;
    Ok(writeln!(out, "ended")?)
}

/// Completes when the user or the system asks the program to end.
async fn asked_to_end() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}

//! The page server: it waits, and answers with a page of about two kilobytes.

use std::io::{self, BufRead as _, Write};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Html;
use axum::routing::get;
use tokio::net::TcpSocket;

use super::machine;
use crate::command::Failed;

/// The accept queue; the system may set a lower limit.
const BACKLOG: u32 = 16_384;

/// The number of waiting requests, now and at the peak.
#[derive(Debug, Default)]
struct Waiting {
    now: AtomicU64,
    most: AtomicU64,
}

/// Serves on the core that standard input names, writes its address to `out`, and ends when the input ends.
pub(super) fn play(out: &mut impl Write) -> Result<(), Failed> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    if let Some(core) = serde_json::from_str::<Option<usize>>(&line)? {
        // If pinning is impossible, the runs report it.
        drop(machine::hold(&[core]));
    }
    machine::allow_files(u64::from(super::MOST_PAGES) + machine::SPARE_FILES);
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let socket = TcpSocket::new_v4()?;
        socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
        let listener = socket.listen(BACKLOG)?;
        writeln!(out, "http://{}/", listener.local_addr()?)?;
        out.flush()?;
        let (told, tell) = tokio::sync::oneshot::channel::<()>();
        std::thread::spawn(move || {
            let ended = io::stdin().lock().read_line(&mut String::new());
            drop((ended, told));
        });
        let router = Router::new()
            .route("/{page}/{micros}", get(page))
            .route("/most", get(most))
            .with_state(Arc::<Waiting>::default());
        tokio::select! {
            ended = async { axum::serve(listener, router).await } => Ok(ended?),
            _ = tell => Ok(()),
        }
    })
}

async fn page(State(waiting): State<Arc<Waiting>>, Path((page, micros)): Path<(u64, u64)>) -> Html<String> {
    let now = waiting.now.fetch_add(1, Ordering::Relaxed) + 1;
    waiting.most.fetch_max(now, Ordering::Relaxed);
    tokio::time::sleep(Duration::from_micros(micros)).await;
    waiting.now.fetch_sub(1, Ordering::Relaxed);
    Html(html(page))
}

/// Returns the peak number of waiting requests since the last call.
async fn most(State(waiting): State<Arc<Waiting>>) -> String {
    waiting.most.swap(0, Ordering::Relaxed).to_string()
}

/// Makes a page: the same words in every run, in an order that depends on its number.
fn html(page: u64) -> String {
    const WORDS: [&str; 16] = [
        "tasks", "wait", "for", "the", "server", "while", "one", "core", "reads", "pages", "and", "stores", "them",
        "in", "an", "index",
    ];
    let mut html = format!("<!doctype html><title>Page {page}</title><h1>Number {page}</h1>");
    for paragraph in 0..12 {
        html.push_str("<p class=\"text\">");
        for place in 0..16 {
            let index = usize::try_from((page + paragraph * 7 + place * 5) % 16).unwrap_or_default();
            html.push_str(WORDS.get(index).copied().unwrap_or_default());
            html.push(' ');
        }
        html.push_str(&format!("<a href=\"/{}/0\">next</a></p>", page + paragraph));
    }
    html
}

//! The search page for a browser: a plain page that works without scripts, and a small script that searches while you
//! type.
//!
//! All content of crawled pages is treated as text: it is escaped where it is written (`html`), and the page's security
//! policy lets a browser run only the one script of this server.
//!
//! This server also shows the pages of a folder, each folder under the host name that it was crawled with
//! (`NAME-NUMBER.localhost`, which browsers resolve to this machine). So their links work, and their scripts, if any,
//! have another origin than the search page.

mod folders;
mod html;
mod json;

use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use orm_pg::Database;
use orm_pg::prelude::*;
use tokio::net::TcpListener;
use url::form_urlencoded;

use self::folders::Opener;
use crate::model::{Page, Site};
use crate::search::{Answer, MOST, Question, ask};

/// The number of results on a page.
const PER_PAGE: i64 = 10;

/// The last page of results.
const LAST: i64 = MOST / PER_PAGE;

/// How long requests in progress may take after the server was asked to stop.
const GRACE: Duration = Duration::from_secs(3);

/// Only our own script and style, and no connection except to this server.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Serves the search page until `stop` is ready, then shuts down in order: requests in progress are answered.
///
/// # Errors
/// When the listener fails.
pub async fn run(
    db: Database,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), std::io::Error> {
    let (told, tell) = tokio::sync::oneshot::channel::<()>();
    let stop = async move {
        stop.await;
        drop(told);
    };
    let server = axum::serve(listener, router(db)).with_graceful_shutdown(stop).into_future();
    let limit = async {
        drop(tell.await);
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        ended = server => ended,
        () = limit => Ok(()),
    }
}

/// Returns the search page's router: `/` for people, `/search.json` for programs, and the pages of crawled folders
/// under their own hosts.
pub fn router(db: Database) -> Router {
    let fixed = |kind: &'static str, text: &'static str| {
        get(move || async move { answer(StatusCode::OK, kind, text.to_owned()) })
    };
    Router::new()
        .route("/", get(page))
        .route("/search.json", get(program))
        .route("/style.css", fixed("text/css", include_str!("web/style.css")))
        .route("/script.js", fixed("text/javascript", include_str!("web/script.js")))
        .fallback(async || {
            answer(
                StatusCode::NOT_FOUND,
                "text/plain; charset=utf-8",
                "there is no such page; the search is at /\n".to_owned(),
            )
        })
        .layer(axum::middleware::from_fn_with_state(db.clone(), folders::or_next))
        .with_state(db)
}

/// A request from a browser or a program, from the address's query.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Asked {
    words: String,
    typing: bool,
    page: i64,
}

impl Asked {
    fn read(uri: &Uri) -> Result<Self, String> {
        let mut asked = Self { words: String::new(), typing: false, page: 1 };
        for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
            match name.as_ref() {
                "q" => asked.words = value.trim_start().to_owned(),
                "typing" => asked.typing = true,
                "page" => {
                    let page = value.parse().ok().filter(|page| (1..=LAST).contains(page));
                    asked.page = page.ok_or_else(|| format!("page is a number from 1 to {LAST}, not {value:?}"))?;
                }
                // Ignore parameters that others have added to a link.
                _ => {}
            }
        }
        Ok(asked)
    }

    fn question(&self) -> Question {
        let offset = (self.page - 1) * PER_PAGE;
        Question { words: self.words.clone(), typing: self.typing, offset, limit: PER_PAGE }
    }
}

/// The content to show.
#[derive(Debug)]
enum Shown {
    /// No query; this many pages of this many sites are stored.
    Start { pages: i64, sites: i64 },
    /// No query, and no pages to search.
    Empty,
    /// A query.
    Found { answer: Answer, took: Duration },
}

async fn find(db: &Database, asked: &Asked) -> Result<Shown> {
    if asked.words.is_empty() {
        let (pages, sites) = tokio::try_join!(Page::query().count(db), Site::query().count(db))?;
        return Ok(if pages == 0 { Shown::Empty } else { Shown::Start { pages, sites } });
    }
    let began = Instant::now();
    let answer = ask(db, &asked.question()).await?;
    if answer.count == 0 && !Page::query().exists(db).await? {
        return Ok(Shown::Empty);
    }
    Ok(Shown::Found { answer, took: began.elapsed() })
}

async fn page(State(db): State<Database>, headers: HeaderMap, uri: Uri) -> Response {
    let kind = "text/html; charset=utf-8";
    let asked = match Asked::read(&uri) {
        Ok(asked) => asked,
        Err(mistake) => return answer(StatusCode::BAD_REQUEST, kind, html::failed("", &mistake)),
    };
    let found = async { Ok((find(&db, &asked).await?, Opener::new(&db, &headers).await?)) };
    match found.await {
        Ok((shown, opener)) => answer(StatusCode::OK, kind, html::page(&asked, &shown, &opener)),
        Err(error) => answer(StatusCode::SERVICE_UNAVAILABLE, kind, html::failed(&asked.words, &unavailable(&error))),
    }
}

async fn program(State(db): State<Database>, headers: HeaderMap, uri: Uri) -> Response {
    let kind = "application/json";
    let asked = match Asked::read(&uri) {
        Ok(asked) => asked,
        Err(mistake) => return answer(StatusCode::BAD_REQUEST, kind, json::failed(&mistake)),
    };
    let found = async { Ok((find(&db, &asked).await?, Opener::new(&db, &headers).await?)) };
    match found.await {
        Ok((shown, opener)) => answer(StatusCode::OK, kind, json::found(&asked, &shown, &opener)),
        Err(error) => answer(StatusCode::SERVICE_UNAVAILABLE, kind, json::failed(&unavailable(&error))),
    }
}

fn unavailable(error: &Error) -> String {
    format!("The database does not answer: {error}")
}

fn answer(status: StatusCode, kind: &'static str, body: String) -> Response {
    let headers: [(HeaderName, HeaderValue); 5] = [
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        // The pages in the results need not learn the query.
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (status, headers, body).into_response()
}

#[cfg(test)]
mod tests;

//! Pages of crawled folders, under the host names that they were crawled with.

use std::collections::HashSet;
use std::path::Path;

use axum::extract::{Request, State};
use axum::http::header::HOST;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use orm_pg::prelude::*;
use tower_service::Service as _;
use url::Url;

use crate::folder::host;
use crate::model::Site;
use crate::serve::files;

/// Maps the address of a page to one that a browser can open.
#[derive(Debug)]
pub(super) struct Opener {
    /// The addresses at which folders start.
    seeds: HashSet<String>,
    /// The port at which the browser has reached this server.
    port: Option<u16>,
}

impl Opener {
    /// Looks up which sites are served from folders. One round trip.
    pub(super) async fn new(db: &Database, headers: &HeaderMap) -> Result<Self> {
        let seeds = Site::query().filter(|s| s.folder.is_not_null()).select(|s| s.seed).all(db).await?;
        Ok(Self { seeds: seeds.into_iter().collect(), port: asked_host(headers).and_then(|(_, port)| port) })
    }

    /// Returns the address to open, or `None` if it is not a web address.
    pub(super) fn open(&self, url: &str) -> Option<String> {
        let mut url = Url::parse(url).ok()?;
        if !matches!(url.scheme(), "http" | "https") {
            return None;
        }
        if self.seeds.contains(&format!("{}/", url.origin().ascii_serialization())) {
            url.set_port(self.port).ok()?;
        }
        Some(url.into())
    }
}

/// Answers requests to the host of a crawled folder, and passes on all others.
pub(super) async fn or_next(State(db): State<Database>, request: Request, next: Next) -> Response {
    let Some((name, _)) = asked_host(request.headers()).filter(|(name, _)| name.ends_with(".localhost")) else {
        return next.run(request).await;
    };
    let seed = format!("http://{name}/");
    let folder = Site::query().filter(|s| s.seed.eq(seed)).select(|s| s.folder).one_or_none(&db).await;
    let folder = match folder {
        Ok(Some(Some(folder))) => folder,
        Ok(_) => return next.run(request).await,
        Err(error) => return (StatusCode::SERVICE_UNAVAILABLE, super::unavailable(&error)).into_response(),
    };
    // The number in the name is a hash of the path, so the row can only name a folder that was really crawled.
    let path = Path::new(&folder);
    match files(path) {
        Ok(mut router) if host(path) == name => {
            let Ok(response) = router.call(request).await;
            response
        }
        Ok(_) => (StatusCode::FORBIDDEN, format!("{name} is not the name of {folder}\n")).into_response(),
        Err(error) => {
            (StatusCode::NOT_FOUND, format!("{folder} was crawled, but is not here: {error}\n")).into_response()
        }
    }
}

/// Returns the host that the browser requested, in lower case, and the port.
fn asked_host(headers: &HeaderMap) -> Option<(String, Option<u16>)> {
    let text = headers.get(HOST)?.to_str().ok()?;
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, port.parse().ok()),
        _ => (text, None),
    };
    Some((name.to_ascii_lowercase(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_folders_get_this_servers_port() {
        let seeds = HashSet::from(["http://doc-1.localhost/".to_owned()]);
        let opener = Opener { seeds, port: Some(8000) };
        let open = |url| opener.open(url);
        assert_eq!(open("http://doc-1.localhost/a?b#c").as_deref(), Some("http://doc-1.localhost:8000/a?b#c"));
        assert_eq!(open("http://example.org/a").as_deref(), Some("http://example.org/a"));
        assert_eq!(open("http://doc-1.localhost:81/a").as_deref(), Some("http://doc-1.localhost:81/a"));
        for none in ["javascript:alert(1)", "data:text/html,x", "no address", ""] {
            assert_eq!(open(none), None, "{none}");
        }
    }

    #[test]
    fn hosts_with_and_without_a_port() {
        let read = |text: &'static str| asked_host(&HeaderMap::from_iter([(HOST, text.parse().unwrap())])).unwrap();
        assert_eq!(read("Doc-1.localhost:80"), ("doc-1.localhost".to_owned(), Some(80)));
        assert_eq!(read("localhost"), ("localhost".to_owned(), None));
        assert_eq!(read("[::1]"), ("[::1]".to_owned(), None));
        assert_eq!(read("[::1]:8000"), ("[::1]".to_owned(), Some(8000)));
    }
}

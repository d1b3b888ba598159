//! A web server on loopback: the files of a folder, for the crawler to visit.
//!
//! Folders show their `index.html`, or else a list of the pages and folders in them, so that every page can be reached
//! by links. Such a list asks robots not to index it. Nothing outside the folder can be fetched, neither by `..` nor by
//! a symbolic link.

use std::io;
use std::net::Ipv4Addr;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{StatusCode, Uri};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

/// A running server; it stops listening when this is dropped.
#[derive(Debug)]
pub struct Server {
    url: Url,
    task: JoinHandle<()>,
}

impl Server {
    /// Starts serving `router` on a free port of the loopback address.
    ///
    /// # Errors
    /// When no port is available.
    pub async fn start(router: Router) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = Url::parse(&format!("http://{}/", listener.local_addr()?)).map_err(io::Error::other)?;
        let task = tokio::spawn(async move {
            // `serve` retries a failed accept on its own and does not return.
            drop(axum::serve(listener, router).await);
        });
        Ok(Self { url, task })
    }

    /// Returns the address of the server's root.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Returns a router that serves the files below `folder`.
///
/// # Errors
/// When there is no such folder.
pub fn files(folder: &Path) -> io::Result<Router> {
    let root: Arc<Path> = folder.canonicalize()?.into();
    Ok(Router::new().fallback(answer).with_state(root))
}

async fn answer(State(root): State<Arc<Path>>, uri: Uri) -> Response {
    match find(&root, &uri).await {
        Ok(response) => response,
        Err(error) if error.kind() == io::ErrorKind::NotFound => StatusCode::NOT_FOUND.into_response(),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => StatusCode::FORBIDDEN.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn find(root: &Path, uri: &Uri) -> io::Result<Response> {
    let file = tokio::fs::canonicalize(root.join(relative(uri.path())?)).await?;
    if !file.starts_with(root) {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    if !tokio::fs::metadata(&file).await?.is_dir() {
        return read(&file).await;
    }
    if !uri.path().ends_with('/') {
        // Relative links in a folder's page work only with a trailing slash.
        return Ok(Redirect::permanent(&format!("{}/", uri.path())).into_response());
    }
    match read(&file.join("index.html")).await {
        Err(error) if error.kind() == io::ErrorKind::NotFound => list(&file).await,
        answer => answer,
    }
}

/// Turns a request's path into a path below the root.
fn relative(path: &str) -> io::Result<PathBuf> {
    let path = percent_decode_str(path.trim_start_matches('/')).decode_utf8().map_err(|_| io::ErrorKind::NotFound)?;
    let path = PathBuf::from(path.as_ref());
    let inside = path.components().all(|part| matches!(part, Component::Normal(_)));
    let valid = !path.as_os_str().as_encoded_bytes().contains(&0);
    if inside && valid { Ok(path) } else { Err(io::ErrorKind::PermissionDenied.into()) }
}

async fn read(file: &Path) -> io::Result<Response> {
    let body = tokio::fs::read(file).await?;
    Ok(([(CONTENT_TYPE, content_type(file))], body).into_response())
}

/// Lists the pages and folders in a folder, sorted by name, without hidden ones.
async fn list(folder: &Path) -> io::Result<Response> {
    let mut entries = tokio::fs::read_dir(folder).await?;
    let mut names = Vec::new();
    while let Some(entry) = entries.next_entry().await? {
        let (path, Ok(name)) = (entry.path(), entry.file_name().into_string()) else { continue };
        let is_page = matches!(content_type(&path), "text/html" | "text/plain");
        if name.starts_with('.') || !(is_page || path.is_dir()) {
            continue;
        }
        let link = utf8_percent_encode(&name, IN_LINK).to_string();
        names.push(if !path.is_dir() {
            (name, link)
        } else if path.join("index.html").is_file() {
            // The page's own address, by which other pages link to it too.
            (name, format!("{link}/index.html"))
        } else {
            (format!("{name}/"), format!("{link}/"))
        });
    }
    names.sort();
    let mut html =
        String::from("<!doctype html><meta charset=utf-8><meta name=robots content=noindex><title>Index</title><ul>\n");
    for (name, link) in names {
        let name = name.replace('&', "&amp;").replace('<', "&lt;");
        html.push_str(&format!("<li><a href=\"./{link}\">{name}</a>\n"));
    }
    Ok(Html(html).into_response())
}

/// Characters that must be escaped in a path segment inside an attribute.
const IN_LINK: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'%').add(b'#').add(b'?').add(b'<').add(b'>').add(b'&');

/// Returns the content type for the file's extension; the charset is left to the file itself.
fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "html" | "htm" => "text/html",
        "txt" | "md" => "text/plain",
        "css" => "text/css",
        "js" => "text/javascript",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_below_the_root() {
        assert_eq!(relative("/a/b%20c.html").unwrap(), Path::new("a/b c.html"));
        assert_eq!(relative("/").unwrap(), Path::new(""));
        for path in ["/../etc/passwd", "/a/%2e%2e/%2e%2e/etc", "/a%00b", "/a/..%2f.."] {
            assert!(relative(path).is_err(), "{path}");
        }
        assert_eq!(relative("//etc/passwd").unwrap(), Path::new("etc/passwd"));
        assert!(relative("/%2fetc/passwd").is_err());
    }

    #[test]
    fn content_types_go_by_extension() {
        assert_eq!(content_type(Path::new("a/b.html")), "text/html");
        assert_eq!(content_type(Path::new("LICENSE")), "application/octet-stream");
    }
}

//! One GET over HTTP, with a limit on everything that the server decides: time, size, redirects.
//!
//! `hyper`'s pooled client sends the requests; `reqwest` would add much more to the same client. Redirects are followed
//! here and not by a library, since each new address must pass the site's rules. There is no TLS: an `https` address is
//! [`Failure::BadAddress`].

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper::header::{ACCEPT, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, LOCATION, USER_AGENT};
use hyper::{Request, Response, Uri};
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use url::Url;

use crate::failure::Failure;
use crate::names::Names;
use crate::page::Kind;
use crate::robots::Robots;
use crate::site::{Rules, Site, normalise};

/// The limits of one GET.
#[derive(Debug, Clone)]
pub struct Limits {
    /// For the whole visit: connecting, all redirects, the body.
    pub timeout: Duration,
    /// For the body, in bytes.
    pub size: usize,
    /// The number of redirects that are followed.
    pub redirects: usize,
}

impl Default for Limits {
    /// Ten seconds, 4 MiB, five redirects.
    fn default() -> Self {
        Self { timeout: Duration::from_secs(10), size: 4 << 20, redirects: 5 }
    }
}

/// The crawler's name in requests, which `robots.txt` can address.
pub const AGENT: &str = concat!("search-engine/", env!("CARGO_PKG_VERSION"));

/// An HTTP client; clones share its connections.
#[derive(Debug, Clone)]
pub struct Client {
    pool: Pool<HttpConnector<Names>, Empty<Bytes>>,
    limits: Limits,
}

/// A fetched document.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its final address, after all redirects.
    pub url: Url,
    /// Its kind.
    pub kind: Kind,
    /// The charset from the `Content-Type` header.
    pub charset: Option<String>,
    /// The `X-Robots-Tag` header: the same directives as in a page's `<meta name="robots">`.
    pub wishes: Option<String>,
    /// The body, complete.
    pub body: Bytes,
}

impl Client {
    /// Makes a client; nothing is connected yet.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self::with_names(limits, Names::default())
    }

    /// Makes a client that knows the addresses of some hosts.
    #[must_use]
    pub fn with_names(limits: Limits, names: Names) -> Self {
        let mut connector = HttpConnector::new_with_resolver(names);
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(limits.timeout));
        let pool = Pool::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(15))
            .build(connector);
        Self { pool, limits }
    }

    /// Gets the document at `url`, following redirects as far as `rules` let it.
    ///
    /// # Errors
    /// The [`Failure`] with the reason why there is no document.
    pub async fn document(&self, url: &Url, rules: &Rules) -> Result<Document, Failure> {
        self.in_time(async {
            let (url, response) = self.follow(url, |next| rules.check(next)).await?;
            let headers = response.headers();
            let (kind, charset) = content_type(headers)?;
            let wishes = headers.get("x-robots-tag").and_then(|value| value.to_str().ok()).map(ToOwned::to_owned);
            let body = self.body(response).await?;
            Ok(Document { url, kind, charset, wishes, body })
        })
        .await
    }

    /// Gets a site's `robots.txt`. As RFC 9309 requires, a site that answers without one (4xx) allows everything.
    ///
    /// # Errors
    /// A [`Failure`] if the site does not answer properly: then it should not be crawled now.
    pub async fn robots(&self, site: &Site) -> Result<Robots, Failure> {
        let read = self.in_time(async {
            let (_, response) = self.follow(&site.robots_address(), |_| Ok(())).await?;
            self.body(response).await
        });
        match read.await {
            Ok(body) => Ok(Robots::parse(&String::from_utf8_lossy(&body), AGENT)),
            Err(Failure::Status(400..=499) | Failure::RedirectLoop | Failure::TooManyRedirects | Failure::TooBig) => {
                Ok(Robots::default())
            }
            Err(failure) => Err(failure),
        }
    }

    async fn in_time<T>(&self, visit: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        tokio::time::timeout(self.limits.timeout, visit).await.unwrap_or(Err(Failure::Timeout))
    }

    /// Sends requests until the answer is not a redirect, and returns it if it is a success.
    async fn follow(
        &self,
        url: &Url,
        check: impl Fn(&Url) -> Result<(), Failure>,
    ) -> Result<(Url, Response<Incoming>), Failure> {
        let mut url = url.clone();
        let mut been = Vec::new();
        loop {
            check(&url)?;
            let response = self.ask(&url).await?;
            let status = response.status();
            if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
                return if status.is_success() { Ok((url, response)) } else { Err(Failure::Status(status.as_u16())) };
            }
            let next = location(&url, response.headers()).ok_or(Failure::BadRedirect)?;
            been.push(std::mem::replace(&mut url, next));
            if been.contains(&url) {
                return Err(Failure::RedirectLoop);
            }
            if been.len() > self.limits.redirects {
                return Err(Failure::TooManyRedirects);
            }
        }
    }

    async fn ask(&self, url: &Url) -> Result<Response<Incoming>, Failure> {
        let uri: Uri = url.as_str().parse().map_err(|_| Failure::BadAddress)?;
        if url.scheme() != "http" {
            return Err(Failure::BadAddress);
        }
        let request = Request::get(uri)
            .header(USER_AGENT, AGENT)
            .header(ACCEPT, "text/html, text/plain")
            .body(Empty::new())
            .map_err(|_| Failure::BadAddress)?;
        self.pool
            .request(request)
            .await
            .map_err(|error| if error.is_connect() { Failure::Unreachable } else { Failure::Broken })
    }

    /// Reads the body piece by piece, and stops at the limit, whatever length the server announced.
    async fn body(&self, response: Response<Incoming>) -> Result<Bytes, Failure> {
        let headers = response.headers();
        if headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
            return Err(Failure::ContentEncoding);
        }
        let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        if announced.is_some_and(|length| usize::try_from(length).map_or(true, |length| length > self.limits.size)) {
            return Err(Failure::TooBig);
        }
        let mut incoming = response.into_body();
        let mut body = BytesMut::new();
        while let Some(frame) = incoming.frame().await {
            let Ok(chunk) = frame.map_err(|_| Failure::Broken)?.into_data() else { continue };
            if body.len() + chunk.len() > self.limits.size {
                return Err(Failure::TooBig);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }
}

fn location(url: &Url, headers: &HeaderMap) -> Option<Url> {
    let location = std::str::from_utf8(headers.get(LOCATION)?.as_bytes()).ok()?;
    normalise(url.join(location).ok()?)
}

/// Reads the `Content-Type` header: the kind of document, and its charset.
fn content_type(headers: &HeaderMap) -> Result<(Kind, Option<String>), Failure> {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = value.split(';');
    let kind = match parts.next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "text/html" => Kind::Html,
        "text/plain" => Kind::Text,
        _ => return Err(Failure::ContentType),
    };
    let charset = parts.find_map(|part| {
        let (key, value) = part.split_once('=')?;
        key.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"').to_owned())
    });
    Ok((kind, charset))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &'static str, expected: Result<(Kind, Option<&str>), Failure>) {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, value.parse().unwrap())]);
        let found = content_type(&headers);
        assert_eq!(found, expected.map(|(kind, charset)| (kind, charset.map(ToOwned::to_owned))));
    }

    #[test]
    fn content_types_with_and_without_a_charset() {
        check("text/html", Ok((Kind::Html, None)));
        check("Text/HTML; Charset=\"utf-8\"", Ok((Kind::Html, Some("utf-8"))));
        check("text/plain;format=flowed; charset=latin1", Ok((Kind::Text, Some("latin1"))));
        check("image/png", Err(Failure::ContentType));
        check("", Err(Failure::ContentType));
    }

    #[test]
    fn a_redirect_goes_to_a_normal_address() {
        let url = Url::parse("http://example.org/a/b").unwrap();
        let at = |value: &str| {
            let headers = HeaderMap::from_iter([(LOCATION, value.parse().unwrap())]);
            location(&url, &headers).map(String::from)
        };
        assert_eq!(at("../c#x").as_deref(), Some("http://example.org/c"));
        assert_eq!(at("ftp://example.org/"), None);
        assert_eq!(at("http://["), None);
    }
}

//! Why a page could not be fetched: every way in which a visit can end without a page.
//!
//! A failure never stops a crawl. Its [`reason`](Failure::reason) is short and stable, so it can be stored and counted.

use std::borrow::Cow;
use std::fmt;

/// Why a visit ended without a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Failure {
    /// No connection could be made.
    Unreachable,
    /// The answer was not complete within the time limit.
    Timeout,
    /// The connection broke, or the answer was not HTTP.
    Broken,
    /// An answer with a status that is neither success nor a redirect.
    Status(u16),
    /// A redirect to an address that the same visit had already tried.
    RedirectLoop,
    /// More redirects than allowed.
    TooManyRedirects,
    /// A redirect without a usable address.
    BadRedirect,
    /// A redirect to another site, or to a part of the site that is not crawled.
    OffSite,
    /// The body is larger than the limit; the rest was not read.
    TooBig,
    /// Neither HTML nor plain text.
    ContentType,
    /// The body is compressed, although the request did not allow that.
    ContentEncoding,
    /// The site's `robots.txt` forbids the address.
    Robots,
    /// An address that cannot be asked for: not `http`, or not a valid request target.
    BadAddress,
}

impl Failure {
    /// Returns the reason as a short stable text: `timeout`, `status 404`, `redirect loop`.
    #[must_use]
    pub fn reason(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Unreachable => "unreachable",
            Self::Timeout => "timeout",
            Self::Broken => "broken answer",
            Self::Status(code) => return Cow::Owned(format!("status {code}")),
            Self::RedirectLoop => "redirect loop",
            Self::TooManyRedirects => "too many redirects",
            Self::BadRedirect => "bad redirect",
            Self::OffSite => "redirect off site",
            Self::TooBig => "too big",
            Self::ContentType => "content type",
            Self::ContentEncoding => "content encoding",
            Self::Robots => "robots",
            Self::BadAddress => "bad address",
        })
    }

    /// Returns whether the same visit may succeed later.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Unreachable | Self::Timeout | Self::Broken | Self::Status(408 | 429 | 500..))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason())
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_short_and_stable() {
        assert_eq!(Failure::Status(404).reason(), "status 404");
        assert_eq!(Failure::RedirectLoop.to_string(), "redirect loop");
    }

    #[test]
    fn a_server_error_is_temporary_and_a_missing_page_is_not() {
        assert!(Failure::Status(503).is_temporary());
        assert!(!Failure::Status(404).is_temporary());
        assert!(!Failure::TooBig.is_temporary());
    }
}

//! The addresses of a site in normalised form, its boundary, and its robots rules.

use url::Url;

use crate::failure::Failure;
use crate::robots::Robots;

/// The longest address that is kept, in bytes.
///
/// PostgreSQL refuses a B-tree entry of more than 2704 bytes, so an address under a unique index has to be shorter.
pub const MAX_ADDRESS: usize = 2000;

/// A site: one scheme, host and port, and everything below one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    seed: Url,
    prefix: String,
}

impl Site {
    /// Returns the site of `seed`: everything in its folder. `None` if it is not an HTTP address.
    #[must_use]
    pub fn of(seed: &Url) -> Option<Self> {
        let seed = normalise(seed.clone())?;
        let path = seed.path();
        let prefix = path.rfind('/').and_then(|end| path.get(..=end)).unwrap_or("/").to_owned();
        Some(Self { seed, prefix })
    }

    /// Returns the address that the site was named by, normalised.
    #[must_use]
    pub fn seed(&self) -> &Url {
        &self.seed
    }

    /// Returns `scheme://host:port` without a final slash, which identifies the server.
    #[must_use]
    pub fn origin(&self) -> String {
        self.seed.origin().ascii_serialization()
    }

    /// Returns the address of the site's folder, the prefix of all its addresses.
    #[must_use]
    pub fn folder_address(&self) -> String {
        self.origin() + &self.prefix
    }

    /// Returns the address of the site's `robots.txt`, which belongs to the server and not to the folder.
    #[must_use]
    pub fn robots_address(&self) -> Url {
        let mut url = self.seed.clone();
        url.set_query(None);
        url.set_path("/robots.txt");
        url
    }

    /// Returns whether `url` is on the same scheme, host and port, and below the same folder.
    #[must_use]
    pub fn contains(&self, url: &Url) -> bool {
        url.scheme() == self.seed.scheme()
            && url.host_str() == self.seed.host_str()
            && url.port_or_known_default() == self.seed.port_or_known_default()
            && url.path().starts_with(&self.prefix)
    }
}

/// Decides whether an address may be visited: by the site's boundary and its `robots.txt`.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The site that the crawl stays on.
    pub site: Site,
    /// The addresses that the site allows.
    pub robots: Robots,
}

impl Rules {
    /// Makes the rules of a site whose `robots.txt` is not known, or does not exist: everything is allowed.
    #[must_use]
    pub fn open(site: Site) -> Self {
        Self { site, robots: Robots::default() }
    }

    /// Checks whether `url` may be visited.
    ///
    /// # Errors
    /// [`Failure::OffSite`] outside the site, [`Failure::Robots`] if `robots.txt` forbids it.
    pub fn check(&self, url: &Url) -> Result<(), Failure> {
        if !self.site.contains(url) {
            return Err(Failure::OffSite);
        }
        if self.robots.allows(url) { Ok(()) } else { Err(Failure::Robots) }
    }
}

/// Normalises an address for storage, or returns `None` if it leads to no page.
///
/// The `url` crate has already lower-cased the host, dropped the default port and resolved `..`. This removes the
/// fragment, an empty query, and a user name or password: a stored address must not contain a secret.
#[must_use]
pub fn normalise(mut url: Url) -> Option<Url> {
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return None;
    }
    url.set_fragment(None);
    if url.query() == Some("") {
        url.set_query(None);
    }
    if !url.username().is_empty() || url.password().is_some() {
        url.set_username("").ok()?;
        url.set_password(None).ok()?;
    }
    (url.as_str().len() <= MAX_ADDRESS).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[track_caller]
    fn check(from: &str, to: Option<&str>) {
        assert_eq!(normalise(url(from)).as_ref().map(Url::as_str), to);
    }

    #[test]
    fn an_address_has_one_spelling() {
        check("HTTP://Example.ORG:80/a/../b/./c?#top", Some("http://example.org/b/c"));
        check("http://ann:secret@example.org/?q=1#x", Some("http://example.org/?q=1"));
        check("http://example.org", Some("http://example.org/"));
    }

    #[test]
    fn only_http_addresses_of_bearable_length_are_kept() {
        check("mailto:ann@example.org", None);
        check("javascript:void(0)", None);
        check("file:///etc/passwd", None);
        check(&format!("http://example.org/{}", "a".repeat(MAX_ADDRESS)), None);
    }

    #[test]
    fn a_site_is_a_folder_of_one_server() {
        let site = Site::of(&url("http://example.org:8080/docs/index.html")).unwrap();
        assert!(site.contains(&url("http://example.org:8080/docs/a/b.html")));
        assert!(!site.contains(&url("http://example.org:8080/other/")));
        assert!(!site.contains(&url("http://example.org/docs/")));
        assert!(!site.contains(&url("https://example.org:8080/docs/")));
        assert_eq!(site.robots_address().as_str(), "http://example.org:8080/robots.txt");
        assert_eq!(site.origin(), "http://example.org:8080");
    }

    #[test]
    fn rules_name_what_forbids_a_visit() {
        let site = Site::of(&url("http://example.org/")).unwrap();
        let rules = Rules { site, robots: Robots::parse("User-agent: *\nDisallow: /private", "any") };
        assert_eq!(rules.check(&url("http://example.org/a")), Ok(()));
        assert_eq!(rules.check(&url("http://example.org/private/a")), Err(Failure::Robots));
        assert_eq!(rules.check(&url("http://example.com/")), Err(Failure::OffSite));
    }
}

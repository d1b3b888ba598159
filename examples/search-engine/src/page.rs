//! From bytes to a page: title, visible text, headings, links, and whether it may be indexed and followed.
//!
//! HTML is read with `html5gum`, the tokenizer of the HTML standard without its tree. Hostile pages can make a tree
//! expensive: with 100,000 open `<div>`s every further tag searches the stack of open elements, and a tree of that
//! depth must not be walked by recursion. A search engine needs no tree. Tokens come in one linear pass, broken HTML
//! gives the tokens that browsers see, and the crate has no dependencies (`scraper` with `html5ever` has about forty).
//! `tl` is faster but does not follow the standard; `lol_html` is for rewriting, and brings CSS selectors for that.

mod element;
mod flow;
mod reader;

use url::Url;

use self::flow::Flow;
use crate::charset::decode;

/// The longest text that is kept, in bytes; the rest is cut off, with a note.
///
/// A `tsvector` holds at most 1 MiB, and an insert into a generated column fails beyond. Text of hyphenated words that
/// occur once, the worst that was found, takes four times its length there on PostgreSQL 15: each word is stored whole
/// and in parts. The limits on headings leave room for them in the same `tsvector`.
pub const MAX_TEXT: usize = 192 * 1024;

/// The longest title and the longest heading that are kept, in bytes.
pub const MAX_TITLE: usize = 300;

/// The number of headings that are kept.
pub const MAX_HEADINGS: usize = 200;

/// The number of different links that are kept.
pub const MAX_LINKS: usize = 20_000;

/// The kind of document, according to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `text/html`.
    Html,
    /// `text/plain`.
    Text,
}

/// A problem of a page that was repaired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// Bytes that are invalid in the page's charset became U+FFFD.
    Undecodable,
    /// The page names a charset that does not exist; another was used.
    UnknownCharset,
    /// NUL characters were removed, since PostgreSQL's `text` cannot hold them.
    Nul,
    /// Text, headings or links beyond the limits were left out.
    Cut,
}

impl Note {
    /// Returns the note as a short stable text.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Undecodable => "undecodable bytes",
            Self::UnknownCharset => "unknown charset",
            Self::Nul => "nul bytes",
            Self::Cut => "cut",
        }
    }
}

/// A page as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The `<title>`, else the first heading, else the last part of the address.
    pub title: String,
    /// The visible text: each block on a separate line, white space otherwise collapsed.
    pub text: String,
    /// All headings in order.
    pub headings: Vec<String>,
    /// The link targets: absolute, normalised, without duplicates, on any site. Empty under `nofollow`.
    pub links: Vec<Url>,
    /// False when the page asks not to be found (`noindex`).
    pub index: bool,
    /// The charset it was read in.
    pub charset: &'static str,
    /// Notes about repairs.
    pub notes: Vec<Note>,
}

impl Page {
    /// Reads a page that came from `url`; `charset` is the one named by the `Content-Type` header.
    #[must_use]
    pub fn read(bytes: &[u8], kind: Kind, charset: Option<&str>, url: &Url) -> Self {
        let decoded = decode(bytes, charset);
        let mut page = match kind {
            Kind::Html => reader::read(&decoded.text, url),
            Kind::Text => plain(&decoded.text),
        };
        if page.title.is_empty() {
            page.title = page.headings.first().cloned().unwrap_or_else(|| name(url));
        }
        page.charset = decoded.charset;
        page.notes.splice(0..0, decoded.notes);
        page
    }

    /// Applies the directives of an `X-Robots-Tag` header.
    pub fn obey(&mut self, wishes: &str) {
        let (index, follow) = reader::wishes(wishes);
        self.index &= index;
        if !follow {
            self.links.clear();
        }
    }
}

fn plain(text: &str) -> Page {
    let mut kept = Flow::new(MAX_TEXT);
    for line in text.lines() {
        kept.push(line);
        kept.end_line();
    }
    let notes = if kept.is_cut() { vec![Note::Cut] } else { Vec::new() };
    let (title, headings, links) = (String::new(), Vec::new(), Vec::new());
    Page { title, text: kept.finish(), headings, links, index: true, charset: "", notes }
}

/// Returns the last part of the address's path, or its host.
fn name(url: &Url) -> String {
    let last = url.path_segments().and_then(|mut parts| parts.rfind(|part| !part.is_empty()));
    let mut flow = Flow::new(MAX_TITLE);
    match last {
        // `%00` in an address must not become a NUL in the title.
        Some(part) => flow.push(&percent_encoding::percent_decode_str(part).decode_utf8_lossy().replace('\0', "")),
        None => flow.push(url.host_str().unwrap_or_default()),
    }
    flow.finish()
}

#[cfg(test)]
mod tests;

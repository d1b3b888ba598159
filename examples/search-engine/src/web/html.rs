//! Answers for people. All text is escaped unless it is written here as HTML, so that no crawled page can inject any.

use std::time::Duration;

use super::folders::Opener;
use super::{Asked, LAST, PER_PAGE, Shown};
use crate::search::{BEGIN, END, Hit};

/// Writes the whole page.
pub(super) fn page(asked: &Asked, shown: &Shown, opener: &Opener) -> String {
    let (status, results) = match shown {
        Shown::Empty => ("There are no pages yet.".to_owned(), EMPTY.to_owned()),
        Shown::Start { pages, sites } => {
            let status = format!("{} of {} to search.", counted(*pages, "page"), counted(*sites, "site"));
            (status, START.to_owned())
        }
        Shown::Found { answer, took } => {
            let (count, shown) = (answer.count, answer.hits.len());
            (status(count, shown, asked.page, *took), results(asked, count, &answer.hits, opener))
        }
    };
    whole(&asked.words, &escape(&status), &results)
}

/// Writes the page with an error.
pub(super) fn failed(words: &str, mistake: &str) -> String {
    whole(words, &format!("<strong class=\"failed\">{}</strong>", escape(mistake)), "")
}

const EMPTY: &str = "<p>Crawl a site or a folder first; it can be searched while the crawl goes on:</p>\n\
    <pre>search-engine crawl http://localhost:8000/\nsearch-engine crawl /usr/share/doc</pre>\n";

const START: &str = "<dl class=\"help\">\
    <dt><kbd>two words</kbd></dt><dd>both of them, in any of their forms</dd>\
    <dt><kbd>\"a phrase\"</kbd></dt><dd>words in this order</dd>\
    <dt><kbd>this or that</kbd></dt><dd>one of them</dd>\
    <dt><kbd>-without</kbd></dt><dd>not this one</dd></dl>\n";

fn whole(words: &str, status: &str, results: &str) -> String {
    let words = escape(words);
    let title = if words.is_empty() { "Search engine".to_owned() } else { format!("{words} – Search engine") };
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css">
<script src="/script.js" defer></script>
</head>
<body>
<header>
<form role="search" action="/" method="get">
<label for="q"><a href="/">Search engine</a></label>
<div class="box">
<input id="q" name="q" type="search" value="{words}" placeholder="Search the crawled pages" autocomplete="off" autocapitalize="off" spellcheck="false" aria-describedby="status" autofocus>
<button>Search</button>
</div>
</form>
</header>
<main>
<p id="status" role="status" aria-live="polite">{status}</p>
<div id="results">
{results}</div>
</main>
<footer><kbd>/</kbd> to the search box, <kbd>↓</kbd> <kbd>↑</kbd> through the results, <kbd>Enter</kbd> opens, <kbd>Esc</kbd> clears</footer>
</body>
</html>
"#
    )
}

fn status(count: i64, shown: usize, page: i64, took: Duration) -> String {
    let took = took.as_millis().max(1);
    match (count, shown, page) {
        (0, ..) => format!("No page has these words ({took} ms)."),
        (count, 0, _) => format!("{}, but none so far down ({took} ms).", counted(count, "page")),
        (count, _, 1) => format!("{} in {took} ms.", counted(count, "page")),
        (count, ..) => format!("{} in {took} ms; part {page}.", counted(count, "page")),
    }
}

fn results(asked: &Asked, count: i64, hits: &[Hit], opener: &Opener) -> String {
    let mut html = String::new();
    if !hits.is_empty() {
        let start = (asked.page - 1) * PER_PAGE + 1;
        html.push_str(&format!("<ol start=\"{start}\">\n"));
        hits.iter().for_each(|hit| write_hit(&mut html, hit, opener));
        html.push_str("</ol>\n");
    }
    let (earlier, more) = (asked.page > 1, asked.page < LAST && asked.page * PER_PAGE < count);
    if earlier || more {
        html.push_str("<nav aria-label=\"More results\">");
        let link = |page: i64, rel: &str, text: &str| {
            let words: String = url::form_urlencoded::byte_serialize(asked.words.as_bytes()).collect();
            let typing = if asked.typing { "&amp;typing=1" } else { "" };
            format!("<a rel=\"{rel}\" href=\"/?q={}{typing}&amp;page={page}\">{text}</a>", escape(&words))
        };
        if earlier {
            html.push_str(&link(asked.page - 1, "prev", "← Better ones"));
        }
        if more {
            html.push_str(&link(asked.page + 1, "next", "More results →"));
        }
        html.push_str("</nav>\n");
    }
    html
}

fn write_hit(html: &mut String, hit: &Hit, opener: &Opener) {
    let card = &hit.card;
    let title = if card.title.trim().is_empty() { &card.url } else { &card.title };
    let title = link(&card.url, title, opener);
    let (host, address, links) = (escape(card.host()), escape(&card.url), card.address.links);
    let links = if links == 0 { String::new() } else { format!(" · {}", counted(links, "link")) };
    let excerpt = excerpt(&hit.excerpt);
    html.push_str(&format!(
        "<li><h2>{title}</h2><p class=\"address\"><span class=\"host\">{host}</span> <cite>{address}</cite>{links}</p><p>{excerpt}</p>"
    ));
    let from: Vec<_> = card.linked_from().map(|(url, title)| link(url, title, opener)).collect();
    if !from.is_empty() {
        html.push_str(&format!("<p class=\"from\">Linked from {}</p>", from.join(" · ")));
    }
    html.push_str("</li>\n");
}

/// Writes the title of a page as a link to it, if it can be opened.
fn link(url: &str, title: &str, opener: &Opener) -> String {
    let title = escape(title);
    match opener.open(url) {
        Some(open) => format!("<a href=\"{}\">{title}</a>", escape(&open)),
        None => title,
    }
}

/// Writes an excerpt with its matches marked.
fn excerpt(text: &str) -> String {
    let mark = |(text, matches): (String, bool)| {
        let text = escape(&text);
        if matches { format!("<mark>{text}</mark>") } else { text }
    };
    pieces(text).into_iter().map(mark).collect()
}

/// Cuts an excerpt into pieces, and marks those that match. If a page itself contains the marker characters, the pieces
/// are still complete.
pub(super) fn pieces(text: &str) -> Vec<(String, bool)> {
    let mut pieces = Vec::new();
    let (mut piece, mut matches) = (String::new(), false);
    for char in text.chars() {
        match char {
            BEGIN | END => {
                if !piece.is_empty() {
                    pieces.push((std::mem::take(&mut piece), matches));
                }
                matches = char == BEGIN;
            }
            char if char.is_control() => piece.push(' '),
            char => piece.push(char),
        }
    }
    if !piece.is_empty() {
        pieces.push((piece, matches));
    }
    pieces
}

/// Escapes text for content and for quoted attributes.
fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            char if char.is_control() => html.push(' '),
            char => html.push(char),
        }
    }
    html
}

/// Writes a number with thousands separators, and its noun.
fn counted(count: i64, noun: &str) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    format!("{text} {noun}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        let hostile = "\u{2}<b>\u{3}\u{2}<img src=x onerror=\"a('b')\">&";
        let html = "<mark>&lt;b&gt;</mark><mark>&lt;img src=x onerror=&quot;a(&#39;b&#39;)&quot;&gt;&amp;</mark>";
        assert_eq!(excerpt(hostile), html);
        assert_eq!(excerpt("\u{3}a\u{3}\u{1b}[31m"), "a [31m");
    }

    #[test]
    fn numbers_are_easy_to_read() {
        assert_eq!(counted(1, "page"), "1 page");
        assert_eq!(counted(0, "page"), "0 pages");
        assert_eq!(counted(1_234_567, "page"), "1,234,567 pages");
        assert_eq!(counted(100, "link"), "100 links");
    }
}

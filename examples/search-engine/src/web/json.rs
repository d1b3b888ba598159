//! Answers for programs.

use serde_json::{Value, json};

use super::folders::Opener;
use super::html::pieces;
use super::{Asked, LAST, PER_PAGE, Shown};

/// Writes the results: an excerpt is a list of its pieces, with the matches marked.
pub(super) fn found(asked: &Asked, shown: &Shown, opener: &Opener) -> String {
    let (count, took, hits) = match shown {
        Shown::Found { answer, took } => (answer.count, took.as_secs_f64() * 1000.0, answer.hits.as_slice()),
        Shown::Start { .. } | Shown::Empty => (0, 0.0, &[][..]),
    };
    let hits = hits.iter().map(|hit| {
        let excerpt = pieces(&hit.excerpt).into_iter().map(|(text, matches)| json!({"text": text, "match": matches}));
        let card = &hit.card;
        let from = card.linked_from().map(|(url, title)| json!({"title": title, "url": url, "open": opener.open(url)}));
        json!({
            "title": card.title,
            "url": card.url,
            "open": opener.open(&card.url),
            "host": {"name": card.host(), "origin": card.address.host.origin},
            "rank": hit.rank,
            "links": card.address.links,
            "linked_from": from.collect::<Vec<Value>>(),
            "excerpt": excerpt.collect::<Vec<Value>>(),
        })
    });
    let answer = json!({
        "query": asked.words,
        "count": count,
        "page": asked.page,
        "more": asked.page < LAST && asked.page * PER_PAGE < count,
        "milliseconds": took,
        "hits": hits.collect::<Vec<Value>>(),
    });
    answer.to_string()
}

/// Writes an error.
pub(super) fn failed(mistake: &str) -> String {
    json!({"error": mistake}).to_string()
}

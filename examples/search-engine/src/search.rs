//! The search: pages that contain the words, the best first, with excerpts.

mod card;

use std::collections::HashMap;

use orm_pg::prelude::*;

pub use self::card::{Card, HostCard, Place, Source, Title};

/// Starts a match in an excerpt.
pub const BEGIN: char = '\u{2}';

/// Ends a match in an excerpt.
pub const END: char = '\u{3}';

/// A result.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The displayed data of the page.
    pub card: Card,
    /// Its rank: words that are close together and words in the title count more, long pages count less, and pages that
    /// many others link to count more.
    pub rank: f32,
    /// Excerpts of the text, with matches between [`BEGIN`] and [`END`].
    pub excerpt: String,
}

/// The results of a search.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The number of pages that contain the words.
    pub count: i64,
    /// The best of them.
    pub hits: Vec<Hit>,
}

/// The maximum number of pages that are ranked, however many contain the words: the best by their text.
pub const MOST: i64 = 200;

/// A search request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Words as people write them in search engines: `"a phrase"`, `this or that`, `-without`.
    pub words: String,
    /// Whether the last word is still being typed: then longer words that start with it match as well.
    pub typing: bool,
    /// The number of results to skip.
    pub offset: i64,
    /// The number of results to return.
    pub limit: i64,
}

/// Searches for words as people write them in search engines: `"a phrase"`, `this or that`, `-without`.
///
/// # Errors
/// Any error from the server. No input of a user is an error.
pub async fn search(db: &impl Executor, words: &str, limit: i64) -> Result<Answer> {
    ask(db, &Question { words: words.to_owned(), typing: false, offset: 0, limit }).await
}

/// Runs a search request. Two statements, sent at once, and the five of [`Card`] if there are results.
///
/// # Errors
/// Any error from the server. No input of a user is an error.
pub async fn ask(db: &impl Executor, question: &Question) -> Result<Answer> {
    let Question { words, typing, offset, limit } = question;
    // PostgreSQL's text cannot contain NUL.
    let words = words.replace('\0', " ");
    // All words as typed, or those before the last one together with the prefix of that.
    let (before, beginning) = if *typing { unfinished(&words) } else { None }.unwrap_or_default();
    let options = format!("StartSel=\"{BEGIN}\", StopSel=\"{END}\", MaxFragments=2, MaxWords=16, MinWords=6");
    // Among the pages whose text matches best, those that others link to come first. An excerpt is computed from the
    // whole text again, so only for the returned pages.
    let hits = sql!(
        "WITH fitting AS (
             SELECT p.id, query, ts_rank_cd(p.document, query, 1) AS fit
             FROM search_engine.pages p, LATERAL (
                 SELECT websearch_to_tsquery('english', {words})
                     || (websearch_to_tsquery('english', {before}) && to_tsquery('english', {beginning})) AS query
             ) AS asked
             WHERE p.document @@ query
             ORDER BY fit DESC, p.id
             LIMIT {MOST}
         ), best AS (
             SELECT id, query, (fit * ln(2 + links))::real AS rank
             FROM fitting, LATERAL (SELECT count(*) AS links FROM search_engine.links WHERE target_id = id) AS inbound
             ORDER BY rank DESC, id
             LIMIT {limit} OFFSET {offset}
         )
         SELECT id, rank, ts_headline('english', body, query, {options}) AS excerpt
         FROM best JOIN search_engine.pages USING (id)
         ORDER BY rank DESC, id"
    );
    let count = sql!(
        "SELECT count(*) FROM search_engine.pages
         WHERE document @@ (
             websearch_to_tsquery('english', {words})
             || (websearch_to_tsquery('english', {before}) && to_tsquery('english', {beginning}))
         )"
    );
    let (count, ranked) = tokio::try_join!(count.one::<i64>(db), hits.all::<Ranked>(db))?;
    let cards = Card::query().filter(|p| p.id.in_(ranked.iter().map(|it| it.id).collect::<Vec<_>>()));
    let cards = if ranked.is_empty() { Vec::new() } else { cards.all(db).await? };
    let mut cards: HashMap<i64, Card> = cards.into_iter().map(|card| (card.id, card)).collect();
    // A page that a crawl has dropped in the meantime has no card any more.
    let hit = |Ranked { id, rank, excerpt }| Some(Hit { card: cards.remove(&id)?, rank, excerpt });
    Ok(Answer { count, hits: ranked.into_iter().filter_map(hit).collect() })
}

/// A page and its rank.
#[derive(Debug, FromRow)]
struct Ranked {
    id: i64,
    rank: f32,
    excerpt: String,
}

/// Splits input that is being typed before its last word, and makes a prefix search of that word; `None` if the last
/// word is finished, excluded, or part of an open phrase.
fn unfinished(words: &str) -> Option<(String, String)> {
    let end = words.trim_end_matches(char::is_alphanumeric);
    let (before, last) = words.split_at_checked(end.len())?;
    let is_open = before.matches('"').count() % 2 == 1;
    // Only letters and digits, so nothing in it has a special meaning in `to_tsquery`.
    (!last.is_empty() && !is_open && !before.ends_with(['-', '"']))
        .then(|| (before.to_owned(), format!("{}:*", last.to_lowercase())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_that_is_being_typed_is_a_prefix() {
        let check = |words: &str, expected: Option<(&str, &str)>| {
            let expected = expected.map(|(before, beginning)| (before.to_owned(), beginning.to_owned()));
            assert_eq!(unfinished(words), expected, "{words:?}");
        };
        check("poo", Some(("", "poo:*")));
        check("connection Poo", Some(("connection ", "poo:*")));
        check("tokio::ru", Some(("tokio::", "ru:*")));
        check("\"a phrase\" größ", Some(("\"a phrase\" ", "größ:*")));
        for finished in ["", "pool ", "pool -po", "\"a phra", "\"a phrase\"", "it's'"] {
            check(finished, None);
        }
    }
}

//! The search: pages that have the words, the best first, with the words shown where they stand.

mod card;

use std::collections::HashMap;

use orm_pg::prelude::*;

pub use self::card::{Card, HostCard, Place, Source, Title};

/// Begins a word that was looked for, in an excerpt.
pub const BEGIN: char = '\u{2}';

/// Ends a word that was looked for, in an excerpt.
pub const END: char = '\u{3}';

/// A page that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// What is shown of it.
    pub card: Card,
    /// How well it fits: words close together and words of the title count more, long pages less, and the more the
    /// more pages link to it.
    pub rank: f32,
    /// Pieces of the text, the words in them between [`BEGIN`] and [`END`].
    pub excerpt: String,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// How many pages have the words.
    pub count: i64,
    /// The best of them.
    pub hits: Vec<Hit>,
}

/// The most pages that can be looked at, however many have the words: the best by their text.
pub const MOST: i64 = 200;

/// What somebody looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Words as people write them in search engines: `"a phrase"`, `this or that`, `-without`.
    pub words: String,
    /// Whether the last word is still being typed: then words that begin like it fit as well.
    pub typing: bool,
    /// How many of the best pages to pass over.
    pub offset: i64,
    /// How many pages to show after those.
    pub limit: i64,
}

/// Looks for words as people write them in search engines: `"a phrase"`, `this or that`, `-without`.
///
/// # Errors
/// What the server answers. No text of a user is an error.
pub async fn search(db: &impl Executor, words: &str, limit: i64) -> Result<Answer> {
    ask(db, &Question { words: words.to_owned(), typing: false, offset: 0, limit }).await
}

/// Answers a question. Two statements, sent at once, and the five of [`Card`] where something is found.
///
/// # Errors
/// What the server answers. No text of a user is an error.
pub async fn ask(db: &impl Executor, question: &Question) -> Result<Answer> {
    let Question { words, typing, offset, limit } = question;
    // PostgreSQL knows no NUL in text.
    let words = words.replace('\0', " ");
    // All words as they are, or those before the last one together with the beginning of that.
    let (before, beginning) = if *typing { unfinished(&words) } else { None }.unwrap_or_default();
    let options = format!("StartSel=\"{BEGIN}\", StopSel=\"{END}\", MaxFragments=2, MaxWords=16, MinWords=6");
    // Of the pages whose text fits best, those come first that others link to. An excerpt is made from the whole text
    // again, so only for the pages that are shown.
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
    // A page that a crawl has dropped meanwhile has no card any more.
    let hit = |Ranked { id, rank, excerpt }| Some(Hit { card: cards.remove(&id)?, rank, excerpt });
    Ok(Answer { count, hits: ranked.into_iter().filter_map(hit).collect() })
}

/// A page that was found, and how well it fits.
#[derive(Debug, FromRow)]
struct Ranked {
    id: i64,
    rank: f32,
    excerpt: String,
}

/// Cuts what is being typed before its last word, and makes a prefix search of that; `None` where the last word is
/// finished, excluded, or part of an open phrase.
fn unfinished(words: &str) -> Option<(String, String)> {
    let end = words.trim_end_matches(char::is_alphanumeric);
    let (before, last) = words.split_at_checked(end.len())?;
    let is_open = before.matches('"').count() % 2 == 1;
    // Of letters and digits alone, so nothing in it has a meaning in `to_tsquery`.
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

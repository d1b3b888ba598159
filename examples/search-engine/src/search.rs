//! The search: pages that have the words, the best first, with the words shown where they stand.

use orm_pg::prelude::*;

/// Begins a word that was looked for, in an excerpt.
pub const BEGIN: char = '\u{2}';

/// Ends a word that was looked for, in an excerpt.
pub const END: char = '\u{3}';

/// A page that was found.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct Hit {
    /// Its address.
    pub url: String,
    /// Its title.
    pub title: String,
    /// How well it fits: words close together and words of the title count more, long pages less, and the more the
    /// more pages link to it.
    pub rank: f32,
    /// How many pages link to it.
    pub links: i64,
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

/// Looks for words as people write them in search engines: `"a phrase"`, `this or that`, `-without`.
///
/// # Errors
/// What the server answers. No text of a user is an error.
pub async fn search(db: &Database, words: &str, limit: i64) -> Result<Answer> {
    // PostgreSQL knows no NUL in text.
    let words = words.replace('\0', " ");
    let options = format!("StartSel=\"{BEGIN}\", StopSel=\"{END}\", MaxFragments=2, MaxWords=16, MinWords=6");
    // Of the pages whose text fits best, those come first that others link to. An excerpt is made from the whole text
    // again, so only for the pages that are shown.
    let hits = sql!(
        "WITH fitting AS (
             SELECT p.id, query, ts_rank_cd(p.document, query, 1) AS fit
             FROM search_engine.pages p, websearch_to_tsquery('english', {words}) query
             WHERE p.document @@ query
             ORDER BY fit DESC, p.id
             LIMIT 200
         ), best AS (
             SELECT id, query, links, (fit * ln(2 + links))::real AS rank
             FROM fitting, LATERAL (SELECT count(*) AS links FROM search_engine.links WHERE target_id = id) AS inbound
             ORDER BY rank DESC, id
             LIMIT {limit}
         )
         SELECT url, title, rank, links, ts_headline('english', body, query, {options}) AS excerpt
         FROM best JOIN search_engine.pages USING (id)
         ORDER BY rank DESC, id"
    );
    let count =
        sql!("SELECT count(*) FROM search_engine.pages WHERE document @@ websearch_to_tsquery('english', {words})");
    let (count, hits) = tokio::try_join!(count.one::<i64>(db), hits.all::<Hit>(db))?;
    Ok(Answer { count, hits })
}

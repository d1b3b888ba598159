//! The keys of an index, from the statement that the server gives for it.
//!
//! Only the server knows which collation and operator class are the default of a type; it leaves the defaults out.

use orm_core::catalog::IndexKey;
use serde::{Deserialize, Serialize};

/// A key as the catalog has it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Key {
    /// The column, if it is one.
    column: Option<String>,
    /// The column or expression as the server writes it.
    text: String,
    statistics: Option<i32>,
}

/// Reads the keys of `CREATE INDEX … USING method (key, key) …`.
pub(super) fn parse(statement: &str, keys: Vec<Key>) -> Option<Vec<IndexKey>> {
    let texts = in_parentheses(statement)?;
    if texts.len() != keys.len() {
        return None;
    }
    keys.into_iter().zip(texts).map(|(key, text)| one(key, text)).collect()
}

fn one(key: Key, text: &str) -> Option<IndexKey> {
    let rest = text.strip_prefix(&key.text)?;
    let mut parsed = IndexKey::column(String::new());
    parsed.statistics = key.statistics;
    match key.column {
        Some(column) => parsed.column = Some(column),
        None => (parsed.column, parsed.expression) = (None, Some(key.text)),
    }
    let mut words = words(rest).into_iter().peekable();
    if words.next_if_eq(&"COLLATE").is_some() {
        parsed.collation = Some(words.next()?.to_owned());
    }
    if let Some(class) = words.next_if(|it| !matches!(*it, "DESC" | "NULLS")) {
        let options = words.next_if(|it| it.starts_with('(')).map(|it| format!(" {it}")).unwrap_or_default();
        parsed.operator_class = Some(format!("{class}{options}"));
    }
    parsed.descending = words.next_if_eq(&"DESC").is_some();
    parsed.nulls_first = parsed.descending;
    if words.next_if_eq(&"NULLS").is_some() {
        parsed.nulls_first = words.next()? == "FIRST";
    }
    words.next().is_none().then_some(parsed)
}

/// The parts between commas in the first parentheses.
fn in_parentheses(statement: &str) -> Option<Vec<&str>> {
    let mut parts = Vec::new();
    let mut start = None;
    for (at, c, depth) in outside_of_quotes(statement) {
        match (c, depth, start) {
            ('(', 1, None) => start = Some(at + 1),
            (',', 1, Some(from)) => {
                parts.push(statement.get(from..at)?.trim());
                start = Some(at + 1);
            }
            (')', 0, Some(from)) => {
                parts.push(statement.get(from..at)?.trim());
                return Some(parts);
            }
            _ => {}
        }
    }
    None
}

/// The parts between spaces outside parentheses.
fn words(text: &str) -> Vec<&str> {
    let mut ends: Vec<_> = outside_of_quotes(text).filter(|it| (it.1, it.2) == (' ', 0)).map(|it| it.0).collect();
    ends.push(text.len());
    let mut start = 0;
    let mut words = Vec::new();
    for end in ends {
        words.extend(text.get(start..end).filter(|it| !it.is_empty()));
        start = end + 1;
    }
    words
}

/// Each character outside quotes, with its position and the number of parentheses that are open after it.
fn outside_of_quotes(text: &str) -> impl Iterator<Item = (usize, char, usize)> {
    let mut quote = None;
    let mut depth = 0_usize;
    text.char_indices().filter_map(move |(at, c)| {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, _) => {}
        }
        (quote.is_none() && !matches!(c, '\'' | '"')).then_some((at, c, depth))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(statement: &str, keys: &[(Option<&str>, &str)]) -> Vec<String> {
        let keys = keys.iter().map(|(column, text)| Key {
            column: column.map(str::to_owned),
            text: (*text).to_owned(),
            statistics: None,
        });
        let parsed = parse(statement, keys.collect()).expect("keys");
        parsed.iter().map(IndexKey::to_sql).collect()
    }

    #[test]
    fn what_follows_a_key() {
        let statement = r#"CREATE INDEX "i (" ON public.t USING btree (a, b DESC, c NULLS FIRST, d DESC NULLS LAST)"#;
        let found = keys(statement, &[(Some("a"), "a"), (Some("b"), "b"), (Some("c"), "c"), (Some("d"), "d")]);
        assert_eq!(found, [r#""a""#, r#""b" DESC"#, r#""c" NULLS FIRST"#, r#""d" DESC NULLS LAST"#]);
    }

    #[test]
    fn collations_classes_and_their_options() {
        let statement =
            "CREATE INDEX i ON public.t USING gist (a COLLATE \"my, C\" public.gist_trgm_ops (siglen='32') DESC)";
        assert_eq!(
            keys(statement, &[(Some("a"), "a")]),
            [r#""a" COLLATE "my, C" public.gist_trgm_ops (siglen='32') DESC"#]
        );
    }

    #[test]
    fn expressions_with_quotes_commas_and_parentheses() {
        let statement =
            "CREATE INDEX i ON t USING btree (replace(a, ',('::text, 'it''s)'::text), ((b || ')'::text)) DESC)";
        let found = keys(statement, &[(None, "replace(a, ',('::text, 'it''s)'::text)"), (None, "((b || ')'::text))")]);
        assert_eq!(found, ["replace(a, ',('::text, 'it''s)'::text)", "((b || ')'::text)) DESC"]);
    }

    #[test]
    fn what_is_not_understood_is_nothing() {
        let key = |text: &str| vec![Key { column: None, text: text.to_owned(), statistics: None }];
        assert!(parse("CREATE INDEX i ON t USING btree (a b c d)", key("a")).is_none());
        assert!(parse("CREATE INDEX i ON t", key("a")).is_none());
        assert!(parse("CREATE INDEX i ON t USING btree (a, b)", key("a")).is_none());
    }
}

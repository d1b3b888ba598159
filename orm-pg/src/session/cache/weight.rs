//! Estimates the memory that a prepared statement takes on the server, from its text.
//!
//! PostgreSQL keeps three trees of it: parsed, analysed and planned. Each node takes hundreds of bytes, so a text of 15
//! KB with 2,000 placeholders takes 880 KB. The numbers were read from `pg_backend_memory_contexts` of PostgreSQL 15,
//! after the generic plan was made; a test compares them.

/// The smallest statement: three memory contexts.
const LEAST: usize = 8 * 1024;

/// A sub-query, with the names of the twenty columns of a table.
const QUERY: usize = 7000;

/// A name, a number, a string or a keyword.
const WORD: usize = 1400;

/// An operator.
const OPERATOR: usize = 900;

/// A placeholder.
const PLACEHOLDER: usize = 700;

/// A byte of the text, which is kept, and copied into each of the trees if it is in a literal.
const BYTE: usize = 5;

/// A column that a `*` stands for.
const COLUMN: usize = 2000;

/// Estimates the bytes that the server keeps for a prepared statement. The text does not show what views, partitions,
/// inlined functions and very wide tables add.
pub(super) fn of_text(text: &str) -> usize {
    let Marks { queries, words, operators, placeholders, .. } = marks(text);
    let nodes = queries * QUERY + words * WORD + operators * OPERATOR + placeholders * PLACEHOLDER;
    LEAST + text.len() * BYTE + nodes
}

/// Estimates what the result columns add: all of them for each `*`.
pub(super) fn of_columns(text: &str, columns: usize) -> usize {
    marks(text).stars * columns * COLUMN
}

#[derive(Debug, PartialEq, Eq, Default)]
struct Marks {
    queries: usize,
    words: usize,
    operators: usize,
    placeholders: usize,
    stars: usize,
}

/// Counts the parts of the text that become nodes. A qualified name (`t0."id"`) is one. The content of literals and
/// quoted names is skipped.
fn marks(text: &str) -> Marks {
    let mut marks = Marks::default();
    let mut rest = text.as_bytes();
    let mut before = b' ';
    while let [byte, after @ ..] = rest {
        let length = match byte {
            b'\'' | b'"' => after.iter().position(|it| it == byte).map_or(after.len(), |end| end + 1),
            b'$' => word(after),
            it if is_word(*it) => word(after),
            _ => 0,
        };
        let (token, next) = rest.split_at((1 + length).min(rest.len()));
        let qualified = before == b'.';
        match byte {
            b'$' => marks.placeholders += 1,
            b'*' => marks.stars += 1,
            b'\'' | b'"' => marks.words += usize::from(!qualified),
            it if is_word(*it) => {
                marks.words += usize::from(!qualified);
                marks.queries += usize::from(token.eq_ignore_ascii_case(b"select"));
            }
            it if is_operator(*it) => marks.operators += usize::from(!is_operator(before)),
            _ => {}
        }
        (before, rest) = (*byte, next);
    }
    marks.queries = marks.queries.saturating_sub(1);
    marks
}

/// The length of the word at the start of `text`.
fn word(text: &[u8]) -> usize {
    text.iter().position(|it| !is_word(*it)).unwrap_or(text.len())
}

fn is_operator(byte: u8) -> bool {
    b"+-/<>=~!@#%^&|:?".contains(&byte)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_counted() {
        let counted = |text, queries, words, operators, placeholders, stars| {
            assert_eq!(marks(text), Marks { queries, words, operators, placeholders, stars }, "{text}");
        };
        counted("", 0, 0, 0, 0, 0);
        counted("SELECT 1, 23", 0, 3, 0, 0, 0);
        counted(r#"SELECT t0."id", t0."a b" FROM "users" AS t0 WHERE t0."id" >= $12"#, 0, 9, 1, 1, 0);
        counted("SELECT *, 'it''s * $1'", 0, 3, 0, 0, 1);
        counted("VALUES ($1, $2), ($3, $4)", 0, 1, 0, 4, 0);
        counted("select - - x::text, (Select 1)", 1, 5, 3, 0, 0);
        counted("größer + 'unclosed", 0, 2, 1, 0, 0);
    }

    #[test]
    fn a_star_stands_for_all_columns() {
        assert_eq!(of_columns("SELECT id FROM t", 60), 0);
        assert!(of_columns("SELECT * FROM t UNION ALL SELECT * FROM t", 60) > 100_000);
    }
}

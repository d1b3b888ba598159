//! Splits SQL into tokens as PostgreSQL's scanner does with `standard_conforming_strings`.

/// One token. Comments and white space are skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A keyword, or a name without quotes.
    Word(&'a str),
    /// A quoted identifier.
    Name(&'a str),
    /// A string, a number or a placeholder.
    Value(&'a str),
    Sign(char),
}

impl Token<'_> {
    /// Whether this is the keyword `keyword`, in any case.
    pub(super) fn is(self, keyword: &str) -> bool {
        matches!(self, Self::Word(it) if it.eq_ignore_ascii_case(keyword))
    }

    pub(super) fn is_any(self, keywords: &[&str]) -> bool {
        keywords.iter().any(|it| self.is(it))
    }
}

/// The tokens of `sql`, each with the offset of its end. An unclosed string or comment reaches to the end of `sql`.
pub(super) fn tokens(sql: &str) -> impl Iterator<Item = (usize, Token<'_>)> {
    let mut rest = sql;
    std::iter::from_fn(move || {
        let (token, after) = next(rest)?;
        rest = after;
        Some((sql.len() - after.len(), token))
    })
}

fn next(sql: &str) -> Option<(Token<'_>, &str)> {
    let rest = skip_space(sql);
    let first = rest.chars().next()?;
    let end = match first {
        '\'' => quoted(rest, 1, '\'', false),
        '"' => quoted(rest, 1, '"', false),
        '$' => dollar_quoted(rest),
        _ if is_word(first) && !first.is_ascii_digit() => {
            let end = rest.find(|it| !is_word(it)).unwrap_or(rest.len());
            let (word, after) = rest.split_at_checked(end)?;
            let text = after.starts_with('\'') && ["e", "b", "x", "n"].iter().any(|it| word.eq_ignore_ascii_case(it));
            if !text {
                return Some((Token::Word(word), after));
            }
            quoted(rest, end + 1, '\'', word.eq_ignore_ascii_case("e"))
        }
        _ if first.is_ascii_digit() => rest.find(|it: char| !is_word(it) && it != '.').unwrap_or(rest.len()),
        _ => first.len_utf8(),
    };
    let (token, after) = rest.split_at_checked(end)?;
    let token = match first {
        '"' => Token::Name(token),
        '$' | '\'' => Token::Value(token),
        _ if is_word(first) => Token::Value(token),
        _ => Token::Sign(first),
    };
    Some((token, after))
}

fn is_word(it: char) -> bool {
    it.is_ascii_alphanumeric() || matches!(it, '_' | '$') || !it.is_ascii()
}

/// Skips white space and comments. Comments in `/* */` can be nested.
fn skip_space(sql: &str) -> &str {
    let mut rest = sql;
    loop {
        rest = rest.trim_start();
        if let Some(comment) = rest.strip_prefix("--") {
            rest = comment.find(['\n', '\r']).and_then(|at| comment.get(at..)).unwrap_or_default();
        } else if let Some(comment) = rest.strip_prefix("/*") {
            rest = after_comment(comment);
        } else {
            return rest;
        }
    }
}

fn after_comment(text: &str) -> &str {
    let mut depth = 1_u32;
    let mut rest = text;
    while depth > 0 {
        match (rest.find("/*"), rest.find("*/")) {
            (Some(open), Some(close)) if open < close => {
                depth += 1;
                rest = rest.get(open + 2..).unwrap_or_default();
            }
            (_, Some(close)) => {
                depth -= 1;
                rest = rest.get(close + 2..).unwrap_or_default();
            }
            (_, None) => return "",
        }
    }
    rest
}

/// Returns the end of the quoted text whose content begins at `start`. A doubled quote belongs to the text, and so does
/// a quote after a backslash if `escape` is set.
fn quoted(sql: &str, start: usize, quote: char, escape: bool) -> usize {
    let mut chars = sql.char_indices().skip_while(|it| it.0 < start).peekable();
    while let Some((at, it)) = chars.next() {
        if it == '\\' && escape {
            let _ = chars.next();
        } else if it == quote && chars.next_if(|it| it.1 == quote).is_none() {
            return at + quote.len_utf8();
        }
    }
    sql.len()
}

/// Returns the end of a text in `$tag$`, or of a placeholder (`$1`).
fn dollar_quoted(sql: &str) -> usize {
    let inside = sql.get(1..).unwrap_or_default();
    let tag = inside.find(|it| !is_word(it) || it == '$').unwrap_or(inside.len());
    let is_tag =
        inside.get(tag..).is_some_and(|it| it.starts_with('$')) && !inside.starts_with(|it: char| it.is_ascii_digit());
    if !is_tag {
        let digits = inside.find(|it: char| !it.is_ascii_digit()).unwrap_or(inside.len());
        return 1 + digits;
    }
    let (fence, body) = sql.split_at_checked(tag + 2).unwrap_or((sql, ""));
    body.find(fence).map_or(sql.len(), |at| 2 * fence.len() + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sql: &str, expected: &[Token<'_>]) {
        assert_eq!(tokens(sql).map(|it| it.1).collect::<Vec<_>>(), expected, "{sql}");
    }

    #[test]
    fn sql_is_cut_where_the_server_cuts_it() {
        use Token::{Name, Sign, Value, Word};
        check("", &[]);
        check(" -- only\n/* a /* nested */ comment */ ", &[]);
        check("/* without an end", &[]);
        check("SELECT a_1$, \"b\"\"c\"", &[Word("SELECT"), Word("a_1$"), Sign(','), Name("\"b\"\"c\"")]);
        check("'it''s;' x", &[Value("'it''s;'"), Word("x")]);
        check(r"'\' x", &[Value(r"'\'"), Word("x")]);
        check(r"E'\'' x", &[Value(r"E'\''"), Word("x")]);
        check("b'1'x", &[Value("b'1'"), Word("x")]);
        check("$1+$tag$a;$$b$tag$;", &[Value("$1"), Sign('+'), Value("$tag$a;$$b$tag$"), Sign(';')]);
        check("$$a$$b", &[Value("$$a$$"), Word("b")]);
        check("1.5e3 é", &[Value("1.5e3"), Word("é")]);
        check("SET--x\rLOCAL", &[Word("SET"), Word("LOCAL")]);
        check("'open", &[Value("'open")]);
    }
}

//! The context of a value in the SQL of `sql!`: the other side of a comparison, or the function that it is an argument of.
//!
//! A text in a comparison takes the type of the other side, as a literal does. Elsewhere it is a `text`: where the server
//! would not know its type (`{a} IS NULL`, `concat({a})`), or would take another one (`{a}::date`).

use super::token::{Token, back, before, closes, enclosing, is_word, tokens};
use crate::ast::{Context, TextPart};

/// Operators between two sides of one type.
const COMPARISONS: [&str; 19] =
    ["=", "<>", "!=", "<", ">", "<=", ">=", "~", "~*", "!~", "!~*", "~~", "~~*", "!~~", "!~~*", "^@", "@>", "<@", "&&"];

/// Words after which a new expression begins.
const BEGINNINGS: [&str; 22] = [
    "select",
    "distinct",
    "all",
    "where",
    "and",
    "or",
    "not",
    "on",
    "by",
    "having",
    "set",
    "returning",
    "from",
    "join",
    "using",
    "values",
    "limit",
    "offset",
    "union",
    "intersect",
    "except",
    "with",
];

/// Words before a parenthesis that are not functions.
const NOT_FUNCTIONS: [&str; 13] =
    ["where", "and", "or", "not", "on", "by", "when", "then", "else", "having", "select", "row", "values"];

/// The context of each name, in the order of the text.
pub(crate) fn contexts(parts: &[TextPart]) -> Vec<Context> {
    let tokens = tokens(parts);
    let values = tokens.iter().enumerate().filter(|(_, token)| matches!(token, Token::Value(_)));
    values.map(|(at, _)| context(&tokens, at, at, false)).collect()
}

/// The context of the value or the parenthesis from `first` to `last`; `grouped` is set for a parenthesis.
fn context(tokens: &[Token], first: usize, last: usize, grouped: bool) -> Context {
    let (left, right) = (before(tokens, first), tokens.get(last + 1));
    let compares = |token: Option<&Token>| match token {
        Some(Token::Operator(it)) => Some(COMPARISONS.contains(&it.as_str())),
        _ => None,
    };
    if is_cast(tokens, first, last) || is_null_test(tokens, last) || matches!(right, Some(Token::Other('['))) {
        return Context::Untyped;
    }
    let known = |side: Option<usize>| {
        // Beside another array of values neither side has a type.
        !matches!(side.and_then(|it| tokens.get(it)), None | Some(Token::Value(_) | Token::Other(_)))
    };
    match (compares(left), compares(right)) {
        (Some(false), _) | (_, Some(false)) => return Context::Untyped,
        (Some(true), _) => {
            return Context::Compared {
                list: !grouped && known(first.checked_sub(2)),
                text: window(tokens, first, last),
            };
        }
        (None, Some(true)) => {
            // The other side comes after it.
            let text = window(tokens, first, last + 2);
            return Context::Compared { list: !grouped && known(Some(last + 2)), text };
        }
        (None, None) => {}
    }
    if is_compared_by_words(tokens, first, last) {
        return Context::Compared { list: false, text: window(tokens, first, last + 2) };
    }
    let Some((open, close)) = enclosing(tokens, first, last) else { return Context::Untyped };
    if is_query(tokens, open) {
        return Context::Untyped;
    }
    let text = || window(tokens, first, last);
    match before(tokens, open) {
        Some(Token::Word(word)) if word == "in" => Context::Compared { list: false, text: text() },
        Some(Token::Word(word)) if matches!(word.as_str(), "any" | "some" | "all") => {
            Context::Compared { list: true, text: text() }
        }
        Some(Token::Word(_)) if is_row_of_insert(tokens, open) => Context::Compared { list: true, text: text() },
        Some(Token::Comma) if is_row_of_insert(tokens, open) => Context::Compared { list: true, text: text() },
        Some(Token::Word(word)) if !NOT_FUNCTIONS.contains(&word.as_str()) => {
            Context::Argument { function: word.clone(), text: text() }
        }
        _ => match context(tokens, open, close, true) {
            Context::Compared { .. } => Context::Compared { list: false, text: text() },
            _ => Context::Untyped,
        },
    }
}

/// Whether the parenthesis at `open` holds a query.
fn is_query(tokens: &[Token], open: usize) -> bool {
    is_word(tokens.get(open + 1), &["select", "with", "values", "insert", "update", "delete"])
}

/// `{a} IS NULL`, where the server would not know the type.
fn is_null_test(tokens: &[Token], last: usize) -> bool {
    let distinct = [2, 3].iter().any(|it| is_word(tokens.get(last + it), &["distinct"]));
    is_word(tokens.get(last + 1), &["is", "isnull", "notnull"]) && !distinct
}

/// `{a}::text`, `CAST({a} AS text)`.
fn is_cast(tokens: &[Token], first: usize, last: usize) -> bool {
    let right = tokens.get(last + 1);
    let cast = is_word(right, &["as"]) && {
        let open = enclosing(tokens, first, last).map(|it| it.0);
        open.is_some_and(|it| is_word(before(tokens, it), &["cast"]))
    };
    cast || matches!(right, Some(Token::Operator(it)) if it.starts_with("::"))
}

fn is_compared_by_words(tokens: &[Token], first: usize, last: usize) -> bool {
    let left = before(tokens, first);
    let two_left = first.checked_sub(1).and_then(|it| before(tokens, it));
    let (right, two_right, three_right) = (tokens.get(last + 1), tokens.get(last + 2), tokens.get(last + 3));
    let distinct = is_word(two_right, &["distinct"]) || is_word(three_right, &["distinct"]);
    is_word(left, &["like", "ilike", "between", "symmetric", "then", "else", "when"])
        || (is_word(left, &["to"]) && is_word(two_left, &["similar"]))
        || (is_word(left, &["from"]) && is_word(two_left, &["distinct"]))
        || (is_word(left, &["and"]) && is_in_between(tokens, first))
        || is_word(right, &["like", "ilike", "between", "similar", "in"])
        || (is_word(right, &["not"]) && is_word(two_right, &["like", "ilike", "between", "similar", "in"]))
        || (is_word(right, &["is"]) && distinct)
}

/// Whether an `AND` before `at` is that of a `BETWEEN`.
fn is_in_between(tokens: &[Token], at: usize) -> bool {
    let mut at = at.saturating_sub(1);
    while let Some(next) = back(tokens, at) {
        at = next;
        match tokens.get(at) {
            Some(Token::Word(word)) if word == "between" => return true,
            Some(Token::Word(word)) if BEGINNINGS.contains(&word.as_str()) => return false,
            Some(Token::Open | Token::Comma) | None => return false,
            _ => {}
        }
    }
    false
}

/// Whether the parenthesis at `open` is a row of `INSERT … VALUES (…), (…)`.
fn is_row_of_insert(tokens: &[Token], open: usize) -> bool {
    let mut at = open;
    while let Some(next) = back(tokens, at) {
        at = next;
        match tokens.get(at) {
            Some(Token::Comma) => {}
            Some(Token::Open) if closes(tokens, at, open) => {}
            Some(Token::Word(word)) if word == "values" => break,
            _ => return false,
        }
    }
    while let Some(next) = back(tokens, at) {
        at = next;
        match tokens.get(at) {
            Some(Token::Word(word)) if word == "insert" => return true,
            Some(Token::Open) if !closes(tokens, at, open) => return false,
            None => return false,
            _ => {}
        }
    }
    false
}

/// The other side of the comparison as text: a name that occurs twice in the same comparison is one bind.
fn window(tokens: &[Token], first: usize, last: usize) -> String {
    let mut start = first;
    // From inside a list or a row to the other side of its comparison; not out of the arguments of a function.
    while let Some(next) = back(tokens, start) {
        match tokens.get(next) {
            Some(Token::Open) if !closes(tokens, next, first) => {
                start = next;
                if let Some(Token::Word(word)) = before(tokens, next)
                    && !NOT_FUNCTIONS.contains(&word.as_str())
                    && !matches!(word.as_str(), "in" | "any" | "some" | "all" | "values")
                {
                    start = next - 1;
                    break;
                }
            }
            Some(Token::Comma) if enclosing(tokens, next, next).is_some_and(|it| !is_query(tokens, it.0)) => {
                start = next
            }
            Some(Token::Comma) => break,
            Some(Token::Word(word)) if word == "and" && is_in_between(tokens, next + 1) => start = next,
            Some(Token::Word(word)) if BEGINNINGS.contains(&word.as_str()) && word != "not" && word != "all" => break,
            _ => start = next,
        }
    }
    let words = tokens.iter().enumerate().take(last + 1).skip(start).map(|(at, token)| match token {
        _ if at == first => "?",
        Token::Word(it) | Token::Operator(it) | Token::Value(it) => it,
        Token::Open => "(",
        Token::Close => ")",
        Token::Comma => ",",
        Token::Other(_) => "'",
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;

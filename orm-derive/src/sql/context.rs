//! What stands around a value in SQL of the user: what it is compared with, or the function that it goes to.
//!
//! There a text takes its type from what it is compared with, as a literal does. Elsewhere it is a `text`: where the server
//! would not know its type (`{a} IS NULL`, `concat({a})`), or would take another one (`{a}::date`).

use super::{Part, scanner::Scanner};

/// Where a value stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Context {
    /// Where nothing gives it a type.
    Alone,
    /// Beside something that does; `list` says that an array takes it, too. The text is what it is compared with.
    Compared { list: bool, text: String },
    /// Among the arguments of a function.
    Argument { function: String, text: String },
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// In lower case, but for names in quotes.
    Word(String),
    Operator(String),
    Open,
    Close,
    Comma,
    /// A text, a bracket, a semicolon.
    Other(char),
    /// A name in braces.
    Value(String),
}

/// Operators between two sides of one type.
const COMPARISONS: [&str; 19] =
    ["=", "<>", "!=", "<", ">", "<=", ">=", "~", "~*", "!~", "!~*", "~~", "~~*", "!~~", "!~~*", "^@", "@>", "<@", "&&"];

/// Words with which a new expression begins behind them.
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

/// Words before a parenthesis that are no functions.
const NO_FUNCTIONS: [&str; 13] =
    ["where", "and", "or", "not", "on", "by", "when", "then", "else", "having", "select", "row", "values"];

/// Says for each name where it stands.
pub(super) fn contexts(parts: &[Part]) -> Vec<Context> {
    let tokens = tokens(parts);
    let values = tokens.iter().enumerate().filter(|(_, token)| matches!(token, Token::Value(_)));
    values.map(|(at, _)| context(&tokens, at, at, false)).collect()
}

fn tokens(parts: &[Part]) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut scanner = Scanner::new();
    for part in parts {
        let text = match part {
            Part::Name(name) => {
                scanner.value();
                tokens.push(Token::Value(name.trim().to_owned()));
                continue;
            }
            Part::Text(text) => text,
        };
        // Whether the next character may belong to the token before it.
        let mut joins = false;
        for char in text.chars() {
            let hidden = scanner.obstacle().is_some();
            scanner.push(char);
            let hides = scanner.obstacle().is_some();
            match (hidden, hides) {
                (false, false) => joins = token(&mut tokens, char, joins),
                (false, true) => {
                    opened(&mut tokens, char);
                    joins = false;
                }
                (true, _) => joins = false,
            }
        }
    }
    tokens
}

/// Something begins that is no token by itself: a text, a name in quotes, a comment, whose first sign has been taken for an
/// operator.
fn opened(tokens: &mut Vec<Token>, char: char) {
    match char {
        '"' => tokens.push(Token::Word("\"".to_owned())),
        '-' | '*' => {
            if let Some(Token::Operator(operator)) = tokens.last_mut() {
                operator.pop();
                if operator.is_empty() {
                    tokens.pop();
                }
            }
        }
        char => tokens.push(Token::Other(char)),
    }
}

/// Takes a character, and says whether the next one may belong to the same token.
fn token(tokens: &mut Vec<Token>, char: char, joins: bool) -> bool {
    match char {
        '(' => tokens.push(Token::Open),
        ')' => tokens.push(Token::Close),
        ',' => tokens.push(Token::Comma),
        '[' | ']' | ';' | '$' => tokens.push(Token::Other(char)),
        it if it.is_whitespace() || it == '\'' || it == '"' => return false,
        it if it.is_alphanumeric() || matches!(it, '_' | '.') => {
            match tokens.last_mut() {
                Some(Token::Word(word)) if joins => word.extend(it.to_lowercase()),
                _ => tokens.push(Token::Word(it.to_lowercase().collect())),
            }
            return true;
        }
        it => {
            match tokens.last_mut() {
                Some(Token::Operator(operator)) if joins => operator.push(it),
                _ => tokens.push(Token::Operator(it.to_string())),
            }
            return true;
        }
    }
    false
}

fn before(tokens: &[Token], at: usize) -> Option<&Token> {
    at.checked_sub(1).and_then(|it| tokens.get(it))
}

fn is_word(token: Option<&Token>, words: &[&str]) -> bool {
    matches!(token, Some(Token::Word(word)) if words.contains(&word.as_str()))
}

/// Where the value or the parenthesis from `first` to `last` stands. `grouped` says that it is a parenthesis.
fn context(tokens: &[Token], first: usize, last: usize, grouped: bool) -> Context {
    let (left, right) = (before(tokens, first), tokens.get(last + 1));
    let compares = |token: Option<&Token>| match token {
        Some(Token::Operator(it)) => Some(COMPARISONS.contains(&it.as_str())),
        _ => None,
    };
    if is_cast(tokens, first, last) || is_null_test(tokens, last) || matches!(right, Some(Token::Other('['))) {
        return Context::Alone;
    }
    let known = |side: Option<usize>| {
        // Beside another array of values nobody knows what either is.
        !matches!(side.and_then(|it| tokens.get(it)), None | Some(Token::Value(_) | Token::Other(_)))
    };
    match (compares(left), compares(right)) {
        (Some(false), _) | (_, Some(false)) => return Context::Alone,
        (Some(true), _) => {
            return Context::Compared {
                list: !grouped && known(first.checked_sub(2)),
                text: window(tokens, first, last),
            };
        }
        (None, Some(true)) => {
            // What it is compared with comes after it.
            let text = window(tokens, first, last + 2);
            return Context::Compared { list: !grouped && known(Some(last + 2)), text };
        }
        (None, None) => {}
    }
    if is_compared_by_words(tokens, first, last) {
        return Context::Compared { list: false, text: window(tokens, first, last + 2) };
    }
    let Some((open, close)) = around(tokens, first, last) else { return Context::Alone };
    if is_query(tokens, open) {
        return Context::Alone;
    }
    let text = || window(tokens, first, last);
    match before(tokens, open) {
        Some(Token::Word(word)) if word == "in" => Context::Compared { list: false, text: text() },
        Some(Token::Word(word)) if matches!(word.as_str(), "any" | "some" | "all") => {
            Context::Compared { list: true, text: text() }
        }
        Some(Token::Word(_)) if is_row_of_insert(tokens, open) => Context::Compared { list: true, text: text() },
        Some(Token::Comma) if is_row_of_insert(tokens, open) => Context::Compared { list: true, text: text() },
        Some(Token::Word(word)) if !NO_FUNCTIONS.contains(&word.as_str()) => {
            Context::Argument { function: word.clone(), text: text() }
        }
        _ => match context(tokens, open, close, true) {
            Context::Compared { .. } => Context::Compared { list: false, text: text() },
            _ => Context::Alone,
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
        let open = around(tokens, first, last).map(|it| it.0);
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

/// The token before the one at `at`, a parenthesis counting as one.
fn back(tokens: &[Token], at: usize) -> Option<usize> {
    let mut at = at.checked_sub(1)?;
    let mut depth = 0_u32;
    loop {
        match tokens.get(at) {
            Some(Token::Close) => depth += 1,
            Some(Token::Open) if depth > 0 => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
        at = at.checked_sub(1)?;
    }
}

/// The parenthesis around.
fn around(tokens: &[Token], first: usize, last: usize) -> Option<(usize, usize)> {
    let mut open = first;
    loop {
        open = back(tokens, open)?;
        if tokens.get(open) == Some(&Token::Open) && !closes(tokens, open, first) {
            break;
        }
    }
    let mut depth = 0_u32;
    let close = tokens.iter().enumerate().skip(last + 1).find(|(_, token)| match token {
        Token::Open => {
            depth += 1;
            false
        }
        Token::Close if depth == 0 => true,
        Token::Close => {
            depth -= 1;
            false
        }
        _ => false,
    });
    Some((open, close?.0))
}

/// Whether the parenthesis that opens at `open` closes before `before`.
fn closes(tokens: &[Token], open: usize, before: usize) -> bool {
    let mut depth = 0_u32;
    for token in tokens.iter().take(before).skip(open) {
        match token {
            Token::Open => depth += 1,
            Token::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return true;
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

/// What the value is compared with, as text: where a name stands twice in the same, it is one bind.
fn window(tokens: &[Token], first: usize, last: usize) -> String {
    let mut start = first;
    // Out of a list or a row to what it is compared with; not out of a function.
    while let Some(next) = back(tokens, start) {
        match tokens.get(next) {
            Some(Token::Open) if !closes(tokens, next, first) => {
                start = next;
                if let Some(Token::Word(word)) = before(tokens, next)
                    && !NO_FUNCTIONS.contains(&word.as_str())
                    && !matches!(word.as_str(), "in" | "any" | "some" | "all" | "values")
                {
                    start = next - 1;
                    break;
                }
            }
            Some(Token::Comma) if around(tokens, next, next).is_some_and(|it| !is_query(tokens, it.0)) => start = next,
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
mod tests {
    use super::*;
    use crate::sql::split;

    fn of(text: &str) -> Vec<Context> {
        let (parts, mistakes) = split(text);
        assert_eq!(mistakes, [""; 0]);
        contexts(&parts)
    }

    fn compared(text: &str) -> bool {
        of(text).iter().all(|it| matches!(it, Context::Compared { .. }))
    }

    #[test]
    fn values_beside_comparisons_take_a_type() {
        for text in [
            "name = {a}",
            "{a} = name",
            "name={a}",
            "{u.name} <> {a} AND x > 1",
            "name LIKE {a}",
            "name NOT ILIKE {a}",
            "{a} NOT LIKE name",
            "name SIMILAR TO {a}",
            "name IN ({a}, {b})",
            "(name, x) IN (({a}, {b}), ({c}, {d}))",
            "(name, x) = ({a}, {b})",
            "({a}, {b}) = (name, x)",
            "ROW({a}, {b}) = (name, x)",
            "name = ANY({a})",
            "name = ANY ({a})",
            "{a} = ANY(tags)",
            "name BETWEEN {a} AND {b}",
            "x AND name BETWEEN {a} AND {b}",
            "name IS DISTINCT FROM {a}",
            "{a} IS NOT DISTINCT FROM name",
            "CASE WHEN x THEN {a} ELSE name END",
            "CASE name WHEN {a} THEN 1 END",
            "UPDATE t SET name = {a}, other = {b} WHERE id = {c}",
            "INSERT INTO t (a, b) VALUES ({a}, {b}), ({c}, DEFAULT)",
            "WITH w AS (INSERT INTO t VALUES ({a})) SELECT 1",
            "lower(name) = {a}",
            "(name) = ({a})",
            "name /* = 'x' */ = /* y */ {a} -- z",
            "\"na me\" = {a}",
            "'it''s' = {a}",
        ] {
            assert!(compared(text), "{text}: {:?}", of(text));
        }
    }

    #[test]
    fn values_that_the_server_would_not_know_stay_as_they_are() {
        for text in [
            "SELECT {a}",
            "{a} IS NULL OR {b} IS NOT NULL",
            "name IN (SELECT name FROM t WHERE {a} IS NULL)",
            "name = {a}::text",
            "name = {a} :: text",
            "name = CAST({a} AS text)",
            "name = {a} || {b}",
            "name LIKE {a} || '%'",
            "doc -> {a}",
            "doc - {a}",
            "tags[{a}]",
            "{a}[1] = 1",
            "SELECT * FROM (VALUES ({a})) v(x)",
            "INSERT INTO t SELECT x FROM (VALUES ({a})) v(x)",
            "SELECT {a} -- = x",
            "LIMIT {a}",
            "at AT TIME ZONE {a}",
        ] {
            assert!(of(text).iter().all(|it| *it == Context::Alone), "{text}: {:?}", of(text));
        }
    }

    #[test]
    fn arguments_know_their_function() {
        for text in ["coalesce(name, {a}) IS NULL", "1 + COALESCE ( name , f(x), {a} )", "coalesce({a}, name) = name"] {
            let [Context::Argument { function, .. }] = &of(text)[..] else { panic!("{text}: {:?}", of(text)) };
            assert_eq!(function, "coalesce");
        }
    }

    #[test]
    fn arrays_take_a_type_where_the_other_side_has_one() {
        let lists = |text| -> Vec<bool> {
            of(text).iter().map(|it| matches!(it, Context::Compared { list: true, .. })).collect()
        };
        assert_eq!(lists("tags && {a}"), [true]);
        assert_eq!(lists("{a} <@ tags"), [true]);
        assert_eq!(lists("{a} && {b}"), [false, false]);
        assert_eq!(lists("{a} = '{{}}'"), [false]);
        assert_eq!(lists("name = ANY({a})"), [true]);
        assert_eq!(lists("INSERT INTO t VALUES ({a})"), [true]);
        assert_eq!(lists("CASE WHEN x THEN {a} ELSE {b} END"), [false, false]);
    }

    /// One bind, where the server must see the same expression twice.
    #[test]
    fn the_same_expression_has_the_same_text() {
        let same = |text| {
            let texts: Vec<_> = of(text)
                .into_iter()
                .map(|it| match it {
                    Context::Alone => panic!("{text}"),
                    Context::Compared { text, .. } | Context::Argument { text, .. } => text,
                })
                .collect();
            texts.windows(2).all(|it| it[0] == it[1])
        };
        assert!(same("SELECT name = {a}, count(*) FROM t GROUP BY name = {a}"));
        assert!(same("SELECT 1, coalesce(name, {a}) FROM t GROUP BY id, coalesce(name, {a})"));
        assert!(same("SELECT {a} = name, 1 FROM t GROUP BY {a} = name"));
        assert!(same("(SELECT count(*), name IN ({a}) FROM t GROUP BY x, name IN ({a}))"));
        assert!(!same("name = {a} OR title = {a}"));
        assert!(!same("name IN ({a}) OR title IN ({a})"));
        assert!(!same("coalesce(name, {a}) = strpos(name, {a})"));
    }
}

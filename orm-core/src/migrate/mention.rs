//! The names that a text of the server mentions.
//!
//! With an empty `search_path` the server writes every name outside of `pg_catalog` with its schema, so a reference to an
//! object is two identifiers with a dot between them. Comparing more than what is there is harmless: a name that is no object
//! leads nowhere.

use std::collections::BTreeSet;

use crate::catalog::Name;

/// The names of two parts in `text`: `app.mood` in `'sad'::app.mood`. Also those inside of string literals, since
/// `nextval('app.numbers'::regclass)` refers to a sequence.
pub(super) fn names(text: &str) -> BTreeSet<Name> {
    let mut found = BTreeSet::new();
    for part in pieces(text) {
        // Of `a.b.c` both `a.b` and `b.c`: the last may be a column.
        for two in part.windows(2) {
            if let [schema, name] = two {
                found.insert(Name::new(schema, name));
            }
        }
    }
    found
}

/// The identifiers in `text` that no schema precedes, such as the columns of a CHECK.
pub(super) fn identifiers(text: &str) -> BTreeSet<String> {
    pieces(text).into_iter().filter_map(|it| it.into_iter().next()).collect()
}

/// All identifiers in `text`.
pub(super) fn words(text: &str) -> BTreeSet<String> {
    pieces(text).into_iter().flatten().collect()
}

/// The parts of a name: `app."Order".id` is three.
pub(super) fn parts(name: &str) -> Vec<String> {
    pieces(name).into_iter().next().unwrap_or_default()
}

/// `text` with the identifiers that `change` knows replaced, outside of string literals.
pub(super) fn replaced(text: &str, change: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '\'' => quoted_length(rest, '\''),
            '"' => quoted_length(rest, '"'),
            c if starts_word(c) => rest.find(|c| !in_word(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        let name = match c {
            '"' => Some(unquoted(token)),
            c if starts_word(c) => Some(token.to_owned()),
            _ => None,
        };
        match name.and_then(|it| change(&it)) {
            Some(new) => out.push_str(&new),
            None => out.push_str(token),
        }
        rest = after;
    }
    out
}

/// Names of one or more parts.
fn pieces(text: &str) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    let mut one: Vec<String> = Vec::new();
    let mut dot = false;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '"' => quoted_length(rest, '"'),
            c if starts_word(c) => rest.find(|c| !in_word(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        rest = after;
        if c == '.' && !one.is_empty() {
            dot = true;
            continue;
        }
        let name = match c {
            '"' => unquoted(token),
            c if starts_word(c) => token.to_owned(),
            _ => {
                if !one.is_empty() {
                    all.push(std::mem::take(&mut one));
                }
                dot = false;
                continue;
            }
        };
        if !dot && !one.is_empty() {
            all.push(std::mem::take(&mut one));
        }
        one.push(name);
        dot = false;
    }
    if !one.is_empty() {
        all.push(one);
    }
    all
}

fn starts_word(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn in_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// The length of a quoted token at the start of `text`. A doubled quote does not end it.
fn quoted_length(text: &str, quote: char) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == quote {
            if chars.peek().is_some_and(|(_, next)| *next == quote) {
                chars.next();
            } else {
                return at + quote.len_utf8();
            }
        }
    }
    text.len()
}

fn unquoted(token: &str) -> String {
    token.trim_matches('"').replace("\"\"", "\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_two_identifiers_with_a_dot() {
        let found = names(r#"(app.plus(a, 'x'::"My Schema"."Order"[]) > nextval('app.n'::regclass)) AND t.b = 1.5"#);
        let found: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found, [r#""My Schema"."Order""#, r#""app"."n""#, r#""app"."plus""#, r#""t"."b""#]);
    }

    #[test]
    fn bare_identifiers_are_the_first_parts() {
        let found = identifiers(r#"(lower("Full Name") = app.f(born))"#);
        assert!(found.contains("Full Name") && found.contains("born") && found.contains("app") && !found.contains("f"));
        assert_eq!(parts(r#"app."a.b".c"#), ["app", "a.b", "c"]);
    }

    #[test]
    fn identifiers_are_replaced_outside_of_literals() {
        let change = |it: &str| (it == "nick").then(|| "\"name\"".to_owned());
        assert_eq!(
            replaced(r#"("nick" <> 'nick'::text) OR nickname = nick"#, change),
            r#"("name" <> 'nick'::text) OR nickname = "name""#
        );
    }
}

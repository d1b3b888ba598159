//! Splits the text of `sql!` into SQL and names in braces.

use super::scanner::Scanner;
use crate::ast::TextPart;

/// Splits the text at its braces, and returns its mistakes as messages.
pub(crate) fn split(text: &str) -> (Vec<TextPart>, Vec<String>) {
    let (mut parts, mut mistakes) = (Vec::new(), Vec::new());
    let mut current = String::new();
    let mut scanner = Scanner::new();
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '{' | '}' if chars.next_if_eq(&char).is_some() => {
                scanner.push(char);
                current.push(char);
            }
            '}' => mistakes.push("a `}` has no `{` before it: for a brace in the SQL write `}}`".to_owned()),
            '{' => {
                let mut name = String::new();
                let mut closed = false;
                for char in chars.by_ref() {
                    closed = char == '}';
                    if closed {
                        break;
                    }
                    name.push(char);
                }
                if !closed {
                    mistakes.push("a `{` has no `}` after it: for a brace in the SQL write `{{`".to_owned());
                    break;
                }
                if let Some(obstacle) = scanner.obstacle() {
                    mistakes.push(format!(
                        "`{{{name}}}` is inside {obstacle}, where it is not a value: move it out, as in `'%' || {{{name}}} || '%'`"
                    ));
                } else if scanner.is_in_word() || chars.peek().is_some_and(|it| it.is_alphanumeric() || *it == '_') {
                    mistakes.push(format!(
                        "`{{{name}}}` touches a word, so its placeholder `$1` would become part of the word: put a space between them"
                    ));
                } else {
                    scanner.value();
                }
                if !current.is_empty() {
                    parts.push(TextPart::Text(std::mem::take(&mut current)));
                }
                parts.push(TextPart::Name(name));
            }
            char => {
                scanner.push(char);
                current.push(char);
            }
        }
    }
    if let (Some(sign), true) = (scanner.unclosed(), mistakes.is_empty()) {
        mistakes.push(format!("{sign} in the SQL is not closed"));
    }
    if scanner.is_numbered() {
        mistakes.push("`$1` would refer to one of the binds that `sql!` numbers: write `{name}`".to_owned());
    }
    if !current.is_empty() {
        parts.push(TextPart::Text(current));
    }
    (parts, mistakes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubled_braces_are_text_and_single_ones_are_names() {
        let (parts, mistakes) = split("SELECT '{{}}' WHERE a = {a} AND b = {b.c}");
        let text = |it: &str| TextPart::Text(it.to_owned());
        let name = |it: &str| TextPart::Name(it.to_owned());
        assert_eq!(parts, [text("SELECT '{}' WHERE a = "), name("a"), text(" AND b = "), name("b.c")]);
        assert!(mistakes.is_empty());
    }
}

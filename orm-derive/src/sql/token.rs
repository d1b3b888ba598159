//! The tokens of SQL, as far as they tell which type a value takes.

use super::scanner::Scanner;
use crate::ast::TextPart;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A keyword or name, in lower case; a name in quotes is `"`.
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

/// The tokens of the text, without comments.
pub(super) fn tokens(parts: &[TextPart]) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut scanner = Scanner::new();
    for part in parts {
        let text = match part {
            TextPart::Name(name) => {
                scanner.value();
                tokens.push(Token::Value(name.trim().to_owned()));
                continue;
            }
            TextPart::Text(text) => text,
        };
        // Whether the next character may belong to the token before it.
        let mut joins = false;
        for char in text.chars() {
            let hidden = scanner.obstacle().is_some();
            scanner.push(char);
            let hides = scanner.obstacle().is_some();
            match (hidden, hides) {
                (false, false) => joins = take_char(&mut tokens, char, joins),
                (false, true) => {
                    take_opening(&mut tokens, char);
                    joins = false;
                }
                (true, _) => joins = false,
            }
        }
    }
    tokens
}

/// Takes the character that opens a text, a name in quotes or a comment; the first sign of a comment has been taken for an
/// operator.
fn take_opening(tokens: &mut Vec<Token>, char: char) {
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

/// Takes a character, and returns whether the next one may belong to the same token.
fn take_char(tokens: &mut Vec<Token>, char: char, joins: bool) -> bool {
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

pub(super) fn before(tokens: &[Token], at: usize) -> Option<&Token> {
    at.checked_sub(1).and_then(|it| tokens.get(it))
}

pub(super) fn is_word(token: Option<&Token>, words: &[&str]) -> bool {
    matches!(token, Some(Token::Word(word)) if words.contains(&word.as_str()))
}

/// The token before the one at `at`, a parenthesis counting as one.
pub(super) fn back(tokens: &[Token], at: usize) -> Option<usize> {
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

/// The parentheses that enclose the tokens from `first` to `last`.
pub(super) fn enclosing(tokens: &[Token], first: usize, last: usize) -> Option<(usize, usize)> {
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
pub(super) fn closes(tokens: &[Token], open: usize, before: usize) -> bool {
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

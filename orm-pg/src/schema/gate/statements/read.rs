//! Finds `sql!` in the tokens of a file: tokens and not expressions, so that those inside other macros are found, too.

use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{ItemStruct, LitStr};

use super::target::{Struct, Target};
use crate::raw;

/// The verbs whose type says what a row is read into.
const VERBS: [&str; 5] = ["all", "one", "one_or_none", "first", "stream"];

/// What is of interest in a file.
#[derive(Default)]
pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) statements: Vec<Found>,
    pub(super) left_out: usize,
    pub(super) structs: Vec<Struct>,
    /// The modules for tests in other files, by their paths without `.rs`.
    pub(super) tests: Vec<PathBuf>,
}

/// A statement.
pub(super) struct Found {
    pub(super) line: usize,
    /// The text with placeholders.
    pub(super) text: String,
    /// How many binds it has.
    pub(super) binds: usize,
    /// What a row is read into, where that is written.
    pub(super) target: Option<Target>,
}

impl File {
    /// Reads the text of a file. The error names its line.
    pub(super) fn read(path: &Path, text: &str) -> Result<Self, String> {
        let tokens: TokenStream = text.parse().map_err(|error: proc_macro2::LexError| {
            let line = error.span().start().line;
            format!("{}:{line}: this is not Rust: {error}", path.display())
        })?;
        let mut file = Self { path: path.to_owned(), ..Self::default() };
        file.walk(&tokens.into_iter().collect::<Vec<_>>());
        Ok(file)
    }

    fn walk(&mut self, tokens: &[TokenTree]) {
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            if is_sign(Some(token), '#')
                && let Some(TokenTree::Group(attribute)) = tokens.get(at + 1)
            {
                at += 2;
                if is_of_tests(attribute) {
                    at = self.pass_item(tokens, at);
                } else if derives_rows(attribute) {
                    self.structs.extend(item_struct(tokens, at).as_ref().and_then(Struct::of));
                }
                continue;
            }
            match (token, tokens.get(at + 1), tokens.get(at + 2)) {
                (TokenTree::Ident(name), sign, Some(TokenTree::Group(arguments)))
                    if *name == "sql" && is_sign(sign, '!') =>
                {
                    self.sql(arguments, tokens, at);
                    at += 3;
                }
                (TokenTree::Group(group), ..) => {
                    self.walk(&group.stream().into_iter().collect::<Vec<_>>());
                    at += 1;
                }
                _ => at += 1,
            }
        }
    }

    /// Takes in `sql!(..)`, whose name is at `at`.
    fn sql(&mut self, arguments: &Group, tokens: &[TokenTree], at: usize) {
        let literal = arguments.stream().into_iter().find_map(|it| syn::parse2::<LitStr>(it.into_token_stream()).ok());
        let statement = literal.map(|it| (it.span(), placeholders(&it.value())));
        let Some((place, (text, binds))) = statement.filter(|(_, (text, _))| raw::is_looked_up(text)) else {
            self.left_out += 1;
            return;
        };
        let rest = tokens.get(at + 3..).unwrap_or_default();
        let target = match verb(rest) {
            Some(types) => Target::of(types),
            None => variable(tokens, at).and_then(|name| target_of_variable(&name, rest)),
        };
        self.statements.push(Found { line: place.start().line, text, binds, target });
    }

    /// Passes over the rest of the item behind an attribute, and notes a module in another file.
    fn pass_item(&mut self, tokens: &[TokenTree], mut at: usize) -> usize {
        let mut module = None;
        while let Some(token) = tokens.get(at) {
            at += 1;
            match token {
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => return at,
                TokenTree::Punct(sign) if sign.as_char() == ';' => {
                    self.tests.extend(module.map(|name: String| self.folder_of_modules().join(name)));
                    return at;
                }
                TokenTree::Ident(word) if *word == "mod" => {
                    module = tokens.get(at).map(ToString::to_string);
                }
                _ => {}
            }
        }
        at
    }

    /// The folder of the modules that this file declares.
    fn folder_of_modules(&self) -> PathBuf {
        let stem = self.path.file_stem().unwrap_or_default();
        let folder = self.path.parent().unwrap_or(Path::new(""));
        if ["lib", "main", "mod"].iter().any(|it| stem == *it) { folder.to_owned() } else { folder.join(stem) }
    }
}

/// The text that `sql!` sends, with its binds numbered, and how many there are. The macro has refused what is no name in braces.
pub(super) fn placeholders(text: &str) -> (String, usize) {
    let (mut sql, mut names) = (String::with_capacity(text.len()), Vec::<String>::new());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '{' | '}' if chars.next_if_eq(&char).is_some() => sql.push(char),
            '{' => {
                let name: String = chars.by_ref().take_while(|it| *it != '}').collect();
                let name = name.trim().to_owned();
                let number = names.iter().position(|it| *it == name).unwrap_or_else(|| {
                    names.push(name);
                    names.len() - 1
                });
                sql.push_str(&format!("${}", number + 1));
            }
            char => sql.push(char),
        }
    }
    (sql, names.len())
}

fn is_sign(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(it)) if it.as_char() == sign)
}

/// `[cfg(test)]`, `[test]`, `[orm_pg::test(..)]`.
fn is_of_tests(attribute: &Group) -> bool {
    let tokens: Vec<_> = attribute.stream().into_iter().collect();
    let is = |token: Option<&TokenTree>, word: &str| matches!(token, Some(TokenTree::Ident(it)) if *it == word);
    if is(tokens.first(), "cfg") {
        let words = tokens.get(1).map(ToString::to_string).unwrap_or_default();
        let mut words = words.split(|it: char| !(it.is_alphanumeric() || it == '_' || it == '"'));
        return words.clone().any(|it| it == "test") && words.all(|it| it != "not");
    }
    let path = tokens.iter().take_while(|it| !matches!(it, TokenTree::Group(_)));
    is(path.last(), "test")
}

/// `[derive(.., FromRow, ..)]`.
fn derives_rows(attribute: &Group) -> bool {
    let mut tokens = attribute.stream().into_iter();
    let is_derive = matches!(tokens.next(), Some(TokenTree::Ident(it)) if it == "derive");
    let Some(TokenTree::Group(names)) = tokens.next().filter(|_| is_derive) else { return false };
    names.stream().into_iter().any(|it| matches!(it, TokenTree::Ident(it) if it == "FromRow" || it == "Model"))
}

/// The struct behind an attribute.
fn item_struct(tokens: &[TokenTree], at: usize) -> Option<ItemStruct> {
    let rest = tokens.get(at..)?;
    let end = rest.iter().position(|it| {
        matches!(it, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace) || is_sign(Some(it), ';')
    })?;
    syn::parse2(rest.get(..=end)?.iter().cloned().collect()).ok()
}

/// The tokens of `T` if `tokens` begin with `.all::<T>(`, or with another verb.
fn verb(tokens: &[TokenTree]) -> Option<TokenStream> {
    let [dot, TokenTree::Ident(name), colon, other, open, rest @ ..] = tokens else { return None };
    let signs = [(dot, '.'), (colon, ':'), (other, ':'), (open, '<')];
    if !VERBS.iter().any(|it| name == it) || signs.iter().any(|(token, sign)| !is_sign(Some(token), *sign)) {
        return None;
    }
    let mut depth = 1_usize;
    for (at, token) in rest.iter().enumerate() {
        // `->` has no `<` before it.
        let arrow = at.checked_sub(1).and_then(|it| rest.get(it)).is_some_and(|it| is_sign(Some(it), '-'));
        if is_sign(Some(token), '<') {
            depth += 1;
        } else if is_sign(Some(token), '>') && !arrow {
            depth -= 1;
        }
        if depth == 0 {
            return Some(rest.get(..at)?.iter().cloned().collect());
        }
    }
    None
}

/// The variable of `let name = sql!(..);`, of which `sql` is at `at`.
fn variable(tokens: &[TokenTree], at: usize) -> Option<Ident> {
    let ends = is_sign(tokens.get(at + 3), ';');
    // A path may stand before the macro: `orm_pg::sql!`.
    let before = tokens.get(..at)?;
    let skipped =
        before.iter().rev().take_while(|it| is_sign(Some(it), ':') || matches!(it, TokenTree::Ident(_))).count();
    let [.., TokenTree::Ident(word), TokenTree::Ident(name), equals] = before.get(..at.checked_sub(skipped)?)? else {
        return None;
    };
    (ends && word == "let" && is_sign(Some(equals), '=')).then(|| name.clone())
}

/// What the rows of a variable are read into, in the block that it is declared in. Nothing if it is declared there again, or read
/// in several ways.
fn target_of_variable(name: &Ident, rest: &[TokenTree]) -> Option<Target> {
    let mut found = Vec::new();
    uses(name, rest, &mut found)?;
    match found.as_slice() {
        [types] => Target::of(types.clone()),
        _ => None,
    }
}

/// Collects the types of the verbs that are called on a variable.
fn uses(name: &Ident, tokens: &[TokenTree], into: &mut Vec<TokenStream>) -> Option<()> {
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(it) if it == name => {
                let before = at.checked_sub(1).and_then(|it| tokens.get(it));
                if matches!(before, Some(TokenTree::Ident(word)) if *word == "let" || *word == "mut") {
                    return None;
                }
                if !is_sign(before, '.') {
                    into.extend(verb(tokens.get(at + 1..).unwrap_or_default()));
                }
            }
            TokenTree::Group(group) => uses(name, &group.stream().into_iter().collect::<Vec<_>>(), into)?,
            _ => {}
        }
    }
    Some(())
}

#[cfg(test)]
mod tests;

//! The options in `#[orm(..)]` as text and as tokens.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{LitStr, ext::IdentExt};

/// Splits tokens at the commas that are in no parentheses.
pub(super) fn split(tokens: TokenStream) -> Vec<TokenStream> {
    let (mut all, mut one) = (Vec::new(), Vec::new());
    for token in tokens {
        match &token {
            TokenTree::Punct(it) if it.as_char() == ',' => all.push(std::mem::take(&mut one)),
            _ => one.push(token),
        }
    }
    all.push(one);
    all.into_iter().filter(|it| !it.is_empty()).map(TokenStream::from_iter).collect()
}

/// One option, taken apart.
#[derive(Debug, Clone)]
pub(super) struct Parsed {
    /// `unique`.
    pub(super) key: String,
    /// What follows `=`.
    pub(super) value: Option<TokenStream>,
    /// What stands in parentheses.
    pub(super) items: Option<Vec<TokenStream>>,
}

impl Parsed {
    /// Takes the tokens of an option apart.
    pub(super) fn of(tokens: TokenStream) -> Self {
        let mut tokens = tokens.into_iter();
        let key = tokens.next().map(|it| it.to_string()).unwrap_or_default();
        let rest: Vec<TokenTree> = tokens.collect();
        let (mut value, mut items) = (None, None);
        match rest.split_first() {
            Some((TokenTree::Punct(it), rest)) if it.as_char() == '=' => value = Some(rest.iter().cloned().collect()),
            Some((TokenTree::Group(it), _)) if it.delimiter() == Delimiter::Parenthesis => {
                items = Some(split(it.stream()));
            }
            _ => {}
        }
        Self { key: super::name::unraw(&key).to_owned(), value, items }
    }

    /// Takes the text of an option apart.
    pub(super) fn of_text(text: &str) -> Self {
        Self::of(text.parse().unwrap_or_default())
    }

    /// The string that follows `=`.
    pub(super) fn string(&self) -> Option<String> {
        syn::parse2::<LitStr>(self.value.clone()?).ok().map(|it| it.value())
    }

    /// The option of this key among those in the parentheses.
    pub(super) fn item(&self, key: &str) -> Option<Self> {
        self.items.iter().flatten().map(|it| Self::of(it.clone())).find(|it| it.key == key)
    }

    /// The identifiers in the parentheses, without `r#`.
    pub(super) fn idents(&self) -> Vec<String> {
        self.items.iter().flatten().map(|it| last_ident(it.clone())).collect()
    }

    /// The same for all ways to write one option.
    pub(super) fn canonical(&self) -> String {
        if self.key != "references" {
            return match (&self.value, &self.items) {
                (Some(value), _) => format!("{} = {value}", self.key),
                (None, Some(items)) => {
                    format!("{}({})", self.key, items.iter().map(ToString::to_string).collect::<Vec<_>>().join(","))
                }
                (None, None) => self.key.clone(),
            };
        }
        let mut items = self.items.clone().or_else(|| Some(vec![self.value.clone()?])).unwrap_or_default();
        let target = if items.is_empty() { String::new() } else { last_ident(items.remove(0)) };
        let mut items: Vec<_> = items.iter().map(ToString::to_string).collect();
        items.sort();
        format!("references({target},{})", items.join(","))
    }

    /// The last name of the path of the model, in `references`.
    pub(super) fn target(&self) -> Option<String> {
        let first = self.items.as_ref().and_then(|it| it.first()).or(self.value.as_ref())?;
        Some(last_ident(first.clone()))
    }
}

/// The last identifier among tokens: of a path that of its last segment.
pub(super) fn last_ident(tokens: TokenStream) -> String {
    let idents = tokens.into_iter().filter_map(|it| match it {
        TokenTree::Ident(it) => Some(it.unraw().to_string()),
        _ => None,
    });
    idents.last().unwrap_or_default()
}

/// Takes a list apart: `index` and the texts of the items in the parentheses.
pub(super) fn list(text: &str) -> Option<(&str, Vec<&str>)> {
    let tokens: Vec<TokenTree> = text.parse::<TokenStream>().ok()?.into_iter().collect();
    let [TokenTree::Ident(name), TokenTree::Group(group)] = tokens.as_slice() else { return None };
    let name = text.get(name.span().byte_range())?;
    let items = split(group.stream()).into_iter().map(|it| text.get(range(it)?));
    Some((name, items.collect::<Option<Vec<_>>>()?))
}

fn range(tokens: TokenStream) -> Option<std::ops::Range<usize>> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    Some(tokens.first()?.span().byte_range().start..tokens.last()?.span().byte_range().end)
}

/// Whether rustfmt can read the option: names, literals, lists of them, and names with a literal as value.
pub(super) fn is_meta(text: &str) -> bool {
    fn item(tokens: TokenStream) -> bool {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        match tokens.as_slice() {
            [TokenTree::Ident(_) | TokenTree::Literal(_)] => true,
            [TokenTree::Ident(_), TokenTree::Punct(equals), TokenTree::Literal(_)] => equals.as_char() == '=',
            [TokenTree::Ident(_), TokenTree::Group(group)] => split(group.stream()).into_iter().all(item),
            _ => false,
        }
    }
    text.parse::<TokenStream>().is_ok_and(item)
}

/// Writes a string literal: raw if that is easier to read.
pub(super) fn literal(text: &str) -> String {
    let plain = !text.contains(['"', '\\']) && !text.chars().any(char::is_control);
    if plain {
        return format!("\"{text}\"");
    }
    if text.chars().any(char::is_control) {
        return format!("{text:?}");
    }
    let mut hashes = "#".to_owned();
    while text.contains(&format!("\"{hashes}")) {
        hashes.push('#');
    }
    format!("r{hashes}\"{text}\"{hashes}")
}

/// Returns the option `key = "text"`.
pub(super) fn pair(key: &str, text: &str) -> String {
    format!("{key} = {}", literal(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_is_the_same_however_it_is_written() {
        let canonical = |text: &str| Parsed::of_text(text).canonical();
        assert_eq!(canonical("references = User"), canonical("references(crate::model::User)"));
        assert_eq!(
            canonical("references(User, relation = a, on_delete = cascade)"),
            canonical("references(User,on_delete=cascade,relation=a)")
        );
        assert_ne!(canonical("unique(a, b)"), canonical("unique(b, a)"));
        assert_eq!(Parsed::of_text("table = r#\"x\"#").string().as_deref(), Some("x"));
    }

    #[test]
    fn literals_are_those_of_rust() {
        for text in ["a", "it's", "\"q\"", "a\\b", "\"#", "two\nlines", "é\u{7}"] {
            assert_eq!(syn::parse_str::<LitStr>(&literal(text)).unwrap().value(), text);
        }
    }
}

//! The grammar inside `#[orm(..)]`: `flag`, `key = value`, `name: Model`, `"text"`, `list(..)`.

use proc_macro2::Span;
use quote::ToTokens;
use syn::{
    Attribute, Error, Ident, Lit, LitBool, LitInt, LitStr, Meta, Path, Result, Token,
    ext::IdentExt,
    parenthesized,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
    spanned::Spanned,
    token,
};

use crate::ctxt::Ctxt;

/// One option: the tokens between two commas.
pub(super) enum Item {
    /// `"text"`.
    Text(LitStr),
    /// `flag`, `crate::User`.
    Path(Path),
    /// `key = value`.
    Pair(Ident, Value),
    /// `name: Model`.
    Typed(Ident, Path),
    /// `times.created`.
    Dotted(Ident, Ident),
    /// `key(..)`.
    List(Ident, Vec<Self>),
    /// A key of an index with words behind it: `created desc`, `"lower(email)" collate "C"`.
    Words(Box<Self>, Vec<Word>),
}

/// A word behind a key of an index.
pub(super) enum Word {
    /// `desc`.
    Name(Ident),
    /// `"C"`.
    Text(LitStr),
}

impl Word {
    pub(super) fn span(&self) -> Span {
        match self {
            Self::Name(name) => name.span(),
            Self::Text(text) => text.span(),
        }
    }
}

/// The lists in which words may stand behind an item.
const KEYS: [&str; 5] = ["index", "unique_index", "unique", "exclude", "primary_key"];

/// The value behind `=`.
pub(super) enum Value {
    /// A string.
    Text(LitStr),
    /// A name or a path.
    Path(Path),
    /// A number.
    Number(Span, i64),
}

impl Value {
    pub(super) fn span(&self) -> Span {
        match self {
            Self::Text(text) => text.span(),
            Self::Path(path) => path.span(),
            Self::Number(span, _) => *span,
        }
    }
}

impl Item {
    pub(super) fn span(&self) -> Span {
        match self {
            Self::Text(text) => text.span(),
            Self::Path(path) => path.span(),
            Self::Pair(key, _) | Self::Typed(key, _) | Self::List(key, _) | Self::Dotted(key, _) => key.span(),
            Self::Words(item, _) => item.span(),
        }
    }

    /// The key, if there is one.
    pub(super) fn key(&self) -> Option<&Ident> {
        match self {
            Self::Text(_) | Self::Dotted(..) | Self::Words(..) => None,
            Self::Path(path) => path.get_ident(),
            Self::Pair(key, _) | Self::Typed(key, _) | Self::List(key, _) => Some(key),
        }
    }

    /// The key as text; empty if there is none.
    pub(super) fn name(&self) -> String {
        self.key().map(|it| it.unraw().to_string()).unwrap_or_default()
    }
}

impl Item {
    /// Reads an item and the words behind it.
    fn with_words(input: ParseStream<'_>) -> Result<Self> {
        let item: Self = input.parse()?;
        let mut words = Vec::new();
        while !input.is_empty() && !input.peek(Token![,]) {
            words.push(input.parse()?);
        }
        Ok(if words.is_empty() { item } else { Self::Words(Box::new(item), words) })
    }
}

impl Parse for Word {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        if input.peek(LitStr) {
            input.parse().map(Self::Text)
        } else if input.peek(Ident::peek_any) {
            input.call(Ident::parse_any).map(Self::Name)
        } else {
            Err(input.error("expected `,`"))
        }
    }
}

impl Parse for Item {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        if input.peek(LitStr) {
            return input.parse().map(Self::Text);
        }
        if input.peek(Ident::peek_any) {
            if input.peek2(Token![=]) {
                let key = input.call(Ident::parse_any)?;
                input.parse::<Token![=]>()?;
                return Ok(Self::Pair(key, input.parse()?));
            }
            if input.peek2(Token![:]) && !input.peek2(Token![::]) {
                let name = input.call(Ident::parse_any)?;
                input.parse::<Token![:]>()?;
                return Ok(Self::Typed(name, input.call(Path::parse)?));
            }
            if input.peek2(Token![.]) {
                let field = input.call(Ident::parse_any)?;
                input.parse::<Token![.]>()?;
                return Ok(Self::Dotted(field, input.call(Ident::parse_any)?));
            }
            if input.peek2(token::Paren) {
                let key = input.call(Ident::parse_any)?;
                let content;
                parenthesized!(content in input);
                let item = if KEYS.iter().any(|it| key == it) { Self::with_words } else { Self::parse };
                let items = Punctuated::<Self, Token![,]>::parse_terminated_with(&content, item)?;
                return Ok(Self::List(key, items.into_iter().collect()));
            }
        }
        input.call(Path::parse).map(Self::Path)
    }
}

impl Parse for Value {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        if input.peek(LitStr) {
            input.parse().map(Self::Text)
        } else if input.peek(LitBool) {
            let literal: LitBool = input.parse()?;
            Err(Error::new(literal.span, format!("write it as a string: `\"{}\"`", literal.value)))
        } else if input.peek(Ident::peek_any) || input.peek(Token![::]) {
            input.call(Path::parse).map(Self::Path)
        } else if input.peek(LitInt) || (input.peek(Token![-]) && input.peek2(LitInt)) {
            let minus: Option<Token![-]> = input.parse()?;
            let number: LitInt = input.parse()?;
            let sign = if minus.is_some() { "-" } else { "" };
            let value = format!("{sign}{}", number.base10_digits()).parse();
            Ok(Self::Number(number.span(), value.map_err(|error| Error::new(number.span(), error))?))
        } else if input.peek(Lit) {
            let literal: Lit = input.parse()?;
            let text = literal.to_token_stream();
            Err(Error::new(literal.span(), format!("write it as a string: `\"{text}\"`")))
        } else {
            Err(input.error("expected a string or a name"))
        }
    }
}

/// Reads all `#[orm(..)]` of one struct, field or variant; an option that cannot be parsed is reported and left out.
pub(super) fn items(ctxt: &mut Ctxt, attrs: &[Attribute]) -> Vec<Item> {
    let mut items = Vec::new();
    for attr in attrs.iter().filter(|it| it.path().is_ident("orm")) {
        if !matches!(attr.meta, Meta::List(_)) {
            ctxt.error(attr.span(), "expected `#[orm(..)]`, with the options in parentheses");
            continue;
        }
        let parsed = attr.parse_args_with(Punctuated::<Item, Token![,]>::parse_terminated);
        items.extend(ctxt.ok(parsed).into_iter().flatten());
    }
    items
}

//! `sql!("… {name} …")`: SQL of the user's own, each `{name}` a bind or a column.

mod context;
#[cfg(test)]
mod property;
mod scanner;

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{
    Expr, ExprLit, Ident, Lit, LitStr, Member, Path, Result, Token,
    ext::IdentExt,
    parse::{Parse, ParseStream, Parser},
    spanned::Spanned,
};

use self::{
    context::{Context, contexts},
    scanner::Scanner,
};
use crate::{ctxt::Ctxt, valid};

/// A part of the text.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// SQL as it is.
    Text(String),
    /// What stands between braces: a name and the fields behind it.
    Name(String),
}

struct Input {
    krate: Option<Path>,
    text: LitStr,
}

impl Parse for Input {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut krate = None;
        if input.peek(Token![crate]) && input.peek2(Token![=]) {
            input.parse::<Token![crate]>()?;
            input.parse::<Token![=]>()?;
            krate = Some(input.call(Path::parse_mod_style)?);
            input.parse::<Token![,]>()?;
        }
        let wanted = "`sql!` takes one string literal, with values as `{name}` in it";
        if input.is_empty() {
            return Err(input.error(wanted));
        }
        let text = match input.parse::<Expr>()? {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => text,
            other => return Err(syn::Error::new(other.span(), wanted)),
        };
        input.parse::<Option<Token![,]>>()?;
        if !input.is_empty() {
            let message = "`sql!` takes no arguments behind the text: write `{name}` where the value stands";
            return Err(input.error(message));
        }
        Ok(Self { krate, text })
    }
}

/// Writes the `RawSql`.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let mut ctxt = Ctxt::default();
    let krate = valid::krate(None);
    let Some(input) = ctxt.ok(syn::parse2::<Input>(input)) else {
        return ctxt.with(quote!(#krate::__private::expr::RawSql::new(::std::vec::Vec::new())));
    };
    let krate = input.krate.unwrap_or(krate);
    let (parts, mistakes) = split(&input.text.value());
    for mistake in mistakes {
        ctxt.error(input.text.span(), mistake);
    }
    let mut contexts = contexts(&parts).into_iter();
    // A name that stands several times is one bind.
    let mut names: Vec<&str> = Vec::new();
    let mut values = Vec::new();
    let parts = parts.iter().filter_map(|part| match part {
        Part::Text(text) => Some(quote!(#krate::__private::ast::Part::Text(#text))),
        Part::Name(name) => match (place(name, &input.text), contexts.next()) {
            (Some(value), context) => {
                let known = names.iter().position(|it| it.trim() == name.trim());
                let index = known.unwrap_or_else(|| {
                    names.push(name);
                    let variable = format_ident!("__orm_{}", names.len() - 1, span = proc_macro2::Span::mixed_site());
                    values.push(quote_spanned! {input.text.span()=> let #variable = #value.to_node(); });
                    names.len() - 1
                });
                let variable = format_ident!("__orm_{index}", span = proc_macro2::Span::mixed_site());
                let node = quote!(::core::clone::Clone::clone(&#variable));
                let node = match context {
                    Some(Context::Compared { list, text }) => {
                        quote!(#krate::__private::expr::compared(#node, #list, #text))
                    }
                    Some(Context::Argument { function, text }) => {
                        quote!(#krate::__private::expr::argument(#node, #function, #text))
                    }
                    Some(Context::Alone) | None => node,
                };
                Some(quote!(#krate::__private::ast::Part::Node(#node)))
            }
            (None, _) => {
                ctxt.error(input.text.span(), refused(name));
                None
            }
        },
    });
    let parts: Vec<_> = parts.collect();
    let errors = ctxt.with(TokenStream::new());
    quote! {{
        #errors
        #[allow(unused_imports)]
        use #krate::__private::expr::Fragment as _;
        #(#values)*
        #krate::__private::expr::RawSql::new(::std::vec![#(#parts),*])
    }}
}

/// Splits the text at its braces; the mistakes come beside.
fn split(text: &str) -> (Vec<Part>, Vec<String>) {
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
            '}' => mistakes.push("a `}` without `{` before it: for a brace in the SQL write `}}`".to_owned()),
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
                    mistakes.push("a `{` without `}` behind it: for a brace in the SQL write `{{`".to_owned());
                    break;
                }
                if let Some(obstacle) = scanner.obstacle() {
                    mistakes.push(format!(
                        "`{{{name}}}` stands in {obstacle}, where it is no value: take it out, as in `'%' || {{{name}}} || '%'`"
                    ));
                } else if scanner.is_in_word() || chars.peek().is_some_and(|it| it.is_alphanumeric() || *it == '_') {
                    mistakes.push(format!(
                        "`{{{name}}}` touches a word, which `$1` would become a part of: set a blank between"
                    ));
                } else {
                    scanner.value();
                }
                if !current.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut current)));
                }
                parts.push(Part::Name(name));
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
        mistakes.push("a `$1` would take one of the binds that `sql!` numbers: write `{name}`".to_owned());
    }
    if !current.is_empty() {
        parts.push(Part::Text(current));
    }
    (parts, mistakes)
}

/// What to say of something between braces that is no name.
fn refused(name: &str) -> String {
    let allowed = "a variable `{name}` or a field of one `{user.name}` may stand in braces";
    let name = name.trim();
    if name.is_empty() {
        format!("`{{}}` names no value: {allowed}")
    } else {
        format!("`{{{name}}}` is no name: {allowed}; put anything else into a variable first; `{{{{` is a brace")
    }
}

/// The value of `name`, `a.b` or `self.x`, at the place of the literal and with its hygiene.
fn place(name: &str, literal: &LitStr) -> Option<TokenStream> {
    let span = literal.span();
    let mut parts = name.trim().split('.');
    let first = Ident::parse_any.parse_str(parts.next()?).ok()?;
    let first = match syn::parse_str::<Ident>(&first.to_string()) {
        Ok(mut ident) => {
            ident.set_span(span);
            ident
        }
        Err(_) if first == "self" => Ident::new("self", span),
        Err(_) => return None,
    };
    let mut value = quote!(#first);
    for part in parts {
        let member = match syn::parse_str::<Member>(part).ok()? {
            Member::Named(ident) => {
                let name = ident.unraw();
                let ident = if name == ident { format_ident!("{ident}") } else { ident };
                let mut ident = ident;
                ident.set_span(span);
                quote!(#ident)
            }
            Member::Unnamed(index) => quote!(#index),
        };
        value = quote!(#value.#member);
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(text: &str) -> Vec<String> {
        let (parts, mut messages) = split(text);
        let literal = LitStr::new(text, proc_macro2::Span::call_site());
        messages.extend(parts.iter().filter_map(|part| match part {
            Part::Name(name) if place(name, &literal).is_none() => Some(refused(name)),
            _ => None,
        }));
        messages
    }

    #[test]
    fn doubled_braces_are_text_and_single_ones_are_names() {
        let (parts, mistakes) = split("SELECT '{{}}' WHERE a = {a} AND b = {b.c}");
        let text = |it: &str| Part::Text(it.to_owned());
        let name = |it: &str| Part::Name(it.to_owned());
        assert_eq!(parts, [text("SELECT '{}' WHERE a = "), name("a"), text(" AND b = "), name("b.c")]);
        assert!(mistakes.is_empty());
    }

    #[test]
    fn names_fields_self_and_raw_identifiers_may_stand_in_braces() {
        for text in ["{a}", "{ a }", "{a.b.c}", "{self.x}", "{r#type}", "{a.r#type}", "{a.0}"] {
            assert_eq!(messages(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_name_in_quotes_or_comments_is_refused() {
        for text in [
            "'{a}'",
            "'%{a}%'",
            "\"{a}\"",
            "-- {a}",
            "/* {a} */",
            "/* /* */ {a} */",
            "$$ {a} $$",
            "$x$ $$ {a} $x$",
            "E'\\' {a}'",
            "'it''s {a}'",
            "'open",
            "\"open",
            "/* open",
            "$$ open",
            "$1",
            "'it' -- x\n'{a}'",
            "-- x\r'{a}'",
            "E'a'\n'\\'{a}'",
            "date'\\' '{a}'",
            "*/*{a}*/",
            "$\u{20ac}$ ' $\u{20ac}$ '{a}'",
            "a$$b '{a}'",
        ] {
            assert_eq!(messages(text).len(), 1, "{text}");
        }
        for text in [
            "'x' || {a}",
            "-- why\n{a}",
            "/* why */ {a}",
            "$$ x $$ || {a}",
            "E'\\'' || {a}",
            "'it''s' || {a}",
            "\"x\".{a}",
            "a$1 = {a}",
            "'\\' || {a}",
            "SELECT 1 -- done",
            "{a} - -{a}",
            "'$1'",
            "-- x\r{a}",
            "E'a'\n'\\'' || {a}",
            "date'\\' || {a}",
            "a$$ || {a} || b$$",
            "\u{20ac}$x$ || {a}",
            "'a' 'b' || {a}",
            "'a' - 'b' || {a}",
            "1$$ ' $$ || {a}",
        ] {
            assert_eq!(messages(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn anything_else_in_braces_is_refused() {
        for text in ["a{b}", "{a}5", "{a}b", "1{a}", "E{a}", "$a{b}", "a.b{c}"] {
            assert_eq!(messages(text).len(), 1, "{text}");
        }
        for text in ["{a}::text", "{a}[1]", "({a})", "{a}.b", "{a}||{b}", "{a}'x'", "{a}{b}"] {
            assert_eq!(messages(text), [""; 0], "{text}");
        }
        for text in ["{}", "{1}", "{a + b}", "{a()}", "{a:?}", "{a", "a}", "{fn}", "{a.}", "{a[0]}"] {
            assert_eq!(messages(text).len(), 1, "{text}");
        }
    }
}

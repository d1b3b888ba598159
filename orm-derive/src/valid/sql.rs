//! The text of `sql!`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, LitStr, Member, ext::IdentExt, parse::Parser, parse_quote};

use crate::{
    ast::{Context, Sql, SqlPart, Stub, TextPart},
    ctxt::Ctxt,
    sql::{SqlInput, contexts, split},
};

/// Checks the text.
pub(crate) fn sql(ctxt: &mut Ctxt, _: &TokenStream, read: Option<SqlInput>) -> Result<Sql, Stub> {
    let Some(SqlInput { krate, text }) = read else { return Err(Stub::Sql { krate: parse_quote!(::orm_pg) }) };
    let (parts, mistakes) = split(&text.value());
    for mistake in mistakes {
        ctxt.error(text.span(), mistake);
    }
    let mut contexts = contexts(&parts).into_iter();
    let (mut names, mut values) = (Vec::<String>::new(), Vec::new());
    let parts = parts.into_iter().filter_map(|part| {
        let name = match part {
            TextPart::Text(text) => return Some(SqlPart::Text(text)),
            TextPart::Name(name) => name.trim().to_owned(),
        };
        let context = contexts.next().unwrap_or(Context::Untyped);
        let Some(value) = value(&name, &text) else {
            ctxt.error(text.span(), unnamed(&name));
            return None;
        };
        let index = names.iter().position(|it| *it == name).unwrap_or(names.len());
        if index == names.len() {
            names.push(name);
            values.push(value);
        }
        Some(SqlPart::Value(index, context))
    });
    let parts = parts.collect();
    Ok(Sql { krate, span: text.span(), parts, values })
}

/// The message about braces that do not hold a name.
fn unnamed(name: &str) -> String {
    let name = name.trim();
    if name.is_empty() {
        "`{}` is empty: write a variable `{name}` or a field `{user.name}` in the braces".to_owned()
    } else {
        format!(
            "`{{{name}}}` is not a variable `{{name}}` or a field `{{user.name}}`: put anything else into a variable first; \
             for a brace in the SQL write `{{{{`"
        )
    }
}

/// The value of `name`, `a.b` or `self.x`, at the place of the literal and with its hygiene.
fn value(name: &str, literal: &LitStr) -> Option<TokenStream> {
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
    use crate::sql::split;

    fn messages(text: &str) -> Vec<String> {
        let (parts, mut messages) = split(text);
        let literal = LitStr::new(text, proc_macro2::Span::call_site());
        messages.extend(parts.iter().filter_map(|part| match part {
            TextPart::Name(name) if value(name, &literal).is_none() => Some(unnamed(name)),
            _ => None,
        }));
        messages
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

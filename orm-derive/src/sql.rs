//! Reads `sql!("… {name} …")`: SQL written by the user, in which each `{name}` is a bind or a column.

mod context;
#[cfg(test)]
mod property;
mod scanner;
mod split;
mod token;

pub(crate) use self::{context::contexts, split::split};

use proc_macro2::TokenStream;
use syn::{
    Expr, ExprLit, Lit, LitStr, Path, Result, Token,
    parse::{Parse, ParseStream},
    parse_quote,
    spanned::Spanned,
};

use crate::ctxt::Ctxt;

/// The arguments of the macro.
pub(crate) struct SqlInput {
    /// The path of `orm_pg`.
    pub(crate) krate: Path,
    pub(crate) text: LitStr,
}

impl Parse for SqlInput {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut krate = parse_quote!(::orm_pg);
        if input.peek(Token![crate]) && input.peek2(Token![=]) {
            input.parse::<Token![crate]>()?;
            input.parse::<Token![=]>()?;
            krate = input.call(Path::parse_mod_style)?;
            input.parse::<Token![,]>()?;
        }
        let wanted = "`sql!` takes one string literal, with values in it as `{name}`";
        if input.is_empty() {
            return Err(input.error(wanted));
        }
        let text = match input.parse::<Expr>()? {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => text,
            other => return Err(syn::Error::new(other.span(), wanted)),
        };
        input.parse::<Option<Token![,]>>()?;
        if !input.is_empty() {
            let message =
                "`sql!` takes no arguments after the text: write `{name}` in the text, where the value belongs";
            return Err(input.error(message));
        }
        Ok(Self { krate, text })
    }
}

/// Reads the arguments.
pub(crate) fn read(ctxt: &mut Ctxt, input: &TokenStream) -> Option<SqlInput> {
    ctxt.ok(syn::parse2(input.clone()))
}

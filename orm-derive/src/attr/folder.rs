//! The arguments of `migrate!`.

use proc_macro2::TokenStream;
use syn::{
    LitStr, Path, Result, Token,
    parse::{Parse, ParseStream},
    parse_quote,
};

use crate::ctxt::Ctxt;

/// The arguments as they were written.
pub(crate) struct FolderInput {
    /// The path of `orm_pg`.
    pub(crate) krate: Path,
    pub(crate) folder: LitStr,
}

impl Parse for FolderInput {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut krate = parse_quote!(::orm_pg);
        if input.peek(Token![crate]) && input.peek2(Token![=]) {
            input.parse::<Token![crate]>()?;
            input.parse::<Token![=]>()?;
            krate = input.call(Path::parse_mod_style)?;
            input.parse::<Option<Token![,]>>()?;
        }
        // Without arguments, `migrations` beside Cargo.toml.
        let folder = if input.is_empty() { LitStr::new("migrations", input.span()) } else { input.parse()? };
        input.parse::<Option<Token![,]>>()?;
        if !input.is_empty() {
            return Err(input.error("`migrate!` takes one folder, as in `migrate!(\"migrations\")`"));
        }
        Ok(Self { krate, folder })
    }
}

/// Reads the arguments.
pub(crate) fn folder(ctxt: &mut Ctxt, input: &TokenStream) -> Option<FolderInput> {
    ctxt.ok(syn::parse2(input.clone()))
}

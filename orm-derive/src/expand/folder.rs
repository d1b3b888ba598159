//! `migrate!`: the files of a folder as part of the program.

use proc_macro2::TokenStream;
use quote::quote;

use super::tokens::private;
use crate::ast::Folder;

/// Writes the migrations. `include_str!` makes the compiler read a file again when it was changed.
pub(crate) fn folder(folder: &Folder) -> TokenStream {
    let private = private(&folder.krate);
    let files = folder.files.iter().map(|(name, path)| quote!((#name, ::core::include_str!(#path))));
    let path = &folder.path;
    quote!(#private::Migrations::embedded_from(#path, &[#(#files),*]))
}

//! The shape of a derive's input.

use syn::{Data, DeriveInput, Fields, Ident};

/// The fields of a struct; for another input, what it is.
pub(crate) fn shape(input: &DeriveInput) -> Result<&Fields, &'static str> {
    match &input.data {
        Data::Struct(data) => Ok(&data.fields),
        Data::Enum(_) => Err("an enum"),
        Data::Union(_) => Err("a union"),
    }
}

/// The fields of a struct; none for another input, which `valid` refuses.
pub(crate) fn fields(input: &DeriveInput) -> impl Iterator<Item = &syn::Field> {
    shape(input).into_iter().flatten()
}

/// The named fields of a struct; none for another input, which `valid` refuses.
pub(crate) fn named_fields(input: &DeriveInput) -> impl Iterator<Item = (&Ident, &syn::Field)> {
    fields(input).filter_map(|it| Some((it.ident.as_ref()?, it)))
}

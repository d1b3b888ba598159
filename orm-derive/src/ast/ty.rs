//! What the macros read from the tokens of a type. Which types a column can hold is decided by the compiler.

use syn::{GenericArgument, PathArguments, Type};

/// The type inside an `Option`, going by the last part of the path.
pub(crate) fn inner(ty: &Type) -> Option<&Type> {
    let path = match ty {
        Type::Group(group) => return inner(&group.elem),
        Type::Paren(paren) => return inner(&paren.elem),
        Type::Path(path) => &path.path,
        _ => return None,
    };
    let last = path.segments.last().filter(|it| it.ident == "Option")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match (arguments.args.first(), arguments.args.len()) {
        (Some(GenericArgument::Type(ty)), 1) => Some(ty),
        _ => None,
    }
}

/// Whether the last part of the type's path is `name`.
pub(crate) fn is_named(ty: &Type, name: &str) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|it| it.ident == name))
}

/// Whether the type is written as an `Option`.
pub(crate) fn is_option(ty: &Type) -> bool {
    inner(ty).is_some()
}

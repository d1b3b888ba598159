//! The objects of a [`Catalog`](crate::catalog::Catalog) as statements.

mod constraint;
mod index;

use std::fmt;

use crate::{catalog::Name, ident::push_ident};

/// The name as SQL, both parts quoted.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", quoted(&self.schema), quoted(&self.name))
    }
}

/// The identifier in double quotes.
fn quoted(identifier: &str) -> String {
    let mut out = String::with_capacity(identifier.len() + 2);
    push_ident(&mut out, identifier);
    out
}

/// `"a", "b"`.
fn list(identifiers: &[String]) -> String {
    identifiers.iter().map(|it| quoted(it)).collect::<Vec<_>>().join(", ")
}

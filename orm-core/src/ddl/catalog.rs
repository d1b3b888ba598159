//! The objects of a [`Catalog`](crate::catalog::Catalog) as statements, each without a semicolon.
//!
//! Texts that the server wrote with an empty `search_path` are used as they are; all names are written with their schemas.

mod constraint;
mod definition;
mod index;
mod sequence;
mod table;
mod text;
mod types;

pub(crate) use self::{
    index::with,
    table::{Inside, automatic_name, identity_sql},
};
use std::fmt;

use crate::{
    catalog::Name,
    ident::{push_ident, push_literal},
};

/// The name as SQL, both parts quoted.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", quoted(&self.schema), quoted(&self.name))
    }
}

/// The identifier in double quotes.
pub(crate) fn quoted(identifier: &str) -> String {
    let mut out = String::with_capacity(identifier.len() + 2);
    push_ident(&mut out, identifier);
    out
}

/// The text as a string literal.
pub(crate) fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_literal(&mut out, text);
    out
}

/// `"a", "b"`.
pub(crate) fn list(identifiers: &[String]) -> String {
    identifiers.iter().map(|it| quoted(it)).collect::<Vec<_>>().join(", ")
}

/// `COMMENT ON TABLE "app"."users" IS 'people'`; no comment is `IS NULL`.
pub(crate) fn comment_on(what: &str, comment: Option<&str>) -> String {
    format!("COMMENT ON {what} IS {}", comment.map_or_else(|| "NULL".to_owned(), literal))
}

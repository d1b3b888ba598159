//! The SQL of `sql!`.

use proc_macro2::{Span, TokenStream};
use syn::Path;

/// A fragment of SQL, its text taken apart.
pub(crate) struct Sql {
    /// The path of `orm_pg`.
    pub(crate) krate: Path,
    /// The place of the text, where messages about a value point.
    pub(crate) span: Span,
    pub(crate) parts: Vec<SqlPart>,
    /// The values by their index in the parts: a name that stands several times is one bind.
    pub(crate) values: Vec<TokenStream>,
}

/// A part of the fragment.
pub(crate) enum SqlPart {
    /// SQL, unchanged.
    Text(String),
    /// The value with this index.
    Value(usize, Context),
}

/// A part of the text as it was written.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum TextPart {
    /// SQL, unchanged.
    Text(String),
    /// The text between braces: a name and the fields behind it.
    Name(String),
}

/// What a value is used with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Context {
    /// Nothing that gives it a type.
    Untyped,
    /// A comparison, which gives it the type of the other side; an array is allowed where `list` is set. The text is the
    /// other side.
    Compared { list: bool, text: String },
    /// The call of a function, of which it is an argument.
    Argument { function: String, text: String },
}

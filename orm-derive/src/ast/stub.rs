//! What is known of an input that has a mistake and for which no code can be written.

use proc_macro2::TokenStream;
use syn::{Ident, Path, Visibility};

/// What takes the place of the code, so that uses of the input give no further messages.
pub(crate) enum Stub {
    /// Nothing.
    Empty,
    /// A model without columns.
    Model { ident: Ident, vis: Visibility, krate: Path },
    /// A projection that reads nothing.
    Projection { ident: Ident, krate: Path, model: Path },
    /// An empty fragment of SQL.
    Sql { krate: Path },
    /// No migrations.
    Migrations { krate: Path },
    /// The input, unchanged.
    Unchanged(TokenStream),
}

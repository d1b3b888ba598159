//! Relations that a model declares.

use syn::{Ident, Path};

/// `has_many` or `has_one`.
pub(crate) struct Relation {
    pub(crate) name: Ident,
    pub(crate) many: bool,
    pub(crate) target: Path,
    /// The fields that refer to this model, if they are named.
    pub(crate) key: Vec<Ident>,
    /// The model of the junction table of a many-to-many relation.
    pub(crate) through: Option<Path>,
    /// The fields of the junction table that refer to the other side.
    pub(crate) other_key: Vec<Ident>,
}

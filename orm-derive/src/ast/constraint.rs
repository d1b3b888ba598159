//! Primary keys, constraints and indexes.

use proc_macro2::Span;
use syn::{Ident, ext::IdentExt};

/// A primary key, constraint or index with its name in the database.
pub(crate) struct Constraint {
    pub(crate) span: Span,
    pub(crate) name: String,
    pub(crate) columns: Vec<ConstraintColumn>,
    pub(crate) kind: ConstraintKind,
    /// The name of its Rust constant; indexes and the constraints of views have none.
    pub(crate) constant: Option<Ident>,
}

/// A column of a constraint or index.
#[derive(Clone)]
pub(crate) enum ConstraintColumn {
    /// A column of the model, by its name in the database.
    Own(String),
    /// A column of a flattened field.
    Flattened {
        /// The number of the field among the flattened ones.
        number: usize,
        field: Ident,
        /// The field inside, in the flattened struct.
        inner: Ident,
    },
}

impl ConstraintColumn {
    /// The column's name in the default name of a constraint.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Own(name) => name.clone(),
            Self::Flattened { inner, .. } => inner.unraw().to_string(),
        }
    }
}

/// A field that `unique(..)` or `index(..)` names: `name`, or `times.created` of a flattened one.
#[derive(Clone)]
pub(crate) struct FieldPath {
    pub(crate) field: Ident,
    pub(crate) inner: Option<Ident>,
}

/// What a constraint requires.
pub(crate) enum ConstraintKind {
    PrimaryKey,
    Unique,
    /// Its number among the foreign keys of the model.
    ForeignKey(usize),
    Check {
        condition: String,
    },
    Index {
        method: Option<String>,
        condition: Option<String>,
    },
}

/// A unique constraint of the struct; its columns are named by fields.
pub(crate) struct Unique {
    pub(crate) span: Span,
    pub(crate) name: Option<String>,
    pub(crate) fields: Vec<FieldPath>,
}

/// An index; its columns are named by fields.
pub(crate) struct Index {
    pub(crate) span: Span,
    pub(crate) name: Option<String>,
    pub(crate) fields: Vec<FieldPath>,
    pub(crate) method: Option<String>,
    pub(crate) condition: Option<String>,
}

/// A check constraint.
pub(crate) struct Check {
    pub(crate) span: Span,
    pub(crate) name: Option<String>,
    pub(crate) condition: String,
}

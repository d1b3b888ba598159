//! A model: a struct with its columns, constraints and relations.

use proc_macro2::Span;
use syn::{Ident, Path, Type, Visibility};

use crate::attr::At;

/// A struct with `#[derive(Model)]`, its rules checked.
pub(crate) struct Model {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    /// The path of `orm_pg`.
    pub(crate) krate: Path,
    pub(crate) table: String,
    pub(crate) schema: Option<String>,
    pub(crate) view: bool,
    /// Whether this is no model, but columns for models to share.
    pub(crate) shared: bool,
    /// The name of the struct of columns.
    pub(crate) columns: Ident,
    /// The name of the struct to insert, unless there is none.
    pub(crate) insert: Option<Ident>,
    pub(crate) fields: Vec<Field>,
    /// The primary key, constraints and indexes, with their names.
    pub(crate) constraints: Vec<Constraint>,
    pub(crate) relations: Vec<Relation>,
}

impl Model {
    /// The fields that are columns, in their order: the number of a field is its place among them.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (&Field, &Column)> {
        self.fields.iter().filter_map(|field| field.column().map(|column| (field, column)))
    }

    /// Whether a field brings the columns of another struct.
    pub(crate) fn has_flattened(&self) -> bool {
        self.fields.iter().any(|it| matches!(it.kind, FieldKind::Flatten))
    }

    /// Whether there is a primary key.
    pub(crate) fn has_key(&self) -> bool {
        self.columns().any(|(_, column)| column.key.is_some())
    }

    /// Whether each column may be NULL, as far as the types are written so: then nothing in a row says that it is
    /// there.
    pub(crate) fn needs_marker(&self) -> bool {
        !self.shared
            && !self.has_flattened()
            && self.columns().all(|(field, column)| column.key.is_none() && super::is_option(&field.ty))
    }
}

/// A primary key, constraint or index with its name in the database.
pub(crate) struct Constraint {
    pub(crate) span: Span,
    pub(crate) name: String,
    /// The columns, by their names in the database.
    pub(crate) columns: Vec<String>,
    pub(crate) kind: ConstraintKind,
    /// The name of its Rust constant; indexes and the constraints of views have none.
    pub(crate) constant: Option<Ident>,
}

/// What a constraint demands.
pub(crate) enum ConstraintKind {
    PrimaryKey,
    Unique,
    ForeignKey { target: Path, on_delete: OnDelete, field: Ident },
    Check { condition: String },
    Index { method: Option<String>, condition: Option<String> },
}

/// A field of a struct.
pub(crate) struct Field {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) ty: Type,
    pub(crate) kind: FieldKind,
}

impl Field {
    /// The column, where the field is one.
    pub(crate) fn column(&self) -> Option<&Column> {
        match &self.kind {
            FieldKind::Column(column) => Some(column),
            FieldKind::Skip | FieldKind::Flatten => None,
        }
    }
}

/// What a field stands for.
pub(crate) enum FieldKind {
    /// A column.
    Column(Box<Column>),
    /// Nothing in the database.
    Skip,
    /// The columns of another struct.
    Flatten,
}

/// The column of a field.
#[derive(Default)]
pub(crate) struct Column {
    /// The name in the database.
    pub(crate) name: String,
    pub(crate) key: Option<At<()>>,
    pub(crate) identity: Option<At<()>>,
    pub(crate) default: Option<At<String>>,
    pub(crate) generated: Option<At<String>>,
    pub(crate) version: Option<At<()>>,
    pub(crate) on_update: Option<At<String>>,
    pub(crate) json: Option<At<()>>,
    pub(crate) renamed_from: Option<At<String>>,
    pub(crate) references: Option<At<Reference>>,
    /// The name of its unique constraint, where it was given one.
    pub(crate) unique: Option<At<Option<String>>>,
    pub(crate) index: Option<At<Index>>,
}

impl Column {
    /// Whether the database alone writes it.
    pub(crate) fn is_automatic(&self) -> bool {
        self.identity.is_some() || self.generated.is_some()
    }

    /// Whether it has a default to leave it to.
    pub(crate) fn has_default(&self) -> bool {
        self.default.is_some() || self.version.is_some()
    }
}

/// A foreign key.
pub(crate) struct Reference {
    pub(crate) target: Path,
    pub(crate) on_delete: OnDelete,
    pub(crate) name: Option<String>,
}

/// What deleting a referenced row does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum OnDelete {
    #[default]
    NoAction,
    Restrict,
    Cascade,
    SetNull,
    SetDefault,
}

impl OnDelete {
    /// The ways by the names that attributes use.
    pub(crate) const ALL: [(&'static str, Self); 5] = [
        ("cascade", Self::Cascade),
        ("restrict", Self::Restrict),
        ("set_null", Self::SetNull),
        ("set_default", Self::SetDefault),
        ("no_action", Self::NoAction),
    ];
}

/// A unique constraint of the struct; its columns are named by fields.
pub(crate) struct Unique {
    pub(crate) span: Span,
    pub(crate) name: Option<String>,
    pub(crate) fields: Vec<Ident>,
}

/// An index; its columns are named by fields.
pub(crate) struct Index {
    pub(crate) span: Span,
    pub(crate) name: Option<String>,
    pub(crate) fields: Vec<Ident>,
    pub(crate) method: Option<String>,
    pub(crate) condition: Option<String>,
}

/// A check constraint.
pub(crate) struct Check {
    pub(crate) span: Span,
    pub(crate) name: Option<String>,
    pub(crate) condition: String,
}

/// `has_many` or `has_one`.
pub(crate) struct Relation {
    pub(crate) name: Ident,
    pub(crate) many: bool,
    pub(crate) target: Path,
    pub(crate) key: Option<Ident>,
    pub(crate) through: Option<Path>,
}

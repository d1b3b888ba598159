//! A model: a struct with its columns, constraints and relations.

use syn::{Generics, Ident, Path, Type, Visibility};

use super::{
    column::Column,
    constraint::{Constraint, ConstraintColumn},
    reference::ForeignKey,
    relation::Relation,
    ty::is_option,
};
use crate::ctxt::Located;

/// A struct with `#[derive(Model)]`, its rules checked.
pub(crate) struct Model {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    /// The type and const parameters as they were declared; there are no lifetimes.
    pub(crate) generics: Generics,
    /// The path of `orm_pg`.
    pub(crate) krate: Path,
    pub(crate) table: String,
    pub(crate) schema: Option<String>,
    pub(crate) view: bool,
    /// What the table has besides its columns.
    pub(crate) properties: TableProperties,
    /// Whether this is not a model, but columns that models share: `#[derive(Flatten)]`.
    pub(crate) shared: bool,
    /// The name of the struct of columns.
    pub(crate) columns: Ident,
    /// The name of the struct to insert, if there is one.
    pub(crate) insert: Option<Ident>,
    pub(crate) fields: Vec<Field>,
    /// The primary key, constraints and indexes, with their names.
    pub(crate) constraints: Vec<Constraint>,
    /// The foreign keys, those of one field first.
    pub(crate) foreign_keys: Vec<ForeignKey>,
    pub(crate) relations: Vec<Relation>,
}

/// What a table has besides its columns and constraints.
#[derive(Default)]
pub(crate) struct TableProperties {
    pub(crate) comment: Option<Located<String>>,
    pub(crate) unlogged: Option<Located<()>>,
    pub(crate) storage: Option<Located<String>>,
    pub(crate) partition_by: Option<Located<String>>,
    pub(crate) renamed_from: Option<Located<String>>,
}

impl Model {
    /// The fields that are columns, in their order: the number of a column is its index among them.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (&Field, &Column)> {
        self.fields.iter().filter_map(|field| field.column().map(|column| (field, column)))
    }

    /// The fields that contain the columns of other structs: the number of one is its index among them.
    pub(crate) fn flattened(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|it| matches!(it.kind, FieldKind::Flatten))
    }

    /// Whether a field contains the columns of another struct.
    pub(crate) fn has_flattened(&self) -> bool {
        self.flattened().next().is_some()
    }

    /// Whether these are the columns of the primary key, in the order of the struct.
    pub(crate) fn has_key_order(&self, columns: &[ConstraintColumn]) -> bool {
        let key = self.columns().filter(|(_, column)| column.key.is_some()).map(|(_, column)| &column.name);
        key.eq(columns.iter().filter_map(|it| match it {
            ConstraintColumn::Own(name) => Some(name),
            ConstraintColumn::Flattened { .. } => None,
        }))
    }

    /// Whether there is a primary key.
    pub(crate) fn has_key(&self) -> bool {
        self.columns().any(|(_, column)| column.key.is_some())
    }

    /// Whether each column may be NULL, going by how the types are written: then a row of an outer join that consists of
    /// NULLs looks like a missing row, and a query selects one more column, the marker, to tell them apart.
    pub(crate) fn needs_marker(&self) -> bool {
        !self.shared
            && !self.has_flattened()
            && self.columns().all(|(field, column)| column.key.is_none() && is_option(&field.ty))
    }
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
            FieldKind::Skip | FieldKind::Flatten | FieldKind::Invalid => None,
        }
    }
}

/// What a field is in the database.
pub(crate) enum FieldKind {
    /// A column.
    Column(Box<Column>),
    /// Nothing.
    Skip,
    /// The columns of another struct.
    Flatten,
    /// A field with a mistake that has been reported.
    Invalid,
}

//! A model: a struct with its columns, constraints and relations.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Generics, Ident, Path, Type, Visibility, ext::IdentExt};

use crate::attr::At;

/// A struct with `#[derive(Model)]`, its rules checked.
pub(crate) struct Model {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    /// The type and const parameters as they were declared; there are no lifetimes.
    pub(crate) declared: Generics,
    /// The same with the bounds that the columns need.
    pub(crate) generics: Generics,
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
    /// The foreign keys, those of one field first.
    pub(crate) foreign_keys: Vec<ForeignKey>,
    pub(crate) relations: Vec<Relation>,
}

impl Model {
    /// The fields that are columns, in their order: the number of a field is its place among them.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (&Field, &Column)> {
        self.fields.iter().filter_map(|field| field.column().map(|column| (field, column)))
    }

    /// The fields that bring the columns of other structs: the number of one is its place among them.
    pub(crate) fn flattened(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|it| matches!(it.kind, FieldKind::Flatten))
    }

    /// Whether a field brings the columns of another struct.
    pub(crate) fn has_flattened(&self) -> bool {
        self.flattened().next().is_some()
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
    pub(crate) columns: Vec<Named>,
    pub(crate) kind: ConstraintKind,
    /// The name of its Rust constant; indexes and the constraints of views have none.
    pub(crate) constant: Option<Ident>,
}

/// A column of a constraint or index.
#[derive(Clone)]
pub(crate) enum Named {
    /// A column of the model, by its name in the database.
    Own(String),
    /// A column of a flattened field: the number of that field, its name, and the field inside.
    Part(usize, Ident, Ident),
}

impl Named {
    /// The name as names of constraints use it.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Own(name) => name.clone(),
            Self::Part(_, _, field) => field.unraw().to_string(),
        }
    }
}

/// A field that `unique(..)` or `index(..)` names: `name`, or `times.created` of a flattened one.
#[derive(Clone)]
pub(crate) struct FieldName {
    pub(crate) field: Ident,
    pub(crate) inside: Option<Ident>,
}

/// What a constraint demands.
pub(crate) enum ConstraintKind {
    PrimaryKey,
    Unique,
    /// The number of it among the foreign keys of the model.
    ForeignKey(usize),
    Check {
        condition: String,
    },
    Index {
        method: Option<String>,
        condition: Option<String>,
    },
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
            FieldKind::Skip | FieldKind::Flatten | FieldKind::Wrong => None,
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
    /// A mistake, which has had its message.
    Wrong,
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
    pub(crate) sql_type: Option<At<String>>,
    pub(crate) references: Option<At<Reference>>,
    /// The name of its unique constraint, where it was given one.
    pub(crate) unique: Option<At<Option<String>>>,
    pub(crate) index: Option<At<Index>>,
}

impl Column {
    /// The type that it has in expressions, in a field of type `ty`.
    pub(crate) fn sql_type(&self, private: &TokenStream, ty: &Type) -> TokenStream {
        if self.json.is_some() { super::json_type(private, ty) } else { quote!(#ty) }
    }

    /// Whether the database alone writes it.
    pub(crate) fn is_automatic(&self) -> bool {
        self.identity.is_some() || self.generated.is_some()
    }

    /// Whether it has a default to leave it to.
    pub(crate) fn has_default(&self) -> bool {
        self.default.is_some() || self.version.is_some()
    }
}

/// A foreign key of a model.
pub(crate) struct ForeignKey {
    /// Where it was declared.
    pub(crate) span: Span,
    /// The fields that refer.
    pub(crate) fields: Vec<Ident>,
    /// Their columns.
    pub(crate) columns: Vec<Named>,
    /// Whether one of them may be NULL.
    pub(crate) optional: bool,
    pub(crate) reference: Reference,
}

/// What a foreign key refers to, and how.
#[derive(Clone)]
pub(crate) struct Reference {
    pub(crate) target: Path,
    /// The fields of the target that it refers to; its key where there are none.
    pub(crate) columns: Vec<Ident>,
    pub(crate) on_delete: Option<At<OnDelete>>,
    pub(crate) name: Option<String>,
    /// The name of the relation's function; none when there shall be none.
    pub(crate) relation: Option<Ident>,
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

/// A foreign key of several fields.
pub(crate) struct References {
    pub(crate) span: Span,
    pub(crate) fields: Vec<FieldName>,
    pub(crate) reference: Reference,
}

/// A unique constraint of the struct; its columns are named by fields.
pub(crate) struct Unique {
    pub(crate) span: Span,
    pub(crate) name: Option<String>,
    pub(crate) fields: Vec<FieldName>,
}

/// An index; its columns are named by fields.
pub(crate) struct Index {
    pub(crate) span: Span,
    pub(crate) name: Option<String>,
    pub(crate) fields: Vec<FieldName>,
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
    /// The fields that refer here, where they are named.
    pub(crate) key: Vec<Ident>,
    pub(crate) through: Option<Path>,
    /// The fields of the table in between that refer to the other side.
    pub(crate) other_key: Vec<Ident>,
}

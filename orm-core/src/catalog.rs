//! The schema of a database as plain data, read from a server or written in code.
//!
//! [`schema`](crate::schema) describes the tables of models as constants. A [`Catalog`] is owned data, and also describes what
//! models cannot express. Expressions are written as the server writes them with an empty `search_path`, so names in them
//! are qualified, except those of `pg_catalog`.
//!
//! Lists are sorted by name in byte order. Columns, labels of an enum and columns of a key keep their order in the database.

mod constraint;
mod definition;
mod index;
mod name;
mod routine;
mod table;
mod types;

use serde::{Deserialize, Serialize};

pub use self::{
    constraint::{Action, Constraint, ConstraintKind, Elements, MatchType, Reference},
    definition::Definition,
    index::{Index, IndexKey},
    name::Name,
    routine::{Function, Policy, Privilege, Trigger, View},
    table::{Column, Generation, Identity, Partition, Sequence, SequenceOwner, Table},
    types::{CompositeType, Domain, DomainCheck, EnumType, TypeAttribute},
};

/// The objects of a database, without those of the system and of extensions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Catalog {
    /// The version of the server that wrote the texts, such as `150008` for 15.8.
    pub server_version: u32,
    /// The schemas.
    pub schemas: Vec<Schema>,
    /// The extensions.
    pub extensions: Vec<Extension>,
    /// The enum types.
    pub enums: Vec<EnumType>,
    /// The domains.
    pub domains: Vec<Domain>,
    /// The composite types; the row types of tables are not listed.
    pub composites: Vec<CompositeType>,
    /// The sequences, including those of identity columns.
    pub sequences: Vec<Sequence>,
    /// The tables, including partitioned tables and partitions.
    pub tables: Vec<Table>,
    /// The views and materialized views.
    pub views: Vec<View>,
    /// The functions and procedures.
    pub functions: Vec<Function>,
    /// Further objects, each as a whole statement: collations, aggregates, operators, rules, publications and others.
    #[serde(default)]
    pub definitions: Vec<Definition>,
    /// Which views, functions, triggers, policies, expressions and types refer to what.
    pub dependencies: Vec<Dependency>,
    /// All other objects and properties. They are only listed here.
    pub unmanaged: Vec<Object>,
}

impl Catalog {
    /// Returns the table of this name.
    ///
    /// ```
    /// use orm_pg::schema::catalog::{Catalog, Name};
    ///
    /// assert!(Catalog::default().table(&Name::new("public", "users")).is_none());
    /// ```
    #[must_use]
    pub fn table(&self, name: &Name) -> Option<&Table> {
        self.tables.iter().find(|it| it.name == *name)
    }

    /// Sorts all lists whose order has no meaning, so that the catalogs of equal schemas are equal.
    pub fn sort(&mut self) {
        self.schemas.sort_by(|a, b| a.name.cmp(&b.name));
        self.extensions.sort_by(|a, b| a.name.cmp(&b.name));
        self.enums.sort_by(|a, b| a.name.cmp(&b.name));
        self.domains.sort_by(|a, b| a.name.cmp(&b.name));
        for domain in &mut self.domains {
            domain.checks.sort_by(|a, b| a.name.cmp(&b.name));
        }
        self.composites.sort_by(|a, b| a.name.cmp(&b.name));
        self.sequences.sort_by(|a, b| a.name.cmp(&b.name));
        self.tables.sort_by(|a, b| a.name.cmp(&b.name));
        self.tables.iter_mut().for_each(Table::sort);
        self.views.sort_by(|a, b| a.name.cmp(&b.name));
        for view in &mut self.views {
            view.options.sort();
            view.indexes.sort_by(|a, b| a.name.cmp(&b.name));
            view.triggers.sort_by(|a, b| a.name.cmp(&b.name));
            view.privileges.iter_mut().for_each(|it| it.sort());
        }
        self.functions.sort_by(|a, b| (&a.name, &a.arguments).cmp(&(&b.name, &b.arguments)));
        for function in &mut self.functions {
            function.privileges.iter_mut().for_each(|it| it.sort());
        }
        self.definitions.sort_by(|a, b| a.object.cmp(&b.object));
        self.dependencies.sort();
        self.unmanaged.sort();
    }
}

/// A schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// Its name.
    pub name: String,
    /// Its comment.
    pub comment: Option<String>,
}

/// An extension that is installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// Its name.
    pub name: String,
    /// The schema that its objects are in.
    pub schema: String,
}

/// Any object, named as PostgreSQL identifies it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Object {
    /// Its type, such as `aggregate` or `table column`.
    pub kind: String,
    /// Its name with everything that identifies it, such as `app.total(integer)`.
    pub identity: String,
}

/// An object that refers to another one, which therefore must exist first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Dependency {
    /// The object that refers.
    pub object: Object,
    /// The object that it refers to.
    pub on: Object,
}

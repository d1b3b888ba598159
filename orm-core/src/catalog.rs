//! The schema of a database as plain data: what is in it, read from a server or written by hand.
//!
//! [`schema`](crate::schema) describes the tables of models, which are constants. A [`Catalog`] is owned, and holds all that
//! a database can have: also what no model can say. Texts of expressions are as the server writes them with an empty
//! `search_path`, so names in them are qualified, except those of `pg_catalog`.
//!
//! All lists are sorted by name, with the order of bytes; what has an order of its own in the database (columns, labels of an
//! enum, columns of a key) keeps that.

mod constraint;
mod index;
mod name;
mod routine;
mod table;
mod types;

use serde::{Deserialize, Serialize};

pub use self::{
    constraint::{Action, Constraint, ConstraintKind, Elements, MatchType, Reference},
    index::{Index, IndexKey},
    name::Name,
    routine::{Function, Policy, Trigger, View},
    table::{Column, Generation, Identity, Partition, Sequence, SequenceOwner, Table},
    types::{CompositeType, Domain, DomainCheck, EnumType, TypeAttribute},
};

/// All objects of a database that belong to an application: not those of the system, nor those of extensions.
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
    /// The sequences, those of identity columns included.
    pub sequences: Vec<Sequence>,
    /// The tables, partitioned tables and partitions included.
    pub tables: Vec<Table>,
    /// The views and materialized views.
    pub views: Vec<View>,
    /// The functions and procedures.
    pub functions: Vec<Function>,
    /// Which views, functions, triggers and policies refer to what.
    pub dependencies: Vec<Dependency>,
    /// What else is there. Nothing here is compared or changed, so commands print how many there are.
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

    /// Sorts all lists whose order means nothing. Two catalogs of equal schemas are equal afterwards.
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
            view.indexes.sort_by(|a, b| a.name.cmp(&b.name));
            view.triggers.sort_by(|a, b| a.name.cmp(&b.name));
        }
        self.functions.sort_by(|a, b| (&a.name, &a.arguments).cmp(&(&b.name, &b.arguments)));
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
    /// What it is, such as `aggregate` or `table column`.
    pub kind: String,
    /// Which one, such as `app.total(integer)`.
    pub identity: String,
}

/// An object that refers to another one, which therefore must be there first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Dependency {
    /// What refers.
    pub object: Object,
    /// What it refers to.
    pub on: Object,
}

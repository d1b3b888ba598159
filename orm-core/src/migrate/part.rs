//! A catalog taken apart: everything that is created, changed or dropped on its own, by its key.

use std::collections::BTreeMap;

use crate::catalog::{
    Catalog, Column, CompositeType, Constraint, ConstraintKind, Definition, Domain, EnumType, Extension, Function,
    Index, Name, Object, Partition, Policy, Schema, Sequence, Table, Trigger, View,
};

/// What identifies a part. The order is that in which parts are created if nothing else is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Schema(String),
    Extension(String),
    Type(Name),
    Sequence(Name),
    Table(Name),
    Column(Name, String),
    Default(Name, String),
    Constraint(Name, String),
    Index(Name, String),
    Attach(Name),
    Inherit(Name, Name),
    Reference(Name, String),
    Owner(Name),
    Replica(Name),
    Cluster(Name),
    Definition(Object),
    Function(Name, String),
    View(Name),
    Trigger(Name, String),
    Policy(Name, String),
}

/// A part of a catalog.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part<'a> {
    Schema(&'a Schema),
    Extension(&'a Extension),
    Enum(&'a EnumType),
    Domain(&'a Domain),
    Composite(&'a CompositeType),
    Sequence(&'a Sequence),
    Function(&'a Function),
    /// The table without the parts below.
    Table(&'a Table),
    Column(&'a Table, &'a Column),
    /// The default of a column.
    Default(&'a Table, &'a Column),
    Constraint(&'a Table, &'a Constraint),
    /// The index of a table or materialized view.
    Index(&'a Name, &'a Index),
    /// That a table is a partition.
    Attach(&'a Table, &'a Partition),
    /// That a table inherits from another one.
    Inherit(&'a Table, &'a Name),
    /// The column that a sequence belongs to.
    Owner(&'a Sequence),
    /// The replica identity of a table.
    Replica(&'a Table, &'a str),
    /// The index by which a table is clustered.
    Cluster(&'a Table, &'a str),
    /// An object that is kept as a statement.
    Definition(&'a Definition),
    View(&'a View),
    /// The trigger of a table or view.
    Trigger(&'a Name, &'a Trigger),
    Policy(&'a Table, &'a Policy),
}

/// Returns all parts of the catalog.
///
/// What follows from another part is none of its own: inherited columns, constraints and triggers, the sequences of identity
/// columns, and the NOT NULL constraints, which belong to their columns.
pub(super) fn parts(catalog: &Catalog) -> BTreeMap<Key, Part<'_>> {
    let mut all = BTreeMap::new();
    for it in &catalog.schemas {
        all.insert(Key::Schema(it.name.clone()), Part::Schema(it));
    }
    for it in &catalog.extensions {
        all.insert(Key::Extension(it.name.clone()), Part::Extension(it));
    }
    for it in &catalog.enums {
        all.insert(Key::Type(it.name.clone()), Part::Enum(it));
    }
    for it in &catalog.domains {
        all.insert(Key::Type(it.name.clone()), Part::Domain(it));
    }
    for it in &catalog.composites {
        all.insert(Key::Type(it.name.clone()), Part::Composite(it));
    }
    for it in catalog.sequences.iter().filter(|it| !it.owner.as_ref().is_some_and(|owner| owner.identity)) {
        all.insert(Key::Sequence(it.name.clone()), Part::Sequence(it));
        if it.owner.is_some() {
            all.insert(Key::Owner(it.name.clone()), Part::Owner(it));
        }
    }
    for it in &catalog.definitions {
        all.insert(Key::Definition(it.object.clone()), Part::Definition(it));
    }
    for it in &catalog.functions {
        all.insert(Key::Function(it.name.clone(), it.arguments.clone()), Part::Function(it));
    }
    for it in &catalog.views {
        all.insert(Key::View(it.name.clone()), Part::View(it));
        for index in &it.indexes {
            all.insert(Key::Index(it.name.clone(), index.name.clone()), Part::Index(&it.name, index));
        }
        for trigger in &it.triggers {
            all.insert(Key::Trigger(it.name.clone(), trigger.name.clone()), Part::Trigger(&it.name, trigger));
        }
    }
    for it in &catalog.tables {
        of_table(it, &mut all);
    }
    all
}

fn of_table<'a>(table: &'a Table, all: &mut BTreeMap<Key, Part<'a>>) {
    let name = &table.name;
    all.insert(Key::Table(name.clone()), Part::Table(table));
    if let Some(partition) = &table.partition_of {
        all.insert(Key::Attach(name.clone()), Part::Attach(table, partition));
    }
    if let Some(it) = &table.replica_identity {
        all.insert(Key::Replica(name.clone()), Part::Replica(table, it));
    }
    if let Some(it) = &table.cluster_on {
        all.insert(Key::Cluster(name.clone()), Part::Cluster(table, it));
    }
    for it in &table.inherits {
        all.insert(Key::Inherit(name.clone(), it.clone()), Part::Inherit(table, it));
    }
    for it in &table.columns {
        all.insert(Key::Column(name.clone(), it.name.clone()), Part::Column(table, it));
        if it.default.is_some() && it.generated.is_none() {
            all.insert(Key::Default(name.clone(), it.name.clone()), Part::Default(table, it));
        }
    }
    for it in &table.constraints {
        let key = match it.kind {
            ConstraintKind::NotNull => continue,
            // The partitioned table gives it to its partitions.
            ConstraintKind::ForeignKey if !it.local => continue,
            ConstraintKind::ForeignKey => Key::Reference(name.clone(), it.name.clone()),
            // A table must have them before it is attached or inherits.
            _ => Key::Constraint(name.clone(), it.name.clone()),
        };
        all.insert(key, Part::Constraint(table, it));
    }
    for it in &table.indexes {
        all.insert(Key::Index(name.clone(), it.name.clone()), Part::Index(name, it));
    }
    for it in table.triggers.iter().filter(|it| !it.inherited) {
        all.insert(Key::Trigger(name.clone(), it.name.clone()), Part::Trigger(name, it));
    }
    for it in &table.policies {
        all.insert(Key::Policy(name.clone(), it.name.clone()), Part::Policy(table, it));
    }
}

impl Key {
    /// The object as PostgreSQL identifies it, with `.` between the parts and without quotes, for messages and permits.
    pub(super) fn object(&self) -> Object {
        let (kind, identity) = match self {
            Self::Definition(object) => return object.clone(),
            Self::Schema(name) => ("schema", name.clone()),
            Self::Extension(name) => ("extension", name.clone()),
            Self::Type(name) => ("type", short(name)),
            Self::Sequence(name) | Self::Owner(name) => ("sequence", short(name)),
            Self::Function(name, arguments) => ("function", format!("{}({arguments})", short(name))),
            Self::Table(name)
            | Self::Attach(name)
            | Self::Inherit(name, _)
            | Self::Replica(name)
            | Self::Cluster(name) => ("table", short(name)),
            Self::Column(table, name) => ("table column", format!("{}.{name}", short(table))),
            Self::Default(table, name) => ("default value", format!("{}.{name}", short(table))),
            Self::Constraint(table, name) | Self::Reference(table, name) => {
                ("table constraint", format!("{}.{name}", short(table)))
            }
            Self::Index(table, name) => ("index", short(&Name::new(&table.schema, name))),
            Self::View(name) => ("view", short(name)),
            Self::Trigger(table, name) => ("trigger", format!("{}.{name}", short(table))),
            Self::Policy(table, name) => ("policy", format!("{}.{name}", short(table))),
        };
        Object { kind: kind.to_owned(), identity }
    }

    /// The table or view that the part belongs to, if it goes with it.
    pub(super) fn of(&self) -> Option<&Name> {
        match self {
            Self::Column(table, _)
            | Self::Default(table, _)
            | Self::Constraint(table, _)
            | Self::Reference(table, _)
            | Self::Index(table, _)
            | Self::Trigger(table, _)
            | Self::Policy(table, _)
            | Self::Attach(table)
            | Self::Replica(table)
            | Self::Cluster(table)
            | Self::Inherit(table, _) => Some(table),
            _ => None,
        }
    }
}

/// The name, with its schema unless that is `public`.
pub(super) fn short(name: &Name) -> String {
    name.short()
}

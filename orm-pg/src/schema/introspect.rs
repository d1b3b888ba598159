//! Reading the schema of a database from its catalogs, by a fixed number of statements.

mod key;

use std::collections::HashMap;

use orm_core::{
    catalog::{
        Catalog, CompositeType, Constraint, Definition, Dependency, Domain, Elements, EnumType, Extension, Function,
        Index, Name, Object, Policy, Schema, Sequence, Trigger, View,
    },
    error::{Error, ErrorKind, Result},
    executor::Executor,
    migrate::HISTORY_TABLE,
};
use serde::{Deserialize, Serialize};

use self::key::Key;
use super::rows::rows;
use crate::{Database, TransactionOptions};

/// Reads the schema of the database: all objects in schemas other than those of the system, without those of extensions.
///
/// Twelve statements, whatever the number of tables: ten queries of the catalogs, and the begin and commit of the read-only
/// transaction in which they see one snapshot. Each is one round trip, and a query one more when it has to be prepared: the
/// first time on its connection, or each time if it is too large for the cache of prepared statements. The
/// texts of expressions, views and functions are those that the server writes with an empty `search_path`.
///
/// Objects that a [`Catalog`] does not describe are listed in its `unmanaged`, so nothing is left out silently. Only the table
/// `public._orm_migrations`, in which migrations record what ran, is left out: it is no part of the schema.
///
/// # Errors
/// Errors of the server, for example if a table is dropped at the same time. PostgreSQL 13 or later is needed.
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// use orm_pg::schema::{catalog::Name, introspect};
///
/// let catalog = introspect(&db).await?;
/// if let Some(users) = catalog.table(&Name::new("public", "users")) {
///     println!("{} columns, {} objects are not managed", users.columns.len(), catalog.unmanaged.len());
/// }
/// # Ok(()) }
/// ```
pub async fn introspect(db: &Database) -> Result<Catalog> {
    db.transaction_with(TransactionOptions::repeatable_read().read_only(), async |tx| read(&*tx).await).await
}

/// Reads the schema that the transaction sees, and leaves its `search_path` empty.
pub(super) async fn read(tx: &impl Executor) -> Result<Catalog> {
    let from: Vec<InDatabase> = rows(tx, include_str!("introspect/database.sql")).await?;
    let mut catalog = Catalog::default();
    for it in from {
        (catalog.server_version, catalog.schemas, catalog.extensions) = (it.server_version, it.schemas, it.extensions);
    }
    for it in rows::<Types>(tx, include_str!("introspect/types.sql")).await? {
        (catalog.enums, catalog.domains, catalog.composites) = (it.enums, it.domains, it.composites);
        catalog.sequences = it.sequences;
    }
    catalog.tables = rows(tx, include_str!("introspect/tables.sql")).await?;
    let constraints = rows(tx, include_str!("introspect/constraints.sql")).await?;
    let indexes = rows(tx, include_str!("introspect/indexes.sql")).await?;
    for it in rows(tx, include_str!("introspect/texts.sql")).await? {
        match it {
            Text::View(view) => catalog.views.push(view),
            Text::Function(function) => catalog.functions.push(function),
        }
    }
    let triggers = rows(tx, include_str!("introspect/triggers.sql")).await?;
    catalog.dependencies = rows::<Dependency>(tx, include_str!("introspect/dependencies.sql")).await?;
    catalog.definitions = rows::<Definition>(tx, include_str!("introspect/definitions.sql")).await?;
    catalog.unmanaged = rows::<Object>(tx, include_str!("introspect/unmanaged.sql")).await?;
    put_together(&mut catalog, constraints, indexes, triggers)?;
    leave_out_history(&mut catalog);
    let parts = catalog.definitions.iter();
    let parts = parts.filter_map(|it| Some(Dependency { object: it.object.clone(), on: it.part_of.clone()? }));
    catalog.dependencies.extend(parts);
    catalog.sort();
    catalog.dependencies.dedup();
    Ok(catalog)
}

/// Takes out the table in which migrations record what ran.
fn leave_out_history(catalog: &mut Catalog) {
    let history = Name::new("public", HISTORY_TABLE);
    catalog.tables.retain(|it| it.name != history);
    catalog.sequences.retain(|it| it.owner.as_ref().is_none_or(|owner| owner.table != history));
}

#[derive(Serialize, Deserialize)]
struct InDatabase {
    server_version: u32,
    schemas: Vec<Schema>,
    extensions: Vec<Extension>,
}

#[derive(Serialize, Deserialize)]
struct Types {
    enums: Vec<EnumType>,
    domains: Vec<Domain>,
    composites: Vec<CompositeType>,
    sequences: Vec<Sequence>,
}

#[derive(Serialize, Deserialize)]
struct OfTable {
    table: Name,
    constraint: Constraint,
    /// Those of an exclusion constraint.
    operators: Option<Vec<String>>,
}

#[derive(Serialize, Deserialize)]
struct OnTable {
    table: Name,
    /// The constraint that the index belongs to.
    constraint: Option<String>,
    statement: String,
    keys: Vec<Key>,
    index: Index,
}

#[derive(Serialize, Deserialize)]
struct FiredOn {
    table: Name,
    triggers: Vec<Trigger>,
    policies: Vec<Policy>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Text {
    View(View),
    Function(Function),
}

/// Gives each table its constraints, indexes, triggers and policies.
fn put_together(
    catalog: &mut Catalog,
    constraints: Vec<OfTable>,
    indexes: Vec<OnTable>,
    triggers: Vec<FiredOn>,
) -> Result<()> {
    let mut of_constraints = HashMap::new();
    let mut own = HashMap::<_, Vec<_>>::new();
    for it in indexes {
        let mut index = it.index;
        index.keys = key::parse(&it.statement, it.keys).ok_or_else(|| unknown(&it.statement))?;
        match it.constraint {
            Some(name) => drop(of_constraints.insert((it.table, name), index)),
            None => own.entry(it.table).or_default().push(index),
        }
    }
    let mut by_table = HashMap::<_, Vec<_>>::new();
    for OfTable { table, mut constraint, operators } in constraints {
        if let Some(index) = of_constraints.remove(&(table.clone(), constraint.name.clone())) {
            constraint.include = index.include;
            constraint.nulls_not_distinct = index.nulls_not_distinct;
            constraint.storage = index.storage;
            constraint.elements = operators.map(|operators| Elements {
                method: index.method,
                keys: index.keys,
                operators,
                predicate: index.predicate,
            });
        }
        by_table.entry(table).or_default().push(constraint);
    }
    let mut fired = triggers.into_iter().map(|it| (it.table, (it.triggers, it.policies))).collect::<HashMap<_, _>>();
    for table in &mut catalog.tables {
        table.constraints = by_table.remove(&table.name).unwrap_or_default();
        table.indexes = own.remove(&table.name).unwrap_or_default();
        (table.triggers, table.policies) = fired.remove(&table.name).unwrap_or_default();
    }
    for view in &mut catalog.views {
        view.indexes = own.remove(&view.name).unwrap_or_default();
        (view.triggers, _) = fired.remove(&view.name).unwrap_or_default();
    }
    Ok(())
}

fn unknown(statement: &str) -> Error {
    Error::new(ErrorKind::Decode, format!("the keys of this index are not understood: {statement}"))
}

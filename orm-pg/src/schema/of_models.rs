//! The catalog of models: what a server says after their tables have been created in an empty database.

use std::collections::BTreeSet;

use orm_core::{
    catalog::{Catalog, ConstraintKind, Name, SequenceOwner},
    ddl,
    error::{Error, ErrorKind, Result},
    executor::Executor,
    ident::push_ident,
    migrate::{Options, Step, diff},
    schema::{PgType, Table},
    statement::{Operation, Sql, Statement},
};

use super::{Scratch, apply::create_all, introspect};
use crate::{Database, session::run::Discard};

/// Returns the schema that models describe, as the server writes it: their tables are created in a scratch database on the
/// server of `db`, read, and created and read once more, since the server may write an expression in another way when it
/// gets its own text back.
///
/// Before that, the scratch database gets what models use and do not declare, from `base`: extensions, schemas, domains, enum and
/// composite types, sequences, functions, and tables that only foreign keys name. It is [`introspect`]`(db)`, or the
/// catalog of another database. What cannot be created is left out, and named if the tables then fail. Of the tables, only those
/// of models are returned. A view is none of them: its query is not known here.
///
/// Names without a schema are created in the schema that the `search_path` of `db` gives them. Two databases are created and
/// dropped; about forty round trips beside the statements.
///
/// # Errors
/// [`ErrorKind::Migration`] if the tables cannot be created, or if there can be no scratch database: the role needs CREATEDB.
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// use orm_pg::schema::{catalog_of_models, introspect, migrate::{Options, desired, diff}};
///
/// let live = introspect(&db).await?;
/// let declared = catalog_of_models(&db, &live, models![User, Post]).await?;
/// let (wanted, _) = desired(&live, &declared, &Options::new());
/// for step in diff(&live, &wanted, &Options::new())?.steps {
///     println!("{};", step.sql);
/// }
/// # Ok(()) }
/// ```
pub async fn catalog_of_models(db: &Database, base: &Catalog, models: &[&'static Table]) -> Result<Catalog> {
    let path = search_path(db).await?;
    let mut passes = read_models(db, base, models, &path).await?;
    let mut found = passes.pop().ok_or_else(|| Error::new(ErrorKind::Migration, "the models could not be read"))?;
    // Without the tables that only foreign keys name, and those that stand for views.
    found.tables.retain(|it| models.iter().any(|model| !model.view && names(model, &it.name, &path)));
    Ok(found)
}

/// The schemas of the connection's `search_path` that exist, in their order.
pub(super) async fn search_path(db: &Database) -> Result<Vec<String>> {
    crate::sql!("SELECT pg_catalog.current_schemas(false)::text[]").one(db).await
}

/// The catalog of the models as the server wrote it first, and after it has read that.
pub(super) async fn read_models(
    db: &Database,
    base: &Catalog,
    models: &[&'static Table],
    path: &[String],
) -> Result<Vec<Catalog>> {
    let first = Scratch::within(db, async |scratch| create(scratch, base, models, path).await).await?;
    let second = canonical(db, &first).await?;
    Ok(vec![first, second])
}

/// The catalog after a server has read its texts once more.
pub(crate) async fn canonical(db: &Database, catalog: &Catalog) -> Result<Catalog> {
    Scratch::within(db, async |scratch| {
        create_all(scratch, catalog).await?;
        introspect(scratch).await
    })
    .await
}

async fn create(scratch: &Database, base: &Catalog, models: &[&'static Table], path: &[String]) -> Result<Catalog> {
    let declared = declared_types(models);
    let base = base_of(base, models, &declared, path);
    let empty = introspect(scratch).await?;
    let plan = diff(&empty, &base, &Options::new().allow_all())?;
    let connection = scratch.connection().await?;
    run(&connection, "SET check_function_bodies = off").await?;
    let mut failed = attempt(&connection, plan.steps).await;
    set_search_path(&connection, path).await?;
    let statements = ddl::create_tables(models)?;
    let after_types = statements.iter().position(|it| it.starts_with("CREATE TABLE")).unwrap_or(statements.len());
    let (types, tables) = statements.split_at(after_types);
    all(&connection, types, &failed).await?;
    // What needs the types of the models, such as a function that takes one.
    let left = failed.into_iter().map(|it| it.0).collect();
    set_search_path(&connection, &[]).await?;
    failed = attempt(&connection, left).await;
    set_search_path(&connection, path).await?;
    all(&connection, tables, &failed).await?;
    all(&connection, &ddl::create_stand_ins(models)?, &failed).await?;
    drop(connection);
    introspect(scratch).await
}

/// Runs the statements of the models.
async fn all(on: &impl Executor, statements: &[String], failed: &[(Step, Error)]) -> Result<()> {
    for text in statements {
        if let Err(error) = run(on, text).await {
            let mut message = format!("the models cannot be created in an empty database: {error}\n{text}");
            if !failed.is_empty() {
                message += "\nthese could not be created before:";
            }
            for (step, error) in failed {
                message += &format!("\n  {} {}: {error}", step.object.kind, step.object.identity);
            }
            return Err(Error::new(ErrorKind::Migration, message).with_source(error));
        }
    }
    Ok(())
}

/// Runs each step, and returns those that fail.
async fn attempt(on: &impl Executor, steps: Vec<Step>) -> Vec<(Step, Error)> {
    let mut failed = Vec::new();
    for step in steps {
        if let Err(error) = run(on, &step.sql).await {
            failed.push((step, error));
        }
    }
    failed
}

async fn set_search_path(on: &impl Executor, path: &[String]) -> Result<()> {
    let mut quoted = String::new();
    for (i, schema) in path.iter().enumerate() {
        quoted.push_str(if i > 0 { ", " } else { "" });
        push_ident(&mut quoted, schema);
    }

    crate::sql!("SELECT pg_catalog.set_config('search_path', {quoted}, false)").one::<String>(on).await.map(drop)
}

async fn run(on: &impl Executor, text: &str) -> Result<()> {
    let statement = Statement::new(Sql { text: text.to_owned(), binds: Vec::new() }, Operation::Raw, None);
    on.fetch(&statement, &mut Discard).await.map(drop)
}

/// What models may use without declaring it.
fn base_of(
    live: &Catalog,
    models: &[&'static Table],
    declared: &BTreeSet<(Option<&'static str>, &'static str)>,
    path: &[String],
) -> Catalog {
    let is_declared = |name: &Name| {
        let of = |it: &(Option<&str>, &str)| {
            it.1 == name.name && it.0.map_or(path.contains(&name.schema), |it| it == name.schema)
        };
        declared.iter().any(of)
    };
    let is_model = |name: &Name| models.iter().any(|it| names(it, name, path));
    // Tables that only foreign keys name.
    let targets = models.iter().flat_map(|it| it.foreign_keys).map(|it| (it.target)());
    let targets: Vec<_> = targets.collect();
    let mut base = live.clone();
    base.enums.retain(|it| !is_declared(&it.name));
    base.composites.retain(|it| !is_declared(&it.name));
    base.tables.retain(|it| !is_model(&it.name) && targets.iter().any(|target| names(target, &it.name, path)));
    for table in &mut base.tables {
        table.constraints.retain(|it| matches!(it.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique));
        table.columns.iter_mut().for_each(|it| (it.default, it.generated) = (None, None));
        table.indexes.clear();
        table.triggers.clear();
        table.policies.clear();
        (table.partition_of, table.inherits) = (None, Vec::new());
    }
    base.views.clear();
    let kept: BTreeSet<_> = base.tables.iter().map(|it| it.name.clone()).collect();
    // A model's table brings the sequences of its identity and serial columns.
    let serial = |owner: &SequenceOwner| {
        let model = models.iter().find(|it| names(it, &owner.table, path));
        model.and_then(|it| it.column(&owner.column)).is_some_and(|it| it.serial())
    };
    let brought = |owner: &SequenceOwner| !kept.contains(&owner.table) && (owner.identity || serial(owner));
    base.sequences.retain(|it| !it.owner.as_ref().is_some_and(brought));
    for sequence in &mut base.sequences {
        sequence.owner = sequence.owner.take().filter(|it| kept.contains(&it.table));
    }
    base
}

/// Whether the model's table may have this name.
fn names(model: &Table, name: &Name, path: &[String]) -> bool {
    model.name == name.name && model.schema.map_or(path.contains(&name.schema), |it| it == name.schema)
}

/// The types that `create_tables` creates.
fn declared_types(models: &[&'static Table]) -> BTreeSet<(Option<&'static str>, &'static str)> {
    fn gather(ty: PgType, types: &mut BTreeSet<(Option<&'static str>, &'static str)>) {
        if !ty.labels.is_empty() || !ty.attributes.is_empty() {
            types.insert((ty.schema, ty.name));
            ty.attributes.iter().filter(|it| it.sql_type.is_none()).for_each(|it| gather(it.ty, types));
        }
    }
    let mut types = BTreeSet::new();
    let columns = models.iter().filter(|it| !it.view).flat_map(|it| it.columns);
    columns.filter(|it| it.sql_type.is_none()).for_each(|it| gather(it.ty, &mut types));
    types
}

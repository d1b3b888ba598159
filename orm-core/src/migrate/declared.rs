//! The schema of models without a server: expressions are as the models write them, all else as a server would say it.

mod constraint;
mod ty;

pub(super) use self::constraint::not_null;

use std::collections::BTreeSet;

use crate::{
    catalog::{
        Catalog, Column, CompositeType, EnumType, Generation, Identity, Name, Schema, Sequence, SequenceOwner, Table,
        TypeAttribute,
    },
    ddl,
    ddl::catalog::automatic_name,
    error::Result,
    schema::{ColumnDef, Numbering, PgType, Table as Model},
};

/// Returns the schema that models declare. A name without a schema is in `schema`; views are left out.
///
/// What a server would write in another way, such as defaults and conditions, is as the models write it, so the catalog can be
/// compared with another one that this function has made, and not with one that a server has written.
///
/// # Errors
/// As [`create_tables`](crate::ddl::create_tables).
///
/// ```
/// # use blog::*;
/// use orm_pg::schema::{catalog::Name, migrate::declared};
///
/// let catalog = declared(models![User, Post], "public")?;
/// let users = catalog.table(&Name::new("public", "users"));
/// assert!(users.is_some_and(|it| it.columns[0].ty == "bigint"));
/// # Ok::<(), orm_pg::Error>(())
/// ```
pub fn declared(models: &[&'static Model], schema: &str) -> Result<Catalog> {
    // It refuses what no server accepts.
    ddl::create_tables(models)?;
    let mut catalog = Catalog::default();
    let mut seen = BTreeSet::new();
    for model in models.iter().filter(|it| !it.view) {
        let name = Name::new(model.schema.unwrap_or(schema), model.name);
        if seen.insert(name.clone()) {
            table(&mut catalog, name, model, schema);
        }
    }
    let tables = catalog.tables.iter().map(|it| &it.name);
    let types = catalog.enums.iter().map(|it| &it.name).chain(catalog.composites.iter().map(|it| &it.name));
    let schemas: BTreeSet<_> = tables.chain(types).map(|it| it.schema.clone()).collect();
    catalog.schemas = schemas.into_iter().map(|name| Schema { name, comment: None }).collect();
    catalog.sort();
    Ok(catalog)
}

fn table(catalog: &mut Catalog, name: Name, model: &Model, schema: &str) {
    let mut columns = Vec::new();
    for it in model.columns {
        columns.push(column(catalog, &name, model, it, schema));
        if it.sql_type.is_none() {
            types(catalog, it.ty, schema);
        }
    }
    let constraints = constraint::constraints(&name, model, schema);
    let indexes = constraint::indexes(model);
    catalog.tables.push(Table {
        name,
        unlogged: model.unlogged,
        partition_by: model.partition_by.map(str::to_owned),
        partition_of: None,
        inherits: Vec::new(),
        storage: constraint::storage(model.storage),
        replica_identity: None,
        cluster_on: None,
        row_security: false,
        force_row_security: false,
        comment: model.comment.map(str::to_owned),
        columns,
        constraints,
        indexes,
        triggers: Vec::new(),
        policies: Vec::new(),
    });
}

fn column(catalog: &mut Catalog, table: &Name, model: &Model, it: &ColumnDef, schema: &str) -> Column {
    let ty = it.sql_type.map_or_else(|| ty::written(it.ty, schema), ty::of_sql);
    let owned = it.identity || it.serial();
    if owned {
        let owner = SequenceOwner { table: table.clone(), column: it.name.to_owned(), identity: it.identity };
        let name = Name::new(&table.schema, automatic_name(&table.name, it.name, "seq"));
        catalog.sequences.push(sequence(name, &ty, owner, it.numbering.copied().unwrap_or_default()));
    }
    let default = it.default.filter(|_| !it.identity && it.generated.is_none()).map(str::to_owned);
    let next = || format!("nextval('{}'::regclass)", plain_sequence(table, it.name));
    Column {
        name: it.name.to_owned(),
        ty,
        collation: it.collation.map(|it| Name::new("pg_catalog", it.trim_matches('"'))),
        nullable: it.nullable && !it.serial() && !model.key.contains(&it.name),
        default: if it.serial() { Some(next()) } else { default },
        identity: it
            .identity
            .then(|| if it.numbering.is_some_and(|it| it.always) { Identity::Always } else { Identity::ByDefault }),
        generated: it
            .generated
            .map(|expression| Generation { expression: expression.to_owned(), stored: !it.virtual_generated }),
        local: true,
        inherited: false,
        storage: None,
        compression: None,
        statistics: None,
        options: Vec::new(),
        comment: it.comment.map(str::to_owned),
    }
}

/// `public.users_id_seq`, as the default of a serial column names its sequence.
fn plain_sequence(table: &Name, column: &str) -> String {
    ty::qualified(&Name::new(&table.schema, automatic_name(&table.name, column, "seq")))
}

/// The sequence of a column, numbered as the server does if nothing is said.
fn sequence(name: Name, ty: &str, owner: SequenceOwner, numbering: Numbering) -> Sequence {
    let greatest = match ty {
        "smallint" => i64::from(i16::MAX),
        "integer" => i64::from(i32::MAX),
        _ => i64::MAX,
    };
    let increment = numbering.increment.unwrap_or(1);
    let (least, most) = if increment > 0 { (1, greatest) } else { (-greatest - 1, -1) };
    let (min, max) = (numbering.min.unwrap_or(least), numbering.max.unwrap_or(most));
    Sequence {
        name,
        ty: ty.to_owned(),
        unlogged: false,
        start: numbering.start.unwrap_or(if increment > 0 { min } else { max }),
        increment,
        min,
        max,
        cache: numbering.cache.unwrap_or(1),
        cycle: numbering.cycle,
        owner: Some(owner),
        comment: None,
    }
}

/// Adds the enum and composite types that a type consists of.
fn types(catalog: &mut Catalog, ty: PgType, schema: &str) {
    let name = Name::new(ty.schema.unwrap_or(schema), ty.name);
    if !ty.labels.is_empty() && catalog.enums.iter().all(|it| it.name != name) {
        let labels = ty.labels.iter().map(|it| (*it).to_owned()).collect();
        catalog.enums.push(EnumType { name, labels, comment: None });
    } else if !ty.attributes.is_empty() && catalog.composites.iter().all(|it| it.name != name) {
        let attribute = |it: &crate::schema::Attribute| TypeAttribute {
            name: it.name.to_owned(),
            ty: ty::written(it.ty, schema),
            collation: None,
            comment: None,
        };
        let attributes = ty.attributes.iter().map(attribute).collect();
        catalog.composites.push(CompositeType { name, attributes, comment: None });
        ty.attributes.iter().for_each(|it| types(catalog, it.ty, schema));
    }
}

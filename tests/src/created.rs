//! The tables that models make, compared with those from which the models were written.

use std::error::Error;

use orm_pg::{
    Database,
    schema::{
        catalog::{Catalog, ConstraintKind, Table},
        introspect,
    },
};

/// What a comparison has found.
#[derive(Debug)]
pub struct Created {
    /// How many tables were compared.
    pub tables: usize,
    /// Each table that differs, with the lines that only one side has.
    pub different: Vec<String>,
}

/// Drops the tables and types of the database that models declare, creates them again by `statements`, those of the models,
/// and compares. Everything that models do not create stays, and what they cannot say is not compared.
///
/// # Errors
/// What the server refuses.
pub async fn compare(db: &Database, statements: &str) -> Result<Created, Box<dyn Error>> {
    let wanted = introspect(db).await?;
    run(db, &without(&wanted, statements)).await?;
    run(db, statements).await?;
    let found = introspect(db).await?;
    let wanted = wanted.tables.iter().filter(|it| it.partition_of.is_none() && !it.columns.is_empty()).map(sayable);
    let mut created = Created { tables: 0, different: Vec::new() };
    for wanted in wanted {
        created.tables += 1;
        let found = found.table(&wanted.name).map(sayable);
        if found.as_ref() != Some(&wanted) {
            let text = |it: &Table| format!("{it:#?}").lines().map(str::to_owned).collect::<Vec<_>>();
            let (before, after) = (text(&wanted), found.as_ref().map(text).unwrap_or_default());
            let mut lines = vec![format!("{} differs:", wanted.name.name)];
            lines.extend(before.iter().filter(|it| !after.contains(it)).map(|it| format!("    - {it}")));
            lines.extend(after.iter().filter(|it| !before.contains(it)).map(|it| format!("    + {it}")));
            created.different.push(lines.join("\n"));
        }
    }
    Ok(created)
}

async fn run(db: &Database, sql: &str) -> Result<(), Box<dyn Error>> {
    let connection = db.connection().await?;
    Ok(connection.client().batch_execute(sql).await.map_err(|it| format!("{it:?}"))?)
}

/// The statements that drop what the models create, and keep the sequences that they only mention.
fn without(catalog: &Catalog, statements: &str) -> String {
    let mut sql = String::new();
    for it in &catalog.sequences {
        let own = it.owner.as_ref().is_some_and(|it| !it.identity);
        if own && statements.contains(&format!("nextval('{}'", it.name.to_string().replace('\'', "''"))) {
            sql += &format!("ALTER SEQUENCE {} OWNED BY NONE;\n", it.name);
        }
    }
    for it in catalog.tables.iter().filter(|it| it.partition_of.is_none()) {
        sql += &format!("DROP TABLE IF EXISTS {} CASCADE;\n", it.name);
    }
    let enums = catalog.enums.iter().filter(|it| !it.labels.is_empty()).map(|it| &it.name);
    let types = enums.chain(catalog.composites.iter().filter(|it| !it.attributes.is_empty()).map(|it| &it.name));
    for it in types {
        sql += &format!("DROP TYPE {it} CASCADE;\n");
    }
    sql
}

/// The table without what models cannot say.
fn sayable(table: &Table) -> Table {
    let mut table = table.clone();
    table.triggers.clear();
    table.policies.clear();
    (table.row_security, table.force_row_security) = (false, false);
    table.inherits.clear();
    (table.replica_identity, table.cluster_on) = (None, None);
    table.constraints.retain(|it| it.local && it.enforced && !it.period && it.kind != ConstraintKind::NotNull);
    table.indexes.retain(|it| it.valid);
    for it in &mut table.columns {
        (it.local, it.inherited) = (true, false);
        (it.storage, it.compression, it.statistics) = (None, None, None);
        it.options.clear();
    }
    for it in &mut table.constraints {
        it.comment = None;
        it.no_inherit = false;
    }
    for it in &mut table.indexes {
        it.comment = None;
        it.keys.iter_mut().for_each(|it| it.statistics = None);
    }
    table
}

//! Statements that change a table while it is in use: in the forms that lock it for a short time, or not at all.

use super::catalog::{list, quoted};
use crate::catalog::{Column, Constraint, ConstraintKind, DomainCheck, Index, Name};

/// `CREATE INDEX CONCURRENTLY "i" ON "app"."users" USING btree ("email")`.
pub(crate) fn create_index_concurrently(index: &Index, table: &Name) -> String {
    index.create(table).replacen("INDEX ", "INDEX CONCURRENTLY ", 1)
}

/// `DROP INDEX CONCURRENTLY "app"."i"`.
pub(crate) fn drop_index_concurrently(index: &Name) -> String {
    format!("DROP INDEX CONCURRENTLY {index}")
}

/// `REINDEX INDEX CONCURRENTLY "app"."i"`.
pub(crate) fn reindex_concurrently(index: &Name) -> String {
    format!("REINDEX INDEX CONCURRENTLY {index}")
}

/// `ALTER TABLE "app"."users" ADD CONSTRAINT "small" CHECK (age < 200) NOT VALID`.
pub(crate) fn add_not_valid(table: &Name, constraint: &Constraint) -> String {
    let mut constraint = constraint.clone();
    (constraint.validated, constraint.enforced) = (false, true);
    add_constraint(table, &constraint)
}

/// `ALTER TABLE "app"."users" ADD CONSTRAINT "small" CHECK (age < 200)`.
pub(crate) fn add_constraint(table: &Name, constraint: &Constraint) -> String {
    format!("ALTER TABLE {table} ADD CONSTRAINT {} {}", quoted(&constraint.name), constraint.definition())
}

/// `ALTER TABLE "app"."users" VALIDATE CONSTRAINT "small"`.
pub(crate) fn validate(table: &Name, constraint: &str) -> String {
    format!("ALTER TABLE {table} VALIDATE CONSTRAINT {}", quoted(constraint))
}

/// `ALTER TABLE "app"."users" DROP CONSTRAINT "small"`.
pub(crate) fn drop_constraint(table: &Name, constraint: &str) -> String {
    format!("ALTER TABLE {table} DROP CONSTRAINT {}", quoted(constraint))
}

/// `ALTER TABLE "app"."users" ADD CONSTRAINT "email_key" UNIQUE USING INDEX "email_key" DEFERRABLE`.
pub(crate) fn add_by_index(table: &Name, constraint: &Constraint, index: &str) -> String {
    let kind = if constraint.kind == ConstraintKind::PrimaryKey { "PRIMARY KEY" } else { "UNIQUE" };
    let deferrable = if constraint.deferrable { " DEFERRABLE" } else { "" };
    let deferred = if constraint.initially_deferred { " INITIALLY DEFERRED" } else { "" };
    let (name, index) = (quoted(&constraint.name), quoted(index));
    format!("ALTER TABLE {table} ADD CONSTRAINT {name} {kind} USING INDEX {index}{deferrable}{deferred}")
}

/// `CREATE UNIQUE INDEX CONCURRENTLY "email_key" ON "app"."users" ("email") INCLUDE ("id")`, the index of a constraint.
pub(crate) fn create_key_concurrently(table: &Name, constraint: &Constraint, name: &str) -> String {
    let mut out =
        format!("CREATE UNIQUE INDEX CONCURRENTLY {} ON {table} ({})", quoted(name), list(&constraint.columns));
    if !constraint.include.is_empty() {
        out.push_str(&format!(" INCLUDE ({})", list(&constraint.include)));
    }
    if constraint.nulls_not_distinct {
        out.push_str(" NULLS NOT DISTINCT");
    }
    out
}

/// The steps of NOT NULL without a scan under a lock: from PostgreSQL 18 on by a constraint that is validated later, before it
/// by a CHECK that is. The second one, VALIDATE, runs in a transaction of its own.
pub(crate) fn set_not_null(table: &Name, column: &str, version: u32) -> Vec<String> {
    let name = format!("{column}_not_null");
    let (constraint, it) = (quoted(&name), quoted(column));
    if version >= 180_000 {
        return vec![
            format!("ALTER TABLE {table} ADD CONSTRAINT {constraint} NOT NULL {it} NOT VALID"),
            validate(table, &name),
        ];
    }
    vec![
        format!("ALTER TABLE {table} ADD CONSTRAINT {constraint} CHECK ({it} IS NOT NULL) NOT VALID"),
        validate(table, &name),
        format!("ALTER TABLE {table} ALTER COLUMN {it} SET NOT NULL"),
        // Not in the statement before, which would drop it first and then read all rows.
        drop_constraint(table, &name),
    ]
}

/// `ALTER TABLE "app"."users" ADD COLUMN "rank" integer`, without default and NOT NULL.
pub(crate) fn add_column(table: &Name, column: &str, ty: &str) -> String {
    format!("ALTER TABLE {table} ADD COLUMN {} {ty}", quoted(column))
}

/// `ALTER TABLE "app"."users" ADD COLUMN "rank" integer DEFAULT 5 NOT NULL`.
pub(crate) fn declare_column(table: &Name, column: &Column) -> String {
    let mut out = add_column(table, &column.name, &column.ty);
    if let Some(default) = &column.default {
        out.push_str(&format!(" DEFAULT {default}"));
    }
    if !column.nullable {
        out.push_str(" NOT NULL");
    }
    out
}

/// `ALTER TABLE "app"."users" ALTER COLUMN "rank" TYPE bigint`.
pub(crate) fn change_type(table: &Name, column: &str, ty: &str) -> String {
    format!("ALTER TABLE {table} ALTER COLUMN {} TYPE {ty}", quoted(column))
}

/// `ALTER TABLE "app"."users" ALTER COLUMN "rank" SET DEFAULT random()`.
pub(crate) fn set_default(table: &Name, column: &str, default: &str) -> String {
    format!("ALTER TABLE {table} ALTER COLUMN {} SET DEFAULT {default}", quoted(column))
}

/// `ALTER TABLE "app"."users" ADD COLUMN "double" integer GENERATED ALWAYS AS (rank * 2) VIRTUAL`.
pub(crate) fn add_virtual(table: &Name, column: &Column) -> String {
    let expression = column.generated.as_ref().map_or("", |it| &it.expression);
    format!("{} GENERATED ALWAYS AS ({expression}) VIRTUAL", add_column(table, &column.name, &column.ty))
}

/// `CREATE SEQUENCE "app"."users_rank_seq" OWNED BY "app"."users"."rank"`, and the default that it fills.
pub(crate) fn add_sequence(table: &Name, column: &str) -> Vec<String> {
    let sequence = Name::new(table.schema.as_str(), format!("{}_{column}_seq", table.name));
    let literal = sequence.to_string().replace('\'', "''");
    vec![
        format!("CREATE SEQUENCE {sequence} OWNED BY {table}.{}", quoted(column)),
        set_default(table, column, &format!("nextval('{literal}')")),
    ]
}

/// Fills a column by its default where it is NULL, 5000 rows at a time.
pub(crate) fn fill(table: &Name, column: &str, value: &str) -> String {
    let column = quoted(column);
    format!(
        "UPDATE {table} SET {column} = {value} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE {column} IS NULL LIMIT 5000))"
    )
}

/// `ALTER TABLE "app"."events" DETACH PARTITION "app"."events_1" CONCURRENTLY`.
pub(crate) fn detach_concurrently(parent: &Name, partition: &Name) -> String {
    format!("ALTER TABLE {parent} DETACH PARTITION {partition} CONCURRENTLY")
}

/// `ALTER TABLE "app"."events" ATTACH PARTITION "app"."events_1" FOR VALUES IN (1)`.
pub(crate) fn attach(parent: &Name, partition: &Name, bound: &str) -> String {
    format!("ALTER TABLE {parent} ATTACH PARTITION {partition} {bound}")
}

/// A check that is validated later.
pub(crate) fn add_check(table: &Name, name: &str, condition: &str) -> Vec<String> {
    let added = format!("ALTER TABLE {table} ADD CONSTRAINT {} CHECK ({condition}) NOT VALID", quoted(name));
    vec![added, validate(table, name)]
}

/// The condition that rows of a partition meet: `"kind" IS NOT NULL AND "kind" IN (1)` for `LIST (kind)` and
/// `FOR VALUES IN (1)`. Nothing for several columns, expressions and hashes.
pub(crate) fn bound_condition(partition_by: &str, bound: &str) -> Option<String> {
    let (method, key) = partition_by.split_once(" (")?;
    let key = key.strip_suffix(')').filter(|it| !it.contains(['(', ',']) && !it.contains(' '))?;
    let values = bound.strip_prefix("FOR VALUES ")?;
    let mut parts = vec![format!("{key} IS NOT NULL")];
    match method {
        "LIST" if !values.contains("NULL") => parts.push(format!("{key} {values}")),
        "RANGE" => {
            let (from, to) = values.strip_prefix("FROM (")?.strip_suffix(')')?.split_once(") TO (")?;
            let ends =
                [(from, ">=", "MINVALUE"), (to, "<", "MAXVALUE")].into_iter().filter(|(value, _, open)| value != open);
            parts.extend(ends.map(|(value, operator, _)| format!("{key} {operator} {value}")));
        }
        _ => return None,
    }
    Some(parts.join(" AND "))
}

/// The condition of a domain as one of a column.
pub(crate) fn of_column(condition: &str, column: &str) -> String {
    condition.replace("VALUE", &quoted(column))
}

/// `CREATE INDEX CONCURRENTLY "i" ON "app"."posts" ("author_id")`.
pub(crate) fn create_index_of_columns(name: &str, table: &Name, columns: &[String]) -> String {
    format!("CREATE INDEX CONCURRENTLY {} ON {table} ({})", quoted(name), list(columns))
}

/// A check of a domain that holds for new values at once. To validate it locks every table that uses the domain for writes.
pub(crate) fn add_domain_check(domain: &Name, check: &DomainCheck) -> String {
    format!("ALTER DOMAIN {domain} ADD CONSTRAINT {} CHECK ({}) NOT VALID", quoted(&check.name), check.expression)
}

/// Renames a table and leaves a view of its old name, through which old statements read and write.
pub(crate) fn rename_behind_view(from: &Name, to: &Name, columns: &[String]) -> Vec<String> {
    let mut steps = vec![];
    if from.schema == to.schema {
        steps.push(format!("ALTER TABLE {from} RENAME TO {}", quoted(&to.name)));
    } else {
        steps.push(format!("ALTER TABLE {from} SET SCHEMA {}", quoted(&to.schema)));
    }
    steps.push(format!("CREATE VIEW {from} WITH (security_invoker = true) AS SELECT {} FROM {to}", list(columns)));
    steps
}

/// `DROP VIEW "app"."users"`.
pub(crate) fn drop_view(view: &Name) -> String {
    format!("DROP VIEW {view}")
}

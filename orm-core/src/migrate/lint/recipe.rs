//! The safe forms of changes, as steps.

use crate::{
    catalog::{Column, Constraint, ConstraintKind, Domain, DomainCheck, Index, Name, Table},
    ddl::recipe as ddl,
    migrate::{Mode, Phase, Step},
};

/// A step on `object` that runs with the steps around it.
fn together(kind: &str, object: &Name, sql: String) -> Step {
    Step::new(kind, identity(object), sql)
}

/// A step on `object` with a transaction of its own, or none.
fn alone(kind: &str, object: &Name, sql: String) -> Step {
    Step { mode: Mode::Alone, ..together(kind, object, sql) }
}

fn identity(name: &Name) -> String {
    format!("{}.{}", name.schema, name.name)
}

pub(super) fn index(index: &Index, table: &Name) -> Vec<Step> {
    let name = Name::new(table.schema.as_str(), index.name.as_str());
    vec![alone("index", &name, ddl::create_index_concurrently(index, table))]
}

pub(super) fn drop_index(index: &Name) -> Vec<Step> {
    vec![alone("index", index, ddl::drop_index_concurrently(index))]
}

pub(super) fn reindex(index: &Name) -> Vec<Step> {
    vec![alone("index", index, ddl::reindex_concurrently(index))]
}

/// NOT VALID, and VALIDATE in a transaction of its own.
pub(super) fn validated_later(table: &Name, constraint: &Constraint) -> Vec<Step> {
    vec![
        alone("table", table, ddl::add_not_valid(table, constraint)),
        alone("table", table, ddl::validate(table, &constraint.name)),
    ]
}

pub(super) fn not_null(table: &Name, column: &str, version: u32) -> Vec<Step> {
    ddl::set_not_null(table, column, version).into_iter().map(|it| alone("table", table, it)).collect()
}

/// UNIQUE or PRIMARY KEY by an index that is built before. The columns of a primary key become NOT NULL first.
pub(super) fn key(table: &Table, constraint: &Constraint, version: u32) -> Vec<Step> {
    let mut steps = Vec::new();
    if constraint.kind == ConstraintKind::PrimaryKey {
        let columns = constraint.columns.iter().filter(|it| table.column(it).is_some_and(|it| it.nullable));
        steps.extend(columns.flat_map(|it| not_null(&table.name, it, version)));
    }
    let index = Name::new(table.name.schema.as_str(), constraint.name.as_str());
    steps.push(alone("index", &index, ddl::create_key_concurrently(&table.name, constraint, &constraint.name)));
    steps.push(alone("table", &table.name, ddl::add_by_index(&table.name, constraint, &constraint.name)));
    steps
}

/// A column whose default is set after it is added, and whose old rows are filled in batches.
pub(super) fn column_filled_later(table: &Name, column: &Column, default: &str, version: u32) -> Vec<Step> {
    let mut steps = vec![together("table", table, ddl::add_column(table, &column.name, &column.ty))];
    steps.push(together("table", table, ddl::set_default(table, &column.name, default)));
    steps.push(Step { mode: Mode::Repeat, ..together("table", table, ddl::fill(table, &column.name, "DEFAULT")) });
    if !column.nullable {
        steps.extend(not_null(table, &column.name, version));
    }
    steps
}

/// A column numbered by a sequence, whose old rows are filled in batches.
pub(super) fn column_numbered_later(table: &Name, column: &Column, version: u32) -> Vec<Step> {
    let mut steps = vec![together("table", table, ddl::add_column(table, &column.name, &column.ty))];
    steps.extend(ddl::add_sequence(table, &column.name).into_iter().map(|it| together("table", table, it)));
    steps.push(Step { mode: Mode::Repeat, ..together("table", table, ddl::fill(table, &column.name, "DEFAULT")) });
    steps.extend(not_null(table, &column.name, version));
    steps
}

/// A column that old versions of the application need not fill: it becomes NOT NULL when they have stopped.
pub(super) fn required_column(table: &Name, column: &Column, version: u32) -> Vec<Step> {
    let mut steps = vec![together("table", table, ddl::add_column(table, &column.name, &column.ty))];
    let required = not_null(table, &column.name, version).into_iter();
    steps.extend(required.map(|it| Step { phase: Phase::Contract, ..it }));
    steps
}

/// A column of the domain's base type, with its checks added to the table.
pub(super) fn column_of_base(table: &Name, column: &str, domain: &Domain) -> Vec<Step> {
    let mut steps = vec![together("table", table, ddl::add_column(table, column, &domain.base))];
    for check in &domain.checks {
        let (name, condition) = (format!("{}_{column}", check.name), ddl::of_column(&check.expression, column));
        let adding = ddl::add_check(table, &name, &condition);
        steps.extend(adding.into_iter().map(|it| alone("table", table, it)));
    }
    steps
}

pub(super) fn virtual_column(table: &Name, column: &Column) -> Vec<Step> {
    vec![together("table", table, ddl::add_virtual(table, column))]
}

pub(super) fn detach(parent: &Name, partition: &Name) -> Vec<Step> {
    vec![alone("table", partition, ddl::detach_concurrently(parent, partition))]
}

/// A check that proves the bound, then ATTACH without a scan. Nothing if the partitions are divided by several columns or by an
/// expression.
pub(super) fn attach(parent: &Table, partition: &Name, bound: &str) -> Vec<Step> {
    let Some(condition) = parent.partition_by.as_deref().and_then(|it| ddl::bound_condition(it, bound)) else {
        return Vec::new();
    };
    let mut steps = ddl::add_check(partition, &format!("{}_bound", partition.name), &condition);
    steps.push(ddl::attach(&parent.name, partition, bound));
    steps.into_iter().map(|it| alone("table", partition, it)).collect()
}

pub(super) fn domain_check(domain: &Name, check: &DomainCheck) -> Vec<Step> {
    vec![together("domain", domain, ddl::add_domain_check(domain, check))]
}

/// A rename behind which a view keeps the old name until the old version of the application has stopped.
pub(super) fn rename_table(from: &Name, to: &Table) -> Vec<Step> {
    let columns: Vec<_> = to.columns.iter().map(|it| it.name.clone()).collect();
    let steps = ddl::rename_behind_view(from, &to.name, &columns).into_iter();
    let mut steps: Vec<_> = steps.map(|it| together("table", from, it)).collect();
    steps.push(Step { phase: Phase::Contract, ..together("view", from, ddl::drop_view(from)) });
    steps
}

pub(super) fn validate(table: &Name, constraint: &str) -> Vec<Step> {
    vec![alone("table", table, ddl::validate(table, constraint))]
}

pub(super) fn index_of_columns(table: &Name, columns: &[String]) -> Vec<Step> {
    let index = Name::new(table.schema.as_str(), format!("{}_{}_idx", table.name, columns.join("_")));
    vec![alone("index", &index, ddl::create_index_of_columns(&index.name, table, columns))]
}

/// A check in place of NOT NULL, which has no form that is validated later.
pub(super) fn domain_not_null(domain: &Name) -> Vec<Step> {
    let expression = "VALUE IS NOT NULL".to_owned();
    let check = DomainCheck { name: format!("{}_not_null", domain.name), expression, validated: true, comment: None };
    domain_check(domain, &check)
}

/// The column as it is declared, without constraints that read rows.
pub(super) fn column(table: &Name, column: &Column) -> Step {
    together("table", table, ddl::declare_column(table, column))
}

/// A change of a type that writes no row, without the checks that would read all of them.
pub(super) fn checked_type(table: &Table, column: &Column, checks: &[&Constraint]) -> Vec<Step> {
    let name = &table.name;
    let mut steps: Vec<_> =
        checks.iter().map(|it| together("table", name, ddl::drop_constraint(name, &it.name))).collect();
    steps.push(together("table", name, ddl::change_type(name, &column.name, &column.ty)));
    steps.extend(checks.iter().map(|it| together("table", name, ddl::add_not_valid(name, it))));
    steps.extend(checks.iter().map(|it| alone("table", name, ddl::validate(name, &it.name))));
    steps
}

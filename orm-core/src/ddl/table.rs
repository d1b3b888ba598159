//! `CREATE TABLE`, indexes and foreign keys.

use super::{
    index::{push_include, push_key, push_storage},
    name::{check_ident, push_columns, push_qualified, sql},
    plan::Planned,
    types::push_type,
};
use crate::{
    error::{Error, ErrorKind, Result},
    ident::{MAX_IDENT_BYTES, push_ident, push_literal, push_sql},
    render::push_collation,
    schema::{Action, Check, ColumnDef, Deferrable, Exclusion, ForeignKey, Numbering, Table},
};

/// Writes the `CREATE TABLE` with all constraints except the late foreign keys, one line each:
/// `CREATE TABLE "posts" ("id" bigint …, CONSTRAINT "posts_pkey" PRIMARY KEY ("id"))`.
pub(super) fn create(planned: &Planned) -> Result<String> {
    let table = planned.table;
    let mut lines = Vec::new();
    for column in table.columns {
        lines.push(column_line(column)?);
    }
    if !table.key.is_empty() && !table.primary_key.absent {
        lines.push(key_line(table));
    }
    for unique in table.uniques {
        lines.push(constraint_line(unique.name, |out| {
            out.push_str(if unique.nulls_not_distinct { "UNIQUE NULLS NOT DISTINCT " } else { "UNIQUE " });
            push_columns(out, unique.columns);
            push_include(out, unique.include);
            push_storage(out, unique.storage);
            push_deferrable(out, unique.deferrable);
        }));
    }
    lines.extend(table.checks.iter().filter(|it| !it.not_valid).map(check_line));
    for exclusion in table.exclusions {
        lines.push(constraint_line(exclusion.name, |out| push_exclusion(out, exclusion)));
    }
    for key in &planned.early {
        lines.push(foreign_key_line(table, key)?);
    }

    Ok(sql(if table.unlogged { "CREATE UNLOGGED TABLE " } else { "CREATE TABLE " }, |out| {
        push_qualified(out, table.schema, table.name);
        out.push_str(" (");
        for (i, line) in lines.iter().enumerate() {
            out.push_str(if i == 0 { "\n    " } else { ",\n    " });
            out.push_str(line);
        }
        out.push_str("\n)");
        if let Some(partition) = table.partition_by {
            out.push_str(" PARTITION BY ");
            push_sql(out, partition);
        }
        push_storage(out, table.storage);
    }))
}

/// Writes a table with the columns of a view and nothing else, to ask a server for their types:
/// `CREATE TABLE "recent" ("id" int8)`.
#[cfg(feature = "migrate")]
pub(super) fn create_bare(table: &Table) -> Result<String> {
    let bare = |it: &ColumnDef| ColumnDef { nullable: true, identity: false, default: None, generated: None, ..*it };
    let lines = table.columns.iter().map(|it| column_line(&bare(it))).collect::<Result<Vec<_>>>()?;
    Ok(sql("CREATE TABLE ", |out| {
        push_qualified(out, table.schema, table.name);
        out.push_str(&format!(" ({})", lines.join(", ")));
    }))
}

/// Writes the statement that adds a foreign key once its target exists:
/// `ALTER TABLE "posts" ADD CONSTRAINT "name" FOREIGN KEY ("author_id") REFERENCES "users" ("id")`.
pub(super) fn add_foreign_key(table: &Table, key: &ForeignKey) -> Result<String> {
    Ok(add_constraint(table, &foreign_key_line(table, key)?, key.not_valid))
}

/// Writes the statements that add the checks that are not valid, which `CREATE TABLE` would make valid:
/// `ALTER TABLE "posts" ADD CONSTRAINT "name" CHECK (likes > 0) NOT VALID`.
pub(super) fn add_checks(table: &Table) -> impl Iterator<Item = String> {
    table.checks.iter().filter(|it| it.not_valid).map(|it| add_constraint(table, &check_line(it), true))
}

fn add_constraint(table: &Table, line: &str, not_valid: bool) -> String {
    sql("ALTER TABLE ", |out| {
        push_qualified(out, table.schema, table.name);
        out.push_str(" ADD ");
        out.push_str(line);
        out.push_str(if not_valid { " NOT VALID" } else { "" });
    })
}

fn check_line(check: &Check) -> String {
    constraint_line(check.name, |out| {
        out.push_str("CHECK (");
        push_sql(out, check.condition);
        out.push(')');
    })
}

/// Writes the statement that breaks a cycle of foreign keys, so that its tables can be dropped:
/// `ALTER TABLE IF EXISTS "posts" DROP CONSTRAINT IF EXISTS "name"`.
pub(super) fn drop_foreign_key(table: &Table, key: &ForeignKey) -> String {
    sql("ALTER TABLE IF EXISTS ", |out| {
        push_qualified(out, table.schema, table.name);
        out.push_str(" DROP CONSTRAINT IF EXISTS ");
        push_ident(out, key.name);
    })
}

fn column_line(column: &ColumnDef) -> Result<String> {
    let mut out = String::new();
    push_ident(&mut out, column.name);
    out.push(' ');
    match column.sql_type {
        Some(sql) => out.push_str(sql),
        None => push_type(&mut out, &column.ty)?,
    }
    if let Some(collation) = column.collation {
        push_collation(&mut out, collation);
    }
    if column.identity {
        push_identity(&mut out, column.numbering);
    } else if let Some(generated) = column.generated {
        out.push_str(" GENERATED ALWAYS AS (");
        push_sql(&mut out, generated);
        out.push_str(if column.virtual_generated { ") VIRTUAL" } else { ") STORED" });
    } else if let Some(default) = column.default {
        out.push_str(" DEFAULT ");
        push_default(&mut out, default);
    }
    if !column.nullable {
        out.push_str(" NOT NULL");
    }
    Ok(out)
}

/// Appends ` GENERATED ALWAYS AS IDENTITY (START WITH 100 INCREMENT BY 10)`.
fn push_identity(out: &mut String, numbering: Option<&Numbering>) {
    let it = numbering.copied().unwrap_or_default();
    out.push_str(if it.always { " GENERATED ALWAYS AS IDENTITY" } else { " GENERATED BY DEFAULT AS IDENTITY" });
    let numbers = [
        ("START WITH ", it.start),
        ("INCREMENT BY ", it.increment),
        ("MINVALUE ", it.min),
        ("MAXVALUE ", it.max),
        ("CACHE ", it.cache),
    ];
    let options = numbers.iter().filter_map(|(words, number)| Some((*words).to_owned() + &(*number)?.to_string()));
    let options: Vec<String> = options.chain(it.cycle.then(|| "CYCLE".to_owned())).collect();
    if !options.is_empty() {
        out.push_str(" (");
        out.push_str(&options.join(" "));
        out.push(')');
    }
}

/// Writes the comments of the table and of its columns: `COMMENT ON COLUMN "users"."email" IS '…'`.
pub(super) fn comments(table: &Table) -> Vec<String> {
    let of_table = table.comment.map(|text| {
        sql("COMMENT ON TABLE ", |out| {
            push_qualified(out, table.schema, table.name);
            push_comment(out, text);
        })
    });
    let of_columns = table.columns.iter().filter_map(|column| {
        let text = column.comment?;
        Some(sql("COMMENT ON COLUMN ", |out| {
            push_qualified(out, table.schema, table.name);
            out.push('.');
            push_ident(out, column.name);
            push_comment(out, text);
        }))
    });
    of_table.into_iter().chain(of_columns).collect()
}

fn push_comment(out: &mut String, text: &str) {
    out.push_str(" IS ");
    push_literal(out, text);
}

/// Writes a default in parentheses, unless it is a single term: `DEFAULT a AND b` and `DEFAULT now() AT TIME ZONE 'utc'` are
/// not valid SQL.
fn push_default(out: &mut String, sql: &str) {
    let (mut depth, mut quoted, mut one) = (0_usize, false, true);
    for c in sql.trim().chars() {
        match c {
            '\'' | '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            c if depth == 0 && c.is_whitespace() => one = false,
            _ => {}
        }
    }
    if one {
        return push_sql(out, sql);
    }
    out.push('(');
    push_sql(out, sql);
    out.push(')');
}

/// The primary key, with its name or else that which PostgreSQL would give it. If that name is too long, the server chooses
/// it, by shortening the table's name. Writes `CONSTRAINT "posts_pkey" PRIMARY KEY ("id")`.
fn key_line(table: &Table) -> String {
    let it = &table.primary_key;
    let name = it.name.map_or_else(|| format!("{}_pkey", table.name), str::to_owned);
    let key = |out: &mut String| {
        out.push_str("PRIMARY KEY ");
        push_columns(out, if it.columns.is_empty() { table.key } else { it.columns });
        push_include(out, it.include);
        push_storage(out, it.storage);
        push_deferrable(out, it.deferrable);
    };
    if name.len() > MAX_IDENT_BYTES { sql("", key) } else { constraint_line(&name, key) }
}

/// Appends `EXCLUDE USING "gist" ("room" WITH =, "span" WITH &&) WHERE (…)`.
fn push_exclusion(out: &mut String, exclusion: &Exclusion) {
    out.push_str("EXCLUDE ");
    if let Some(method) = exclusion.method {
        out.push_str("USING ");
        push_ident(out, method);
        out.push(' ');
    }
    out.push('(');
    for (i, (key, operator)) in exclusion.keys.iter().zip(exclusion.operators).enumerate() {
        out.push_str(if i == 0 { "" } else { ", " });
        push_key(out, key);
        out.push_str(" WITH ");
        out.push_str(operator);
    }
    out.push(')');
    push_include(out, exclusion.include);
    push_storage(out, exclusion.storage);
    if let Some(condition) = exclusion.condition {
        out.push_str(" WHERE (");
        push_sql(out, condition);
        out.push(')');
    }
    push_deferrable(out, exclusion.deferrable);
}

fn push_deferrable(out: &mut String, deferrable: Deferrable) {
    out.push_str(match deferrable {
        Deferrable::No => "",
        Deferrable::InitiallyImmediate => " DEFERRABLE",
        Deferrable::InitiallyDeferred => " DEFERRABLE INITIALLY DEFERRED",
    });
}

fn foreign_key_line(table: &Table, key: &ForeignKey) -> Result<String> {
    let target = (key.target)();
    let columns = key.target_columns();
    if columns.is_empty() {
        let text = format!(
            "{}.{} refers to {}, which has no primary key: name the columns it refers to",
            table.model, key.field, target.model
        );
        return Err(Error::new(ErrorKind::InvalidStatement, text));
    }
    // A target that is not listed was not checked with the others.
    target.schema.map_or(Ok(()), |schema| check_ident("schema", schema))?;
    check_ident("table", target.name)?;
    Ok(constraint_line(key.name, |out| {
        out.push_str("FOREIGN KEY ");
        push_columns(out, key.columns);
        out.push_str(" REFERENCES ");
        push_qualified(out, target.schema, target.name);
        out.push(' ');
        push_columns(out, &columns);
        if key.match_full {
            out.push_str(" MATCH FULL");
        }
        push_action(out, " ON UPDATE ", key.on_update);
        push_action(out, " ON DELETE ", key.on_delete);
        if !key.set_columns.is_empty() {
            out.push(' ');
            push_columns(out, key.set_columns);
        }
        push_deferrable(out, key.deferrable);
    }))
}

/// Appends ` ON DELETE CASCADE`, or nothing for the default.
fn push_action(out: &mut String, event: &str, action: Action) {
    let action = match action {
        Action::NoAction => return,
        Action::Restrict => "RESTRICT",
        Action::Cascade => "CASCADE",
        Action::SetNull => "SET NULL",
        Action::SetDefault => "SET DEFAULT",
    };
    out.push_str(event);
    out.push_str(action);
}

fn constraint_line(name: &str, rest: impl FnOnce(&mut String)) -> String {
    sql("CONSTRAINT ", |out| {
        push_ident(out, name);
        out.push(' ');
        rest(out);
    })
}

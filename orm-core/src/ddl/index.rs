//! Indexes and their keys.

use super::name::{push_columns, push_qualified, sql};
use crate::{
    ident::{push_ident, push_sql},
    render::{push_condition, push_value},
    schema::{Index, IndexKey, Table},
};

/// Writes `CREATE UNIQUE INDEX "name" ON "posts" USING "gin" ("words" DESC) INCLUDE ("id") WITH (…) WHERE …`.
pub(super) fn create(table: &Table, index: &Index) -> String {
    sql(if index.unique { "CREATE UNIQUE INDEX " } else { "CREATE INDEX " }, |out| {
        push_ident(out, index.name);
        out.push_str(" ON ");
        push_qualified(out, table.schema, table.name);
        if let Some(method) = index.method {
            out.push_str(" USING ");
            push_ident(out, method);
        }
        out.push_str(" (");
        for (i, key) in index.keys.iter().enumerate() {
            out.push_str(if i == 0 { "" } else { ", " });
            push_key(out, key);
        }
        out.push(')');
        push_include(out, index.include);
        if index.nulls_not_distinct {
            out.push_str(" NULLS NOT DISTINCT");
        }
        push_storage(out, index.storage);
        push_condition(out, index.condition);
    })
}

/// Appends `"name" COLLATE "C" text_pattern_ops DESC NULLS LAST`.
pub(super) fn push_key(out: &mut String, key: &IndexKey) {
    push_value(out, key);
    out.push_str(match (key.descending, key.nulls_first) {
        (false, false) => "",
        (false, true) => " NULLS FIRST",
        (true, true) => " DESC",
        (true, false) => " DESC NULLS LAST",
    });
}

/// Appends ` INCLUDE ("a", "b")`, or nothing.
pub(super) fn push_include(out: &mut String, columns: &[&str]) {
    if !columns.is_empty() {
        out.push_str(" INCLUDE ");
        push_columns(out, columns);
    }
}

/// Appends ` WITH (fillfactor = 70)`, or nothing.
pub(super) fn push_storage(out: &mut String, storage: Option<&str>) {
    if let Some(storage) = storage {
        out.push_str(" WITH (");
        push_sql(out, storage);
        out.push(')');
    }
}

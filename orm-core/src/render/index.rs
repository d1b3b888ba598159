//! What an index compares, and which unique index an upsert is about.

use crate::{
    ident::{push_ident, push_sql},
    schema::{Index, IndexKey},
};

/// Appends the keys and the condition of a unique index, as ON CONFLICT names it: `((lower(email)), "team") WHERE …`.
pub(super) fn push_conflict_target(out: &mut String, index: &Index) {
    out.push('(');
    for (i, key) in index.keys.iter().enumerate() {
        out.push_str(if i == 0 { "" } else { ", " });
        push_value(out, key);
    }
    out.push(')');
    push_condition(out, index.condition);
}

/// Appends what the key compares, without its order.
pub(crate) fn push_value(out: &mut String, key: &IndexKey) {
    if let Some(column) = key.column {
        push_ident(out, column);
    }
    if let Some(expression) = key.expression {
        out.push('(');
        push_sql(out, expression);
        out.push(')');
    }
    if let Some(collation) = key.collation {
        push_collation(out, collation);
    }
    if let Some(class) = key.operator_class {
        out.push(' ');
        push_sql(out, class);
    }
}

/// Appends ` COLLATE "de-x-icu"`: the text is a name, or SQL if it contains a double quote (`"app"."german"`).
pub(crate) fn push_collation(out: &mut String, collation: &str) {
    out.push_str(" COLLATE ");
    if collation.contains('"') {
        push_sql(out, collation);
    } else {
        push_ident(out, collation);
    }
}

/// Appends ` WHERE …`, or nothing.
pub(crate) fn push_condition(out: &mut String, condition: Option<&str>) {
    if let Some(condition) = condition {
        out.push_str(" WHERE ");
        push_sql(out, condition);
    }
}

//! CREATE INDEX.

use super::{list, quoted};
use crate::catalog::{Index, IndexKey, Name};

impl Index {
    /// Returns the statement that creates the index on `table`:
    /// `CREATE UNIQUE INDEX "i" ON "app"."users" USING btree ("email" DESC) INCLUDE ("id") WHERE (active)`.
    #[must_use]
    pub fn create(&self, table: &Name) -> String {
        let unique = if self.unique { "UNIQUE " } else { "" };
        let only = if self.partitioned { "ONLY " } else { "" };
        let name = quoted(&self.name);
        let mut out = format!("CREATE {unique}INDEX {name} ON {only}{table} USING {} (", quoted(&self.method));
        let keys: Vec<_> = self.keys.iter().map(IndexKey::to_sql).collect();
        out.push_str(&keys.join(", "));
        out.push(')');
        if !self.include.is_empty() {
            out.push_str(&format!(" INCLUDE ({})", list(&self.include)));
        }
        if self.nulls_not_distinct {
            out.push_str(" NULLS NOT DISTINCT");
        }
        out.push_str(&with(&self.storage));
        if let Some(predicate) = &self.predicate {
            out.push_str(" WHERE ");
            out.push_str(predicate);
        }
        out
    }
}

/// ` WITH (fillfactor='70')`, or nothing.
pub(crate) fn with(storage: &[String]) -> String {
    if storage.is_empty() {
        return String::new();
    }
    let one = |it: &String| match it.split_once('=') {
        Some((name, value)) => format!("{name}='{}'", value.replace('\'', "''")),
        None => it.clone(),
    };
    format!(" WITH ({})", storage.iter().map(one).collect::<Vec<_>>().join(", "))
}

impl IndexKey {
    /// Returns the key as it is written in CREATE INDEX: `"name" COLLATE "C" text_pattern_ops DESC NULLS LAST`.
    #[must_use]
    pub fn to_sql(&self) -> String {
        let mut out = match (&self.column, &self.expression) {
            (Some(column), _) => quoted(column),
            (None, expression) => expression.clone().unwrap_or_default(),
        };
        if let Some(collation) = &self.collation {
            out.push_str(" COLLATE ");
            out.push_str(collation);
        }
        if let Some(class) = &self.operator_class {
            out.push(' ');
            out.push_str(class);
        }
        out.push_str(match (self.descending, self.nulls_first) {
            (false, false) => "",
            (false, true) => " NULLS FIRST",
            (true, true) => " DESC",
            (true, false) => " DESC NULLS LAST",
        });
        out
    }
}

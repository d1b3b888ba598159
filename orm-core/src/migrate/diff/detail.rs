//! Properties that a statement of their own sets: storage and statistics of columns, comments on the columns of views, and
//! the privileges of what is created again.

use super::{Diff, step};
use crate::{
    catalog::{Column, Index, Name, Privilege, View},
    ddl::catalog::quoted,
    migrate::part::{Key, Part},
};

impl Diff<'_> {
    /// `ALTER TABLE … ALTER COLUMN … SET STORAGE …`, and its like.
    pub(super) fn column_details(&mut self, key: &Key, table: &Name, old: Option<&Column>, new: &Column) {
        let mut changes = Vec::new();
        if old.and_then(|it| it.storage.as_ref()) != new.storage.as_ref() {
            let default = if self.to.server_version >= 160_000 { "DEFAULT" } else { storage_of(&new.ty) };
            changes.push(format!("SET STORAGE {}", new.storage.as_deref().unwrap_or(default)));
        }
        if old.and_then(|it| it.compression.as_ref()) != new.compression.as_ref() {
            changes.push(format!("SET COMPRESSION {}", new.compression.as_deref().unwrap_or("default")));
        }
        if old.and_then(|it| it.statistics) != new.statistics {
            changes.push(format!("SET STATISTICS {}", new.statistics.unwrap_or(-1)));
        }
        let before = old.map(|it| it.options.as_slice()).unwrap_or_default();
        let name = |it: &String| it.split('=').next().unwrap_or_default().to_owned();
        let unset: Vec<_> =
            before.iter().map(name).filter(|it| !new.options.iter().any(|new| name(new) == *it)).collect();
        if !unset.is_empty() {
            changes.push(format!("RESET ({})", unset.join(", ")));
        }
        let set: Vec<_> = new.options.iter().filter(|it| !before.contains(it)).cloned().collect();
        if !set.is_empty() {
            changes.push(format!("SET ({})", set.join(", ")));
        }
        for change in changes {
            self.push(step(key, format!("ALTER TABLE {table} ALTER COLUMN {} {change}", quoted(&new.name))));
        }
    }

    /// `ALTER INDEX … ALTER COLUMN 1 SET STATISTICS …`, for the keys that are expressions.
    pub(super) fn index_statistics(&mut self, key: &Key, table: &Name, old: Option<&Index>, new: &Index) {
        let name = Name::new(&table.schema, &new.name);
        for (i, it) in new.keys.iter().enumerate() {
            if old.and_then(|old| old.keys.get(i)).and_then(|it| it.statistics) != it.statistics {
                let target = it.statistics.unwrap_or(-1);
                self.push(step(key, format!("ALTER INDEX {name} ALTER COLUMN {} SET STATISTICS {target}", i + 1)));
            }
        }
    }

    /// Comments on a view and its columns, and the defaults of those.
    pub(super) fn view_details(&mut self, key: &Key, old: Option<&View>, new: &View) {
        self.comment(key, &new.label(), &old.and_then(|it| it.comment.clone()), &new.comment);
        for column in &new.columns {
            let was = old.and_then(|it| it.column_comments.get(column)).cloned();
            let is = new.column_comments.get(column).cloned();
            self.comment(key, &format!("COLUMN {}.{}", new.name, quoted(column)), &was, &is);
            let was = old.and_then(|it| it.column_defaults.get(column));
            let is = new.column_defaults.get(column);
            if was != is {
                let rest = is.map_or_else(|| "DROP DEFAULT".to_owned(), |it| format!("SET DEFAULT {it}"));
                self.push(step(key, format!("ALTER {} ALTER COLUMN {} {rest}", new.label(), quoted(column))));
            }
        }
    }

    /// Gives what was dropped and is created again the privileges that it had.
    pub(super) fn grant_again(&mut self, key: &Key) {
        let (what, owner, privileges) = match self.old.get(key) {
            Some(Part::View(it)) => (format!("TABLE {}", it.name), &it.owner, &it.privileges),
            Some(Part::Function(it)) => (it.label(), &it.owner, &it.privileges),
            _ => return,
        };
        let Some(privileges) = privileges else { return };
        let grants: Vec<_> = privileges.iter().filter(|it| it.grantee != *owner).map(|it| it.grant(&what)).collect();
        let everyone = |it: &Privilege| it.grantee == "public" && it.privilege == "EXECUTE";
        let closed = matches!(key, Key::Function(..)) && !privileges.iter().any(everyone);
        if closed {
            self.push(step(key, format!("REVOKE EXECUTE ON {what} FROM PUBLIC")));
        }
        grants.into_iter().for_each(|sql| self.push(step(key, sql)));
    }
}

/// How values of a type are stored by default, for servers that do not know the word DEFAULT.
fn storage_of(ty: &str) -> &'static str {
    match ty.split('(').next().unwrap_or(ty) {
        "numeric" | "inet" | "cidr" => "MAIN",
        "smallint" | "integer" | "bigint" | "real" | "double precision" | "boolean" | "date" | "uuid" | "interval" => {
            "PLAIN"
        }
        it if it.starts_with("time") => "PLAIN",
        _ => "EXTENDED",
    }
}

//! Constraints and indexes of tables that may be in use.
//!
//! ```sql
//! CREATE UNIQUE INDEX CONCURRENTLY "users_email_key" ON …           -- on its own
//! ALTER TABLE … ADD CONSTRAINT "users_email_key" UNIQUE USING INDEX "users_email_key"
//! ALTER TABLE … ADD CONSTRAINT … FOREIGN KEY … NOT VALID
//! ALTER TABLE … VALIDATE CONSTRAINT …                                -- on its own
//! ```

use super::{Diff, family::constraint_of_parent, step};
use crate::{
    catalog::{Constraint, ConstraintKind, Index, IndexKey, Name, Table},
    ddl::catalog::{automatic_name, comment_on, quoted},
    migrate::part::{Key, Part},
};

impl Diff<'_> {
    /// Whether the table may hold rows and be in use while the plan runs.
    fn in_use(&self, table: &Name) -> bool {
        self.options.online && self.stays(table)
    }

    /// Whether the index is replaced by another one that is built first, so that queries have one of them all the time.
    pub(super) fn is_swapped(&self, key: &Key) -> bool {
        let (Some(Part::Index(table, old)), Some(Part::Index(_, new))) = (self.old.get(key), self.new.get(key)) else {
            return false;
        };
        let partition = old.partitioned || new.partitioned || old.parent.is_some() || new.parent.is_some();
        self.gone.contains(key) && self.in_use(table) && old.valid && !partition && !self.goes_with_another(key)
    }

    pub(super) fn create_index(&mut self, key: &Key, table: &Name, index: &Index) {
        let partitioned = index.partitioned;
        let empty = !self.stays(table) && self.attached_before(key).is_empty();
        let sql = match (self.in_use(table) && !partitioned, partitioned && empty) {
            (true, _) => return self.create_index_in_use(key, table, index),
            // Without partitions there is nothing that ONLY could spare.
            (false, true) => Index { partitioned: false, ..index.clone() }.create(table),
            (false, false) => index.create(table),
        };
        self.push(step(key, sql));
        self.attach_index(key, table, index);
    }

    fn create_index_in_use(&mut self, key: &Key, table: &Name, index: &Index) {
        let statement = |name: &str| {
            let sql = Index { name: name.to_owned(), ..index.clone() }.create(table);
            sql.replacen("INDEX ", "INDEX CONCURRENTLY ", 1)
        };
        if self.is_swapped(key) {
            let (name, new) = (Name::new(&table.schema, &index.name), automatic_name(&index.name, "", "new"));
            self.push(step(key, statement(&new)).alone());
            self.push(step(key, format!("DROP INDEX CONCURRENTLY {name}")).alone());
            let rename = format!("ALTER INDEX {} RENAME TO {}", Name::new(&table.schema, new), quoted(&index.name));
            self.push(step(key, rename));
        } else {
            self.push(step(key, statement(&index.name)).alone());
        }
        self.attach_index(key, table, index);
    }

    /// `ALTER INDEX … ATTACH PARTITION …`, for the index of a partition that is attached already.
    fn attach_index(&mut self, key: &Key, table: &Name, index: &Index) {
        let attached = Key::Attach(table.clone());
        let is_attached = !self.made.contains(&attached) || self.attached_before(key).contains(&attached);
        if let Some(parent) = index.parent.as_ref().filter(|_| is_attached) {
            let own = Name::new(&table.schema, &index.name);
            self.push(step(key, format!("ALTER INDEX {parent} ATTACH PARTITION {own}")));
        }
        self.index_statistics(key, table, None, index);
        if index.comment.is_some() {
            let what = format!("INDEX {}", Name::new(&table.schema, &index.name));
            self.push(step(key, comment_on(&what, index.comment.as_deref())));
        }
    }

    pub(super) fn add_constraint(&mut self, key: &Key, table: &Table, it: &Constraint) {
        let alter = |rest: &str| format!("ALTER TABLE {} {rest}", table.name);
        if self.is_made_with_parent(table, it) {
            // A table that is created with rows of its own to come has no rows that could break it.
            if it.validated && self.has_unvalidated_parent(table, it) {
                self.push(step(key, alter(&format!("VALIDATE CONSTRAINT {}", quoted(&it.name)))));
            }
            return self.comment_constraint(key, &table.name, it);
        }
        let partitioned = table.partition_by.is_some();
        let in_use = self.in_use(&table.name)
            || it.reference.as_ref().is_some_and(|to| self.options.online && self.stays(&to.table) && it.validated);
        match it.kind {
            ConstraintKind::PrimaryKey | ConstraintKind::Unique if in_use && !partitioned && !it.period => {
                self.push(step(key, unique_index(&table.name, it)).alone());
                let kind = if it.kind == ConstraintKind::PrimaryKey { "PRIMARY KEY" } else { "UNIQUE" };
                let (name, ends) = (quoted(&it.name), deferrable(it));
                self.push(step(key, alter(&format!("ADD CONSTRAINT {name} {kind} USING INDEX {name}{ends}"))));
            }
            ConstraintKind::Check | ConstraintKind::ForeignKey
                if in_use && it.validated && it.enforced && !(partitioned && it.kind == ConstraintKind::ForeignKey) =>
            {
                let unchecked = Constraint { validated: false, ..it.clone() };
                self.push(step(key, alter(&format!("ADD {}", unchecked.named()))));
                self.push(step(key, alter(&format!("VALIDATE CONSTRAINT {}", quoted(&it.name)))).alone());
            }
            _ => self.push(step(key, alter(&format!("ADD {}", it.named())))),
        }
        let attached = Key::Attach(table.name.clone());
        if let Some(parent) = self.constraint_of_parent(table, it).filter(|_| !self.made.contains(&attached)) {
            let own = Name::new(&table.name.schema, &it.name);
            self.push(step(key, format!("ALTER INDEX {parent} ATTACH PARTITION {own}")));
        }
        self.comment_constraint(key, &table.name, it);
    }

    pub(super) fn comment_constraint(&mut self, key: &Key, table: &Name, it: &Constraint) {
        if it.comment.is_some() {
            let what = format!("CONSTRAINT {} ON {table}", quoted(&it.name));
            self.push(step(key, comment_on(&what, it.comment.as_deref())));
        }
    }

    /// The key of the partitioned table that the key of a partition belongs to, unless it takes it when it is created.
    fn constraint_of_parent(&self, table: &Table, it: &Constraint) -> Option<Name> {
        let (parent, it) = constraint_of_parent(table, it, |name| self.to.table(name))?;
        let made = self.made.contains(&Key::Constraint(parent.name.clone(), it.name.clone()));
        (!made).then(|| Name::new(&parent.name.schema, &it.name))
    }
}

/// `CREATE UNIQUE INDEX CONCURRENTLY … NULLS NOT DISTINCT`, from which a constraint is made.
fn unique_index(table: &Name, it: &Constraint) -> String {
    let index = Index {
        name: it.name.clone(),
        unique: true,
        nulls_not_distinct: it.nulls_not_distinct,
        method: "btree".to_owned(),
        keys: it.columns.iter().map(IndexKey::column).collect(),
        include: it.include.clone(),
        predicate: None,
        storage: it.storage.clone(),
        valid: true,
        partitioned: false,
        parent: None,
        comment: None,
    };
    index.create(table).replacen("INDEX ", "INDEX CONCURRENTLY ", 1)
}

fn deferrable(it: &Constraint) -> &'static str {
    match (it.deferrable, it.initially_deferred) {
        (false, _) => "",
        (true, false) => " DEFERRABLE",
        (true, true) => " DEFERRABLE INITIALLY DEFERRED",
    }
}

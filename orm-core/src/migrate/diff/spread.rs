//! Changes that follow from others: what is in the way of a change is made anew.

use std::collections::BTreeSet;

use super::{Diff, family::index_of_parent};
use crate::{
    catalog::Domain,
    migrate::part::{Key, Part},
};

impl Diff<'_> {
    /// Extends the changes to what depends on them: a view over a column whose type changes is made anew.
    pub(super) fn spread(&mut self) {
        self.replace_contained_domains();
        loop {
            let blocked = self.old_needs.iter().filter(|(key, needed)| self.is_blocked(key, needed));
            let blocked: BTreeSet<_> = blocked.map(|(key, _)| key.clone()).chain(self.tied_to_gone()).collect();
            let before = (self.gone.len(), self.retyped.len(), self.replaced.len());
            for key in blocked {
                self.unblock(key);
            }
            if before == (self.gone.len(), self.retyped.len(), self.replaced.len()) {
                return;
            }
        }
    }

    fn is_blocked(&self, key: &Key, needed: &BTreeSet<Key>) -> bool {
        if self.gone.contains(key) || self.replaced.contains(key) {
            return false;
        }
        if matches!(key, Key::Attach(_) | Key::Inherit(..)) {
            // It stays while the parts of both tables change.
            return needed.iter().any(|it| matches!(it, Key::Table(_)) && self.gone.contains(it));
        }
        self.blocks_type(key)
            || needed.iter().any(|need| match need {
                // A name in the schema of an extension need not be one of it.
                Key::Extension(_) | Key::Schema(_) => false,
                Key::Table(_) | Key::Sequence(_) | Key::Type(_) => {
                    self.gone.contains(need) && self.made.contains(need) && !matches!(key, Key::Column(..))
                }
                _ => self.gone.contains(need),
            })
    }

    /// Whether something that the part needs cannot get its new type as long as the part is there.
    pub(super) fn blocks_type(&self, key: &Key) -> bool {
        let needed = self.old_needs.get(key);
        let changes = |it: &&Key| self.is_retyped(it);
        needed.into_iter().flatten().any(|need| match need {
            Key::Type(_) if self.replaced.contains(need) => !self.retyped.contains(key),
            Key::Column(..) if self.is_retyped(need) => match key {
                Key::View(_) | Key::Policy(..) | Key::Trigger(..) | Key::Function(..) | Key::Definition(_) => true,
                // A column that is no longer computed only loses its expression.
                Key::Column(..) => key != need && !self.loses_expression(key),
                Key::Reference(..) => needed.into_iter().flatten().filter(changes).count() > 1,
                _ => false,
            },
            _ => false,
        })
    }

    /// Whether the column gets another type, also one that is to be dropped and gets it with that of a parent.
    pub(super) fn is_retyped(&self, key: &Key) -> bool {
        let inherited = || match (key, self.old.get(key)) {
            (Key::Column(table, name), Some(Part::Column(_, it))) if it.inherited && self.gone.contains(key) => {
                let mut parents = self.parents_at_drop(table).into_iter();
                parents.any(|it| self.is_retyped(&Key::Column(it.clone(), name.clone())))
            }
            _ => false,
        };
        self.retyped.contains(key) || inherited()
    }

    pub(super) fn loses_expression(&self, key: &Key) -> bool {
        matches!((self.old.get(key), self.new.get(key)), (Some(Part::Column(_, old)), Some(Part::Column(_, new)))
            if old.generated.is_some() && new.generated.is_none())
    }

    fn unblock(&mut self, key: Key) {
        match (&key, self.old.get(&key), self.new.get(&key)) {
            // A column follows the new type of its name.
            (Key::Column(..), Some(Part::Column(_, old)), Some(Part::Column(_, new)))
                if old.generated.is_none() && new.generated.is_none() =>
            {
                self.retyped.insert(key.clone());
                self.altered.insert(key);
            }
            (Key::Type(_), _, Some(_)) => {
                self.replaced.insert(key.clone());
                self.altered.insert(key);
            }
            (Key::Table(_) | Key::Sequence(_), ..) => {}
            (_, _, new) => {
                if new.is_some() {
                    self.made.insert(key.clone());
                }
                self.altered.remove(&key);
                self.retyped.remove(&key);
                self.gone.insert(key);
            }
        }
    }

    /// The indexes and keys of partitions and of their partitioned tables that go with one that is gone: the server drops
    /// neither without the other while the partition is attached.
    fn tied_to_gone(&self) -> BTreeSet<Key> {
        let mut tied = BTreeSet::new();
        for table in &self.from.tables {
            let goes = |key: Key| self.gone.contains(&key);
            let attach = Key::Attach(table.name.clone());
            if goes(Key::Table(table.name.clone())) || goes(attach) {
                continue;
            }
            for (own, of_parent) in index_of_parent(table, |name| self.from.table(name)) {
                match (goes(own.clone()), goes(of_parent.clone())) {
                    (true, false) => drop(tied.insert(of_parent)),
                    (false, true) => drop(tied.insert(own)),
                    _ => {}
                }
            }
        }
        tied
    }

    /// Replaces the domains that begin to refuse values and of which columns hold values inside of others, such as arrays: the
    /// server cannot check those.
    fn replace_contained_domains(&mut self) {
        let contained = self.altered.iter().filter(|key| match (self.old.get(key), self.new.get(key)) {
            (Some(Part::Domain(old)), Some(Part::Domain(new))) => begins_to_refuse(old, new) && self.is_contained(key),
            _ => false,
        });
        let contained: Vec<_> = contained.cloned().collect();
        self.replaced.extend(contained);
    }

    /// Whether a column holds values of the type inside of an array or a composite value.
    fn is_contained(&self, ty: &Key) -> bool {
        let mut seen = BTreeSet::new();
        let mut open = vec![(ty, false)];
        while let Some((ty, inside)) = open.pop() {
            let users = self.old_needs.iter().filter(|(_, needed)| needed.contains(ty)).map(|(key, _)| key);
            for key in users {
                let inside = match self.old.get(key) {
                    Some(Part::Column(_, it)) if inside || it.ty.ends_with("[]") => return true,
                    Some(Part::Domain(it)) => inside || it.base.ends_with("[]"),
                    Some(Part::Composite(_)) => true,
                    _ => continue,
                };
                if seen.insert((key, inside)) {
                    open.push((key, inside));
                }
            }
        }
        false
    }
}

fn begins_to_refuse(old: &Domain, new: &Domain) -> bool {
    let had = |name: &str, expression: &str| {
        old.checks.iter().any(|it| it.validated && (it.name.as_str(), it.expression.as_str()) == (name, expression))
    };
    new.not_null && !old.not_null || new.checks.iter().any(|it| it.validated && !had(&it.name, &it.expression))
}

//! Changes of sequences.

use super::{Diff, rename::renamed_names, step};
use crate::{
    catalog::{Name, Sequence, SequenceOwner},
    ddl::catalog::{literal, quoted},
    migrate::part::{Key, Part},
};

/// Where the next number of a sequence is when its bounds change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// It can be inside of the new bounds.
    Inside,
    /// It can be before the first number of the new ones.
    Before,
    /// It is beyond the last one for certain.
    Beyond,
}

impl Diff<'_> {
    /// `ALTER SEQUENCE … MINVALUE 5`, with all that differs but the owner.
    ///
    /// ```sql
    /// ALTER SEQUENCE "app"."numbers" RENAME TO "others"
    /// -- if numbers have been below the new bounds: the next one is the least
    /// SELECT setval('"app"."others"', greatest(last_value, 5), is_called AND last_value >= 5) FROM "app"."others"
    /// ALTER SEQUENCE "app"."others" MINVALUE 5
    /// ```
    pub(super) fn alter_sequence(&mut self, key: &Key, old: &Sequence, new: &Sequence) {
        if old.name.name != new.name.name {
            self.push(step(key, format!("ALTER SEQUENCE {} RENAME TO {}", old.name, quoted(&new.name.name))));
        }
        let name = &new.name;
        let renamed = Sequence { name: name.clone(), ..old.clone() };
        if let Some(sql) = new.alter(&renamed) {
            match place(old, new) {
                Place::Inside => self.push(step(key, sql)),
                Place::Before => {
                    let (bound, least, compare) =
                        if old.increment > 0 { (new.min, "greatest", ">=") } else { (new.max, "least", "<=") };
                    let next = format!("{least}(last_value, {bound}), is_called AND last_value {compare} {bound}");
                    self.push(step(key, format!("SELECT setval({}, {next}) FROM {name}", literal(&name.to_string()))));
                    self.push(step(key, sql));
                }
                Place::Beyond => {
                    let restart = format!("{sql} RESTART WITH {}", new.start);
                    self.push(step(key, restart).if_allowed("restart_sequence"));
                }
            }
        }
        if old.unlogged != new.unlogged && !new.owner.as_ref().is_some_and(|it| it.identity) {
            let how = if new.unlogged { "UNLOGGED" } else { "LOGGED" };
            self.push(step(key, format!("ALTER SEQUENCE {name} SET {how}")));
        }
        self.comment(key, &format!("SEQUENCE {name}"), &old.comment, &new.comment);
    }

    /// Gives the sequences of columns whose names have changed with those of their tables the new ones.
    pub(super) fn rename_sequences(&mut self) {
        let gone = self.gone.iter().filter(|it| !self.made.contains(it)).cloned();
        for old_key in gone.collect::<Vec<_>>() {
            let Some(Part::Sequence(old)) = self.old.get(&old_key).copied() else { continue };
            let found = self.made.iter().find_map(|key| match self.new.get(key) {
                Some(Part::Sequence(new)) if old.owner.is_some() && old.owner == new.owner => Some((key.clone(), *new)),
                _ => None,
            });
            let Some((new_key, new)) = found.filter(|(_, new)| new.name.schema == old.name.schema) else { continue };
            self.alter_sequence(&new_key, old, new);
            for key in [old_key, Key::Owner(old.name.clone())] {
                self.gone.remove(&key);
            }
            for key in [new_key, Key::Owner(new.name.clone())] {
                self.made.remove(&key);
            }
            if let Some(owner) = &new.owner {
                self.follow_sequence(owner, &old.name, &new.name);
            }
        }
    }

    /// The default that reads the sequence has followed its name.
    fn follow_sequence(&mut self, owner: &SequenceOwner, from: &Name, to: &Name) {
        let key = Key::Default(owner.table.clone(), owner.column.clone());
        if let (Some(Part::Default(_, old)), Some(Part::Default(_, new))) = (self.old.get(&key), self.new.get(&key))
            && old.default.as_ref().map(|it| renamed_names(it, from, to)) == new.default
        {
            self.altered.remove(&key);
        }
    }
}

/// The server refuses bounds that do not include the next number. An ascending one is not less than the start.
fn place(old: &Sequence, new: &Sequence) -> Place {
    let (before, beyond) = if old.increment > 0 {
        (old.start < new.min, old.start > new.max || old.max < new.min)
    } else {
        (old.start > new.max, old.start < new.min || old.min > new.max)
    };
    match (before, beyond) {
        (_, true) => Place::Beyond,
        (true, false) => Place::Before,
        (false, false) => Place::Inside,
    }
}

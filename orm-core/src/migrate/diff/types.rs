//! Changes of enums, domains and composite types.

use super::{Diff, step};
use crate::{
    catalog::{CompositeType, Domain, DomainCheck, EnumType, Name},
    ddl::catalog::{comment_on, literal, quoted},
    error::Result,
    migrate::{
        Phase,
        part::{Key, Part, short},
    },
};

impl Diff<'_> {
    /// Adds labels: `ALTER TYPE "app"."mood" ADD VALUE 'calm' BEFORE 'ok'`. A new label cannot be used before it is committed.
    pub(super) fn add_labels(&mut self) -> Result<()> {
        for key in self.altered.clone() {
            if self.replaced.contains(&key) {
                continue;
            }
            let (Some(Part::Enum(old)), Some(Part::Enum(new))) = (self.old.get(&key), self.new.get(&key)) else {
                continue;
            };
            for sql in added_labels(old, new) {
                self.push(step(&key, sql).alone());
            }
        }
        Ok(())
    }

    /// Changes a type in place, or replaces it: the old one is renamed until nothing uses it.
    pub(super) fn alter_type(&mut self, key: &Key) {
        let (Some(old), Some(new)) = (self.old.get(key).copied(), self.new.get(key).copied()) else { return };
        if self.replaced.contains(key) {
            if let Key::Type(name) = key {
                let kept = quoted(&replaced_name(name));
                let kind = if matches!(old, Part::Domain(_)) { "DOMAIN" } else { "TYPE" };
                self.push(step(key, format!("ALTER {kind} {name} RENAME TO {kept}")));
                self.create_part(key);
            }
            return;
        }
        match (old, new) {
            (Part::Enum(old), Part::Enum(new)) => {
                self.comment(key, &format!("TYPE {}", new.name), &old.comment, &new.comment)
            }
            (Part::Domain(old), Part::Domain(new)) => self.alter_domain(key, old, new),
            (Part::Composite(old), Part::Composite(new)) => self.alter_composite(key, old, new),
            _ => {}
        }
    }

    fn alter_domain(&mut self, key: &Key, old: &Domain, new: &Domain) {
        let alter = |rest: String| format!("ALTER DOMAIN {} {rest}", new.name);
        if old.default != new.default {
            let rest = new.default.as_ref().map_or_else(|| "DROP DEFAULT".to_owned(), |it| format!("SET DEFAULT {it}"));
            self.push(step(key, alter(rest)));
        }
        if old.not_null != new.not_null {
            let rest = if new.not_null { "SET NOT NULL" } else { "DROP NOT NULL" };
            self.push(step(key, alter(rest.to_owned())));
        }
        for check in old.checks.iter().filter(|it| !new.checks.iter().any(|other| is_same(other, it))) {
            let becomes_valid = new.checks.iter().any(|it| {
                it.name == check.name && it.expression == check.expression && it.validated && !check.validated
            });
            let rest = if becomes_valid { "VALIDATE" } else { "DROP" };
            self.push(step(key, alter(format!("{rest} CONSTRAINT {}", quoted(&check.name)))));
        }
        for check in new.checks.iter().filter(|it| !old.checks.iter().any(|other| is_same(other, it))) {
            let was_there = old.checks.iter().any(|it| {
                it.name == check.name && it.expression == check.expression && check.validated && !it.validated
            });
            if was_there {
                continue;
            }
            let name = quoted(&check.name);
            if self.options.online && check.validated {
                let unchecked = format!("ADD CONSTRAINT {name} CHECK ({}) NOT VALID", check.expression);
                self.push(step(key, alter(unchecked)));
                self.push(step(key, alter(format!("VALIDATE CONSTRAINT {name}"))).alone());
            } else {
                self.push(step(key, alter(format!("ADD {}", check.definition()))));
            }
        }
        self.comment(key, &format!("DOMAIN {}", new.name), &old.comment, &new.comment);
        for check in &new.checks {
            let was = old.checks.iter().find(|it| it.name == check.name && it.expression == check.expression);
            let what = format!("CONSTRAINT {} ON DOMAIN {}", quoted(&check.name), new.name);
            self.comment(key, &what, &was.and_then(|it| it.comment.clone()), &check.comment);
        }
    }

    fn alter_composite(&mut self, key: &Key, old: &CompositeType, new: &CompositeType) {
        let alter = |rest: String| format!("ALTER TYPE {} {rest}", new.name);
        let find = |list: &CompositeType, name: &str| list.attributes.iter().find(|it| it.name == name).cloned();
        for it in old.attributes.iter().filter(|it| find(new, &it.name).is_none()) {
            let mut drop = step(key, alter(format!("DROP ATTRIBUTE {}", quoted(&it.name))));
            drop.object.identity = format!("{}.{}", short(&new.name), it.name);
            self.push(drop.if_allowed("drop_attribute"));
        }
        for it in &new.attributes {
            match find(old, &it.name) {
                None => self.push(step(key, alter(format!("ADD ATTRIBUTE {}", it.definition())))),
                Some(old) if (&old.ty, &old.collation) != (&it.ty, &it.collation) => {
                    let collation = it.collation.as_ref().map(|it| format!(" COLLATE {it}")).unwrap_or_default();
                    let rest = format!("ALTER ATTRIBUTE {} TYPE {}{collation}", quoted(&it.name), it.ty);
                    self.push(step(key, alter(rest)));
                }
                Some(_) => {}
            }
        }
        self.comment(key, &format!("TYPE {}", new.name), &old.comment, &new.comment);
        for it in &new.attributes {
            let was = find(old, &it.name).and_then(|it| it.comment);
            self.comment(key, &format!("COLUMN {}.{}", new.name, quoted(&it.name)), &was, &it.comment);
        }
    }

    /// Drops a type that was replaced, after its columns have got the new one.
    pub(super) fn drop_replaced(&mut self, key: &Key, phase: Phase) {
        let (Key::Type(name), Some(old)) = (key, self.old.get(key)) else { return };
        let kind = if matches!(old, Part::Domain(_)) { "DOMAIN" } else { "TYPE" };
        let kept = Name::new(&name.schema, replaced_name(name));
        self.push(step(key, format!("DROP {kind} {kept}")).in_phase(phase).if_allowed("replace_type"));
    }

    /// `COMMENT ON TYPE … IS '…'`, if it differs.
    pub(super) fn comment(&mut self, key: &Key, what: &str, old: &Option<String>, new: &Option<String>) {
        if old != new {
            self.push(step(key, comment_on(what, new.as_deref())));
        }
    }
}

/// The name of a type while another one has its name.
fn replaced_name(name: &Name) -> String {
    let mut kept: String = name.name.chars().take(40).collect();
    while kept.len() > 55 {
        kept.pop();
    }
    kept.push_str("__old");
    kept
}

fn added_labels(old: &EnumType, new: &EnumType) -> Vec<String> {
    let mut there = old.labels.clone();
    let mut statements = Vec::new();
    for (i, label) in new.labels.iter().enumerate() {
        if there.contains(label) {
            continue;
        }
        // Before the next label that is there, or at the end.
        let next = new.labels.iter().skip(i).find(|it| there.contains(it));
        let place = next.map(|it| format!(" BEFORE {}", literal(it))).unwrap_or_default();
        let last = there.last().map(|it| format!(" AFTER {}", literal(it))).unwrap_or_default();
        let place = if place.is_empty() { last } else { place };
        statements.push(format!("ALTER TYPE {} ADD VALUE {}{place}", new.name, literal(label)));
        match next.and_then(|next| there.iter().position(|it| it == next)) {
            Some(at) => there.insert(at, label.clone()),
            None => there.push(label.clone()),
        }
    }
    statements
}

/// Whether both are the same constraint, comments aside.
fn is_same(one: &DomainCheck, other: &DomainCheck) -> bool {
    (&one.name, &one.expression, one.validated) == (&other.name, &other.expression, other.validated)
}

//! What each part of a catalog needs.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    mention,
    part::{Key, Part},
};
use crate::catalog::{Catalog, Constraint, ConstraintKind, Dependency, Function, IndexKey, Name, Object, Table};

/// Which parts must exist for another one.
pub(super) type Needs = BTreeMap<Key, BTreeSet<Key>>;

/// Returns what each part needs: what the server has recorded, and what the texts mention.
pub(super) fn needs(catalog: &Catalog, parts: &BTreeMap<Key, Part<'_>>) -> Needs {
    let lookup = Lookup::new(catalog, parts);
    let mut needs = Needs::new();
    for (key, part) in parts {
        let mut of_one = lookup.needed(part);
        of_one.remove(key);
        needs.insert(key.clone(), of_one);
    }
    for it in &catalog.dependencies {
        let Dependency { object, on } = it;
        for key in lookup.keys(object) {
            let key = of_default(key, parts);
            if let Some(set) = needs.get_mut(&key) {
                set.extend(lookup.keys(on).into_iter().filter(|it| *it != key));
            }
        }
    }
    needs
}

/// The default of a column, if it has one: what the server records for a column is needed by its expression, and its type
/// is known without that.
fn of_default(key: Key, parts: &BTreeMap<Key, Part<'_>>) -> Key {
    match key {
        Key::Column(table, column) => {
            let default = Key::Default(table.clone(), column.clone());
            if parts.contains_key(&default) { default } else { Key::Column(table, column) }
        }
        key => key,
    }
}

/// Adds what the bodies of functions mention, if both are among `keys`. It need not exist, so it only decides between possible
/// orders.
pub(super) fn add_bodies(needs: &mut Needs, parts: &BTreeMap<Key, Part<'_>>, keys: &BTreeSet<Key>) {
    let mut by_name = BTreeMap::<&str, Vec<&Key>>::new();
    for key in keys {
        if let Key::Function(name, _) | Key::Table(name) | Key::View(name) | Key::Sequence(name) = key {
            by_name.entry(name.name.as_str()).or_default().push(key);
        }
    }
    for (key, part) in parts.iter().filter(|(key, _)| keys.contains(key)) {
        let Part::Function(function) = part else { continue };
        let Some((_, body)) = function.definition.split_once("\nAS ") else { continue };
        let words = mention::words(body);
        let meant = words.iter().filter_map(|it| by_name.get(it.as_str())).flatten().filter(|it| **it != key);
        needs.entry(key.clone()).or_default().extend(meant.map(|it| (*it).clone()));
    }
}

struct Lookup<'a> {
    catalog: &'a Catalog,
    parts: &'a BTreeMap<Key, Part<'a>>,
    /// The parts that a name of two parts can mean.
    by_name: BTreeMap<Name, Vec<Key>>,
    tables: BTreeMap<&'a Name, &'a Table>,
}

impl<'a> Lookup<'a> {
    fn new(catalog: &'a Catalog, parts: &'a BTreeMap<Key, Part<'a>>) -> Self {
        let mut by_name = BTreeMap::<_, Vec<_>>::new();
        for key in parts.keys() {
            if let Key::Type(name) | Key::Sequence(name) | Key::Function(name, _) | Key::Table(name) | Key::View(name) =
                key
            {
                by_name.entry(name.clone()).or_default().push(key.clone());
            }
        }
        for it in &catalog.definitions {
            if let Some(name) = &it.name {
                by_name.entry(name.clone()).or_default().push(Key::Definition(it.object.clone()));
            }
        }
        Self { catalog, parts, by_name, tables: catalog.tables.iter().map(|it| (&it.name, it)).collect() }
    }

    fn known(&self, key: Key) -> Option<Key> {
        self.parts.contains_key(&key).then_some(key)
    }

    /// The parts whose names the text mentions, and the extension or schema that a name belongs to.
    fn mentioned(&self, text: &str) -> BTreeSet<Key> {
        let mut found = BTreeSet::new();
        for name in mention::names(text) {
            found.extend(self.by_name.get(&name).into_iter().flatten().cloned());
            found.extend(self.extensions_in(&name.schema));
        }
        found
    }

    /// A name that is none of the application may come from any extension in its schema.
    fn extensions_in(&self, schema: &str) -> Vec<Key> {
        let there = self.catalog.extensions.iter().filter(|it| it.schema == schema);
        there.map(|it| Key::Extension(it.name.clone())).collect()
    }

    /// The columns of `table` that the text can mean.
    fn columns(&self, table: &Name, text: &str) -> BTreeSet<Key> {
        let identifiers = mention::identifiers(text);
        let columns = self.tables.get(table).map(|it| it.columns.as_slice()).unwrap_or_default();
        let meant = columns.iter().filter(|it| identifiers.contains(&it.name));
        meant.map(|it| Key::Column(table.clone(), it.name.clone())).collect()
    }

    fn named_columns<'b>(&self, table: &Name, names: impl IntoIterator<Item = &'b String>) -> BTreeSet<Key> {
        names.into_iter().filter_map(|it| self.known(Key::Column(table.clone(), it.clone()))).collect()
    }

    fn schema(&self, name: &Name) -> Option<Key> {
        self.known(Key::Schema(name.schema.clone()))
    }

    fn needed(&self, part: &Part<'_>) -> BTreeSet<Key> {
        let mut out = BTreeSet::new();
        match part {
            Part::Schema(_) => {}
            Part::Extension(it) => out.extend(self.known(Key::Schema(it.schema.clone()))),
            Part::Enum(it) => out.extend(self.schema(&it.name)),
            Part::Domain(it) => {
                out.extend(self.schema(&it.name));
                out.extend(self.mentioned(&it.base));
                out.extend(it.collation.iter().flat_map(|it| self.by_name.get(it)).flatten().cloned());
                out.extend(it.default.iter().flat_map(|text| self.mentioned(text)));
                out.extend(it.checks.iter().flat_map(|check| self.mentioned(&check.expression)));
            }
            Part::Composite(it) => {
                out.extend(self.schema(&it.name));
                out.extend(it.attributes.iter().flat_map(|attribute| self.mentioned(&attribute.ty)));
                let collations = it.attributes.iter().filter_map(|attribute| attribute.collation.as_ref());
                out.extend(collations.flat_map(|it| self.by_name.get(it)).flatten().cloned());
            }
            Part::Sequence(it) => out.extend(self.schema(&it.name)),
            Part::Owner(it) => {
                out.insert(Key::Sequence(it.name.clone()));
                if let Some(owner) = &it.owner {
                    out.extend(self.known(Key::Column(owner.table.clone(), owner.column.clone())));
                }
            }
            Part::Function(it) => {
                out.extend(self.schema(&it.name));
                out.extend(self.mentioned(declaration(it)));
            }
            Part::Table(it) => {
                out.extend(self.schema(&it.name));
                out.extend(it.inherits.iter().filter_map(|parent| self.known(Key::Table(parent.clone()))));
                out.extend(it.partition_by.iter().flat_map(|text| self.mentioned(text)));
            }
            Part::Column(table, it) => {
                out.insert(Key::Table(table.name.clone()));
                if it.inherited && !it.local {
                    let parents = table.partition_of.iter().map(|it| &it.parent).chain(&table.inherits);
                    out.extend(parents.filter_map(|of| self.known(Key::Column(of.clone(), it.name.clone()))));
                }
                out.extend(self.mentioned(&it.ty));
                out.extend(it.collation.iter().flat_map(|it| self.by_name.get(it)).flatten().cloned());
                if let Some(generated) = &it.generated {
                    out.extend(self.mentioned(&generated.expression));
                    out.extend(self.columns(&table.name, &generated.expression));
                }
            }
            Part::Default(table, it) => {
                out.insert(Key::Column(table.name.clone(), it.name.clone()));
                out.extend(it.default.iter().flat_map(|text| self.mentioned(text)));
            }
            Part::Constraint(table, it) => out.extend(self.constraint(table, it)),
            Part::Index(table, it) => {
                out.extend(it.parent.iter().filter_map(|parent| self.index_named(parent)));
                out.extend(self.known(Key::Table((*table).clone())));
                out.extend(self.known(Key::View((*table).clone())));
                out.extend(self.named_columns(table, &it.include));
                out.extend(it.keys.iter().flat_map(|key| self.key(table, key)));
                if let Some(predicate) = &it.predicate {
                    out.extend(self.mentioned(predicate));
                    out.extend(self.columns(table, predicate));
                }
            }
            Part::Attach(table, of) => {
                out.insert(Key::Table(table.name.clone()));
                out.extend(self.known(Key::Table(of.parent.clone())));
                // It is attached with all that it shares with the partitioned table.
                let of_both = |key: &&Key| {
                    let shares =
                        matches!(key, Key::Column(..) | Key::Default(..) | Key::Constraint(..) | Key::Index(..));
                    shares && key.of().is_some_and(|it| *it == table.name || *it == of.parent)
                };
                out.extend(self.parts.keys().filter(of_both).cloned());
            }
            Part::Replica(table, _) | Part::Cluster(table, _) => {
                out.insert(Key::Table(table.name.clone()));
                let is_index =
                    |key: &&Key| matches!(key, Key::Index(..) | Key::Constraint(..)) && key.of() == Some(&table.name);
                out.extend(self.parts.keys().filter(is_index).cloned());
            }
            Part::Definition(it) => {
                out.extend(it.name.as_ref().and_then(|name| self.schema(name)));
                out.extend(self.mentioned(&it.create));
                if let Some(of) = &it.of {
                    out.extend(self.known(Key::Table(of.clone())));
                    out.extend(self.known(Key::View(of.clone())));
                    out.extend(self.columns(of, &it.create));
                }
            }
            Part::Inherit(table, parent) => {
                out.insert(Key::Table(table.name.clone()));
                out.extend(self.known(Key::Table((*parent).clone())));
                let of_both = |key: &&Key| {
                    matches!(key, Key::Column(..) | Key::Constraint(..))
                        && key.of().is_some_and(|it| it == &table.name || it == *parent)
                };
                out.extend(self.parts.keys().filter(of_both).cloned());
            }
            Part::View(it) => {
                out.extend(self.schema(&it.name));
                out.extend(self.mentioned(&it.definition));
            }
            Part::Trigger(table, it) => {
                out.extend(self.known(Key::Table((*table).clone())));
                out.extend(self.known(Key::View((*table).clone())));
                out.extend(self.mentioned(&it.definition));
            }
            Part::Policy(table, it) => {
                out.insert(Key::Table(table.name.clone()));
                for text in it.using.iter().chain(&it.check) {
                    out.extend(self.mentioned(text));
                    out.extend(self.columns(&table.name, text));
                }
            }
        }
        out
    }

    fn key(&self, table: &Name, it: &IndexKey) -> BTreeSet<Key> {
        let mut out = self.named_columns(table, &it.column);
        if let Some(expression) = &it.expression {
            out.extend(self.mentioned(expression));
            out.extend(self.columns(table, expression));
        }
        for text in it.operator_class.iter().chain(&it.collation) {
            out.extend(self.mentioned(text));
        }
        out
    }

    fn constraint(&self, table: &Table, it: &Constraint) -> BTreeSet<Key> {
        let mut out = BTreeSet::from([Key::Table(table.name.clone())]);
        out.extend(self.named_columns(&table.name, it.columns.iter().chain(&it.include)));
        out.extend(it.expression.iter().flat_map(|text| self.mentioned(text)));
        if let Some(elements) = &it.elements {
            out.extend(elements.keys.iter().flat_map(|key| self.key(&table.name, key)));
            out.extend(elements.operators.iter().flat_map(|text| self.mentioned(text)));
            if let Some(predicate) = &elements.predicate {
                out.extend(self.mentioned(predicate));
                out.extend(self.columns(&table.name, predicate));
            }
        }
        if it.kind == ConstraintKind::Check && it.inherited && !it.local {
            let parents = table.partition_of.iter().map(|it| &it.parent).chain(&table.inherits);
            out.extend(parents.filter_map(|of| self.known(Key::Constraint(of.clone(), it.name.clone()))));
        }
        // What a child also declares itself stays when that of its parent is dropped, which must come first.
        let children = self.catalog.tables.iter().filter(|child| child.inherits.contains(&table.name));
        for child in children.filter(|_| it.kind == ConstraintKind::Check) {
            let same = child.constraints.iter().find(|other| other.name == it.name && other.inherited && other.local);
            out.extend(same.and_then(|it| self.known(Key::Constraint(child.name.clone(), it.name.clone()))));
        }
        // The key of a partitioned table takes those that its partitions have.
        for partition in self
            .catalog
            .tables
            .iter()
            .filter(|other| other.partition_of.as_ref().is_some_and(|of| of.parent == table.name))
        {
            let of_it = partition.constraints.iter().filter(|other| other.inherited && other.kind == it.kind);
            let same = of_it.filter(|other| other.kind != ConstraintKind::Check && other.columns == it.columns);
            out.extend(same.filter_map(|it| self.known(Key::Constraint(partition.name.clone(), it.name.clone()))));
        }
        if let Some(to) = &it.reference {
            out.extend(self.named_columns(&to.table, &to.columns));
            out.extend(self.known(Key::Attach(to.table.clone())));
            out.extend(self.unique_keys(&to.table, &to.columns));
        }
        out
    }

    fn index_named(&self, name: &Name) -> Option<Key> {
        let is_it =
            |key: &&Key| matches!(key, Key::Index(of, index) if of.schema == name.schema && *index == name.name);
        self.parts.keys().find(is_it).cloned()
    }

    /// The constraints and indexes that make `columns` unique. The server takes one of them for a foreign key.
    fn unique_keys(&self, table: &Name, columns: &[String]) -> Vec<Key> {
        let wanted: BTreeSet<_> = columns.iter().collect();
        let Some(table) = self.tables.get(table) else { return Vec::new() };
        let constraints = table.constraints.iter().filter(|it| {
            matches!(it.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique)
                && it.columns.iter().collect::<BTreeSet<_>>() == wanted
        });
        let indexes = table.indexes.iter().filter(|it| {
            it.unique
                && it.predicate.is_none()
                && it.keys.iter().filter_map(|key| key.column.as_ref()).collect::<BTreeSet<_>>() == wanted
        });
        let constraints = constraints.filter_map(|it| self.known(Key::Constraint(table.name.clone(), it.name.clone())));
        constraints.chain(indexes.map(|it| Key::Index(table.name.clone(), it.name.clone()))).collect()
    }

    /// The parts that an identity of the server can mean.
    fn keys(&self, object: &Object) -> Vec<Key> {
        if let Some(key) = self.known(Key::Definition(object.clone())) {
            return vec![key];
        }
        let identity = object.identity.as_str();
        // `touch on app.users`
        if let ("trigger" | "policy" | "table constraint" | "rule" | "default value", Some((name, table))) =
            (object.kind.as_str(), identity.rsplit_once(" on ").or_else(|| identity.split_once(" for ")))
        {
            let (Some(name), [schema, of]) = (mention::parts(name).into_iter().next(), &*mention::parts(table)) else {
                return Vec::new();
            };
            let table = Name::new(schema, of);
            let all = [
                Key::Trigger(table.clone(), name.clone()),
                Key::Policy(table.clone(), name.clone()),
                Key::Constraint(table.clone(), name.clone()),
                Key::Reference(table, name),
            ];
            return all.into_iter().filter_map(|it| self.known(it)).collect();
        }
        match &*mention::parts(identity) {
            [schema, table, column] => {
                let table = Name::new(schema, table);
                let column = self.known(Key::Column(table.clone(), column.clone()));
                column.or_else(|| self.known(Key::View(table))).into_iter().collect()
            }
            [schema, name] => self.by_name.get(&Name::new(schema, name)).cloned().unwrap_or_default(),
            _ => Vec::new(),
        }
    }
}

/// The part of a function's statement that names types: all of it, unless its body is a string.
fn declaration(function: &Function) -> &str {
    let text = function.definition.as_str();
    text.split_once("\nAS ").map_or(text, |(before, _)| before)
}

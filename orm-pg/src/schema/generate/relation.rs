//! The names of relations, in both directions.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    foreign_key::ForeignKey,
    inflect::{plural_name, singular_name},
    item::Kind,
    model::Model,
    name::{first_free, snake, unraw, written},
    option::Parsed,
    previous::{OldItem, Previous, options},
};
use crate::schema::catalog::Name;

/// The functions of models that a relation would hide.
const HIDDEN: [&str; 8] = ["query", "get", "insert", "insert_many", "update", "delete", "default", "clone"];

/// The ends of column names that say only that the column refers to something.
const SUFFIXES: [&str; 4] = ["_id", "_uuid", "_fk", "_no"];

/// The names of the relations of one model that are taken.
type Names = BTreeMap<Name, BTreeSet<String>>;

/// Names the relations of all foreign keys, and returns the options `has_many(..)` and `has_one(..)` of each model.
pub(super) fn name(
    keys: &mut [ForeignKey<'_>],
    models: &BTreeMap<Name, Model<'_>>,
    previous: &Previous,
) -> BTreeMap<Name, Vec<String>> {
    let old = |name: &Name| previous.item(Kind::Model, &name.schema, &name.name);
    let hidden: BTreeSet<String> = HIDDEN.into_iter().map(str::to_owned).collect();
    let mut taken: Names = models.keys().map(|it| (it.clone(), hidden.clone())).collect();
    // What the file has keeps its name.
    let mut named = BTreeSet::new();
    for (number, key) in keys.iter_mut().enumerate() {
        if key.repeats {
            named.insert(number);
            continue;
        }
        let Some(declared) = old(&key.from).and_then(|it| declared(it, key)) else { continue };
        let name = match declared.item("relation").and_then(|it| it.value).map(|it| it.to_string()) {
            Some(name) if name == "none" => None,
            Some(name) => Some(unraw(&name).to_owned()),
            None => Some(key.default_relation(&declared.target().unwrap_or_default())),
        };
        key.relation.clone_from(&name);
        named.insert(number);
        if let (Some(name), Some(taken)) = (name, taken.get_mut(&key.from)) {
            taken.insert(name);
        }
    }
    let children: Vec<Child> = children(keys, models);
    let mut names: Vec<Option<String>> = Vec::new();
    for child in &children {
        let name = old(&child.of).and_then(|it| child.old_name(it));
        if let (Some(name), Some(taken)) = (&name, taken.get_mut(&child.of)) {
            taken.insert(name.clone());
        }
        names.push(name);
    }
    for (_, key) in keys.iter_mut().enumerate().filter(|(number, _)| !named.contains(number)) {
        let candidates = parent_names(key, models);
        if let Some(taken) = taken.get_mut(&key.from) {
            key.relation = Some(first_free(taken, &candidates, "_"));
        }
    }
    let mut options: BTreeMap<Name, Vec<String>> = BTreeMap::new();
    for (child, name) in children.iter().zip(names) {
        let Some(taken) = taken.get_mut(&child.of) else { continue };
        let name = name.unwrap_or_else(|| first_free(taken, &child.candidates(keys, models), "_"));
        options.entry(child.of.clone()).or_default().push(child.option(&name));
    }
    options
}

/// The option by which the file declares a foreign key.
fn declared(item: &OldItem, key: &ForeignKey<'_>) -> Option<Parsed> {
    if let ([only], false) = (key.fields.as_slice(), key.of_struct) {
        let member = item.members.iter().find(|it| it.ident == *only)?;
        return options(&member.attributes).find(|it| it.key == "references").cloned();
    }
    let same = |it: &&Parsed| it.key == "references" && it.item("fields").is_some_and(|it| it.idents() == key.fields);
    let all: Vec<&Parsed> = options(&item.attributes).filter(same).collect();
    let named = |it: &&&Parsed| it.item("name").and_then(|it| it.string()).as_ref() == Some(&key.constraint.name);
    all.iter().find(named).or(all.first()).map(|it| (*it).clone())
}

/// The names that the relation of a foreign key may get.
fn parent_names(key: &ForeignKey<'_>, models: &BTreeMap<Name, Model<'_>>) -> Vec<String> {
    let target = models.get(&key.to).map(|it| snake(&it.ident)).unwrap_or_default();
    let fields = key.fields.join("_");
    let own = match key.fields.as_slice() {
        [only] => {
            let short = SUFFIXES.iter().find_map(|it| only.strip_suffix(it)).filter(|it| !it.is_empty());
            match short {
                Some(short) => snake(short),
                None if key.from == key.to => "parent".to_owned(),
                None => only.clone(),
            }
        }
        _ if key.from == key.to => "parent".to_owned(),
        _ => target,
    };
    vec![own, format!("{fields}_ref")]
}

/// A relation to the rows that refer to a model, or through a junction table.
struct Child {
    /// The model that has the relation.
    of: Name,
    /// The other model.
    target: Name,
    ident: String,
    /// The number of the foreign key.
    key: usize,
    /// The fields of the key, if they must be named.
    fields: Vec<String>,
    through: Option<Through>,
    one: bool,
    /// Whether the model has several such relations to the other one.
    several: bool,
}

struct Through {
    junction: Name,
    ident: String,
    other_fields: Vec<String>,
}

impl Child {
    /// The name that the file gives to it.
    fn old_name(&self, item: &OldItem) -> Option<String> {
        options(&item.attributes).filter(|it| it.key == "has_many" || it.key == "has_one").find_map(|it| {
            let first = it.items.as_ref()?.first()?.to_string();
            let (name, target) = first.split_once(':')?;
            let last = target.rsplit("::").next().unwrap_or(target).trim();
            let key = match it.item("key") {
                Some(key) => key.value.as_ref().map(|it| vec![it.to_string()]).unwrap_or_else(|| key.idents()),
                None => Vec::new(),
            };
            let through = it.item("through").and_then(|it| it.value).map(super::option::last_ident);
            let same = unraw(last) == self.ident
                && key.iter().map(|it| unraw(it)).eq(self.fields.iter().map(String::as_str))
                && through.as_deref() == self.through.as_ref().map(|it| it.ident.as_str());
            same.then(|| unraw(name.trim()).to_owned())
        })
    }

    fn candidates(&self, keys: &[ForeignKey<'_>], models: &BTreeMap<Name, Model<'_>>) -> Vec<String> {
        let table = |name: &Name| snake(&models.get(name).map_or_else(String::new, |it| it.short.clone()));
        let relation = keys.get(self.key).and_then(|it| it.relation.clone()).unwrap_or_else(|| self.fields.join("_"));
        let own = self.of == self.target;
        let name = match &self.through {
            None if own && self.one => "child".to_owned(),
            None if own => "children".to_owned(),
            _ if self.one => {
                let name = table(&self.target);
                singular_name(&name).unwrap_or(name)
            }
            _ => plural_name(&table(&self.target)),
        };
        let long = match &self.through {
            Some(through) if through.other_fields.is_empty() => format!("{name}_through_{}", table(&through.junction)),
            _ => format!("{name}_by_{relation}"),
        };
        if self.several { vec![long] } else { vec![name, long] }
    }

    fn option(&self, name: &str) -> String {
        let kind = if self.one { "has_one" } else { "has_many" };
        let mut items = vec![format!("{}: {}", written(name), written(&self.ident))];
        let fields = |key: &str, fields: &[String]| {
            let fields: Vec<String> = fields.iter().map(|it| written(it)).collect();
            match fields.as_slice() {
                [only] => format!("{key} = {only}"),
                _ => format!("{key}({})", fields.join(", ")),
            }
        };
        if let Some(through) = &self.through {
            items.push(format!("through = {}", written(&through.ident)));
        }
        if !self.fields.is_empty() {
            items.push(fields("key", &self.fields));
        }
        if let Some(through) = self.through.as_ref().filter(|it| !it.other_fields.is_empty()) {
            items.push(fields("other_key", &through.other_fields));
        }
        format!("{kind}({})", items.join(", "))
    }
}

fn children(keys: &[ForeignKey<'_>], models: &BTreeMap<Name, Model<'_>>) -> Vec<Child> {
    let ident = |name: &Name| models.get(name).map(|it| it.ident.clone()).unwrap_or_default();
    // Rows of a model without a key cannot be told apart, so nothing is loaded for them.
    let keyed =
        |name: &Name| models.get(name).and_then(|it| it.table).is_some_and(|it| super::foreign_key::key(it).is_some());
    let mut all = Vec::new();
    for (number, key) in keys.iter().enumerate().filter(|(_, key)| keyed(&key.to) && !key.repeats) {
        let several = keys.iter().filter(|it| it.from == key.from && it.to == key.to && !it.repeats).count() > 1;
        all.push(Child {
            of: key.to.clone(),
            target: key.from.clone(),
            ident: ident(&key.from),
            key: number,
            fields: if several { key.fields.clone() } else { Vec::new() },
            through: None,
            one: key.one,
            several,
        });
    }
    let mut through = Vec::new();
    for (name, model) in models {
        let own: Vec<usize> =
            (0..keys.len()).filter(|it| keys.get(*it).is_some_and(|it| it.from == *name && !it.repeats)).collect();
        let [first, second] = own.as_slice() else { continue };
        let (Some(a), Some(b)) = (keys.get(*first), keys.get(*second)) else { continue };
        let Some(mut of_key) = model.table.and_then(super::foreign_key::key) else { continue };
        let mut columns: Vec<&String> = a.constraint.columns.iter().chain(&b.constraint.columns).collect();
        columns.sort();
        of_key.sort();
        if columns != of_key || !keyed(&a.to) || !keyed(&b.to) {
            continue;
        }
        let same = a.to == b.to;
        for (number, one, other) in [(*first, a, b), (*second, b, a)] {
            let fields = |key: &ForeignKey<'_>| if same { key.fields.clone() } else { Vec::new() };
            through.push(Child {
                of: one.to.clone(),
                target: other.to.clone(),
                ident: ident(&other.to),
                key: number,
                fields: fields(one),
                through: Some(Through { junction: name.clone(), ident: ident(name), other_fields: fields(other) }),
                one: false,
                several: same,
            });
        }
    }
    let pairs: Vec<(Name, Name)> = through.iter().map(|it| (it.of.clone(), it.target.clone())).collect();
    for child in &mut through {
        child.several |= pairs.iter().filter(|(of, target)| *of == child.of && *target == child.target).count() > 1;
    }
    all.extend(through);
    all
}

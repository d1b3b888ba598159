//! Rust source of models from a catalog.
//!
//! The stages, one module each: `previous` reads the models that a file has, `name` and `relation` choose names, `column`,
//! `constraint` and `foreign_key` write the options, `text` writes new items, and `merge` changes a file only where it differs.

mod column;
mod constraint;
mod dates;
mod foreign_key;
mod inflect;
mod item;
mod merge;
mod model;
mod name;
mod option;
mod previous;
mod relation;
mod rust_type;
mod text;
mod types;

use std::collections::{BTreeMap, BTreeSet};

use self::{
    column::Context,
    foreign_key::ForeignKey,
    item::{FieldType, Item, Kind, Member},
    model::Model,
    name::{Taken, first_free, written},
    option::pair,
    previous::Previous,
    types::Types,
};
use super::catalog::{Catalog, CompositeType, EnumType, Name, Table, View};
use crate::Result;

pub use self::dates::Dates;

/// How models are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Options {
    /// The crate whose types dates and times have.
    pub dates: Dates,
}

impl Options {
    /// The same with the types of another date crate.
    #[must_use]
    pub fn dates(mut self, dates: Dates) -> Self {
        self.dates = dates;
        self
    }
}

/// The source of models, and what to know about it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GeneratedModels {
    /// The whole file.
    pub source: String,
    /// The features of orm-pg that its types need.
    pub features: Vec<String>,
    /// Whether it uses `serde_json`, which must be a dependency of the application then.
    pub serde_json: bool,
    /// What has been removed, and what models do not say; migrations have to.
    pub notes: Vec<String>,
}

/// Returns the source of models for the tables, views, enums and composite types of `catalog`.
///
/// Structs have the singular of the table's name, where that is certain and free; relations have the name of their column
/// without `_id`. Without a primary key the first unique constraint or index over columns that are NOT NULL is the key of the
/// model (`primary_key = none`), and without that the model has no key. Names that PostgreSQL chose are left out. Partitions
/// have no model: their rows are those of the partitioned table.
///
/// `previous` is the file that an earlier call returned, perhaps changed by hand since. It is changed only where it differs
/// from the catalog: names of structs, fields and relations stay, and so do other types of fields, options such as
/// `on_update`, documentation, comments and all other code. New columns and tables are added. Those that the database no
/// longer has are removed, and `notes` says so.
///
/// # Errors
/// [`ErrorKind::Migration`](crate::ErrorKind::Migration) if `previous` is not valid Rust.
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// use orm_pg::schema::{generate, introspect};
///
/// let generated = generate::models(&introspect(&db).await?, generate::Options::default(), None)?;
/// println!("{}", generated.source);
/// # Ok(()) }
/// ```
pub fn models(catalog: &Catalog, options: Options, previous: Option<&str>) -> Result<GeneratedModels> {
    let old = previous.map(Previous::read).transpose()?.unwrap_or_default();
    let mut notes = Vec::new();
    let mut types = Types::of(catalog);
    let models = name_all(catalog, &old, &mut types);
    let mut keys = foreign_key::of(&models, &mut notes);
    let mut relations = relation::name(&mut keys, &models, &old);
    let context = Context { catalog, types: &types, dates: options.dates };
    let mut items: Vec<Item> = Vec::new();
    items.extend(catalog.enums.iter().filter_map(|it| of_enum(it, &types, &old)));
    items.extend(catalog.composites.iter().filter_map(|it| of_composite(it, &context, &old)));
    for (name, model) in &models {
        items.push(of_model(name, model, &context, &models, &keys, relations.remove(name), &mut notes));
    }
    left_out(catalog, &mut notes);
    let types = items.iter().flat_map(|it| &it.members).filter_map(|it| it.ty.as_ref());
    let features: BTreeSet<&str> = types.clone().flat_map(|it| it.rust.features.iter().copied()).collect();
    let serde_json = types.clone().any(|it| it.rust.json);
    let source = merge::merge(previous, &old, &items, catalog, &mut notes);
    Ok(GeneratedModels { source, features: features.into_iter().map(str::to_owned).collect(), serde_json, notes })
}

/// Chooses the names of all types and fields.
fn name_all<'a>(catalog: &'a Catalog, old: &Previous, types: &mut Types) -> BTreeMap<Name, Model<'a>> {
    let mut taken = Taken::default();
    taken.insert(old.idents.iter().cloned());
    for item in old.items.iter().filter(|it| !it.nested) {
        taken.insert(match item.kind {
            Kind::Model => name::of_model(&item.ident),
            Kind::Composite => name::of_composite(&item.ident),
            Kind::Enum => name::of_enum(&item.ident),
        });
    }
    let enums = catalog.enums.iter().filter(|it| !it.labels.is_empty()).map(|it| (Kind::Enum, &it.name));
    let composites = catalog.composites.iter().filter(|it| !it.attributes.is_empty());
    for (kind, name) in enums.chain(composites.map(|it| (Kind::Composite, &it.name))) {
        let old = old.item(kind, &name.schema, &name.name).map(|it| it.ident.clone());
        let ident = old.unwrap_or_else(|| {
            let own = name::camel(&name.name);
            let candidates = [own.clone(), format!("{}{own}", name::camel(&name.schema)), format!("{own}Type")];
            taken.claim(&candidates, if kind == Kind::Enum { name::of_enum } else { name::of_composite })
        });
        types.idents.insert(name.clone(), ident);
    }
    let tables = catalog.tables.iter().filter(|it| it.partition_of.is_none() && !it.columns.is_empty());
    let tables = tables.map(|it| (&it.name, Some(it), None));
    let views = catalog.views.iter().filter(|it| it.types.len() == it.columns.len() && !it.columns.is_empty());
    let mut sources: Vec<(&Name, Option<&Table>, Option<&View>)> = tables.collect();
    sources.extend(views.map(|it| (&it.name, None, Some(it))));
    // What looks like the struct that a derive adds is named last, so that it is the one that gives way.
    let derived = |name: &str| name.starts_with("new_") || name.ends_with("_columns");
    sources.sort_by_key(|(name, ..)| (name.schema != "public", derived(&name.name), (*name).clone()));
    let singular = |name: &Name| inflect::singular_name(&name.name).unwrap_or_else(|| name.name.clone());
    let mut count = BTreeMap::<String, usize>::new();
    for (name, ..) in &sources {
        *count.entry(singular(name)).or_default() += 1;
    }
    let mut models = BTreeMap::new();
    for (name, table, view) in sources {
        let before = old.item(Kind::Model, &name.schema, &name.name);
        let ident = before.map(|it| it.ident.clone()).unwrap_or_else(|| {
            let (one, own) = (name::camel(&singular(name)), name::camel(&name.name));
            let schema = name::camel(&name.schema);
            let alone = count.get(&singular(name)).is_none_or(|it| *it == 1) || singular(name) == name.name;
            let mut candidates = if alone { vec![one.clone()] } else { Vec::new() };
            candidates.push(own.clone());
            if name.schema != "public" {
                candidates.extend([format!("{schema}{one}"), format!("{schema}{own}")]);
            }
            candidates.push(format!("{one}Row"));
            taken.claim(&candidates, name::of_model)
        });
        let columns: Vec<&String> = match (table, view) {
            (Some(table), _) => table.columns.iter().map(|it| &it.name).collect(),
            (None, view) => view.iter().flat_map(|it| &it.columns).collect(),
        };
        let old = before.map(|it| it.members.as_slice()).unwrap_or_default();
        let fields = name_members(&columns, old, Style::Field);
        models.insert(name.clone(), Model { ident, short: name.name.clone(), table, view, fields });
    }
    models
}

/// How members are named.
#[derive(Clone, Copy)]
enum Style {
    Field,
    Variant,
}

impl Style {
    fn of(self, name: &str) -> String {
        let styled = match self {
            Self::Field => name::snake(name),
            Self::Variant => name::camel(name),
        };
        match styled.as_str() {
            "Self" => "SelfLabel".to_owned(),
            _ => name::unraw(&written(&styled)).to_owned(),
        }
    }

    fn joint(self) -> &'static str {
        match self {
            Self::Field => "_",
            Self::Variant => "",
        }
    }
}

/// Chooses the names of fields or variants. Those that the file has keep theirs, and those that need no change come next.
fn name_members(names: &[&String], old: &[previous::OldMember], style: Style) -> Vec<(String, String)> {
    let mut taken: BTreeSet<String> = old.iter().map(|it| it.ident.clone()).collect();
    let mut chosen: BTreeMap<&String, String> = BTreeMap::new();
    for name in names {
        if let Some(before) = old.iter().find(|it| it.name.as_ref() == Some(*name)) {
            chosen.insert(name, before.ident.clone());
        }
    }
    let unchanged = |it: &&&String| style.of(it) == ***it;
    let changed = |it: &&&String| style.of(it) != ***it;
    for name in names.iter().filter(unchanged).chain(names.iter().filter(changed)) {
        if !chosen.contains_key(*name) {
            chosen.insert(name, first_free(&mut taken, &[style.of(name)], style.joint()));
        }
    }
    names.iter().map(|it| ((*it).clone(), chosen.get(*it).cloned().unwrap_or_default())).collect()
}

/// The options of a type that give its name, unless the derive finds it.
fn type_options(name: &Name, ident: &str) -> Vec<String> {
    let mut options = Vec::new();
    if heck::ToSnakeCase::to_snake_case(ident) != name.name {
        options.push(pair("name", &name.name));
    }
    if name.schema != "public" {
        options.push(pair("schema", &name.schema));
    }
    options
}

fn of_enum(it: &EnumType, types: &Types, old: &Previous) -> Option<Item> {
    let ident = types.ident(&it.name)?.to_owned();
    let before = old.item(Kind::Enum, &it.name.schema, &it.name.name);
    let old = before.map(|it| it.members.as_slice()).unwrap_or_default();
    let members =
        name_members(&it.labels.iter().collect::<Vec<_>>(), old, Style::Variant).into_iter().map(|(label, ident)| {
            let options = if heck::ToSnakeCase::to_snake_case(ident.as_str()) == label {
                Vec::new()
            } else {
                vec![pair("rename", &label)]
            };
            Member { name: label, ident, ty: None, options, doc: None }
        });
    Some(Item {
        kind: Kind::Enum,
        schema: it.name.schema.clone(),
        name: it.name.name.clone(),
        options: type_options(&it.name, &ident),
        ident,
        members: members.collect(),
        view: false,
    })
}

fn of_composite(it: &CompositeType, context: &Context<'_>, old: &Previous) -> Option<Item> {
    let ident = context.types.ident(&it.name)?.to_owned();
    let before = old.item(Kind::Composite, &it.name.schema, &it.name.name);
    let old = before.map(|it| it.members.as_slice()).unwrap_or_default();
    let names = name_members(&it.attributes.iter().map(|it| &it.name).collect::<Vec<_>>(), old, Style::Field);
    let members = it.attributes.iter().zip(names).map(|(attribute, (name, ident))| {
        let rust = context.rust_type(&attribute.ty);
        let mut options: Vec<String> = column::renamed(&name, &ident).into_iter().collect();
        options.extend(column::attribute_type(&rust, attribute));
        let doc = column::doc(&rust, &attribute.ty);
        Member { name, ident, ty: Some(FieldType { rust, nullable: true }), options, doc }
    });
    Some(Item {
        kind: Kind::Composite,
        schema: it.name.schema.clone(),
        name: it.name.name.clone(),
        options: type_options(&it.name, &ident),
        ident,
        members: members.collect(),
        view: false,
    })
}

fn of_model(
    name: &Name,
    model: &Model<'_>,
    context: &Context<'_>,
    models: &BTreeMap<Name, Model<'_>>,
    keys: &[ForeignKey<'_>],
    relations: Option<Vec<String>>,
    notes: &mut Vec<String>,
) -> Item {
    let mut options = vec![pair("table", &name.name)];
    if name.schema != "public" {
        options.push(pair("schema", &name.schema));
    }
    let mut members = Vec::new();
    if let Some(view) = model.view {
        options.push("view".to_owned());
        members = column::of_view(context, model, view);
    }
    if let Some(table) = model.table {
        members = column::of_table(context, model, table);
        let constraints = constraint::of(model, table);
        for (column, option) in constraints.of_fields {
            if let Some(member) = members.iter_mut().find(|it| it.name == column) {
                let place = if option == "key" { 0 } else { member.options.len() };
                member.options.insert(place, option);
            }
        }
        for key in keys.iter().filter(|it| it.from == *name) {
            let Some(target) = models.get(&key.to) else { continue };
            let option = key.option(&written(&target.ident), &target.ident, models);
            match key.fields.as_slice() {
                [only] if !key.of_struct => {
                    members.iter_mut().filter(|it| it.ident == *only).for_each(|it| it.options.push(option.clone()))
                }
                _ => options.push(option),
            }
        }
        options.extend(constraints.of_struct);
        options.extend(column::of_struct(table));
        notes.extend(constraints.notes);
    }
    options.extend(relations.unwrap_or_default());
    Item {
        kind: Kind::Model,
        schema: name.schema.clone(),
        name: name.name.clone(),
        ident: model.ident.clone(),
        options,
        members,
        view: model.view.is_some(),
    }
}

/// Says what kinds of objects no model describes.
fn left_out(catalog: &Catalog, notes: &mut Vec<String>) {
    let tables = || catalog.tables.iter();
    let kinds = [
        ("domains", catalog.domains.len()),
        ("functions", catalog.functions.len()),
        ("partitions", tables().filter(|it| it.partition_of.is_some()).count()),
        ("policies", tables().map(|it| it.policies.len()).sum()),
        ("tables that inherit from others", tables().filter(|it| !it.inherits.is_empty()).count()),
        ("tables without columns", tables().filter(|it| it.columns.is_empty()).count()),
        (
            "tables without a key",
            tables().filter(|it| it.partition_of.is_none() && foreign_key::key(it).is_none()).count(),
        ),
        ("triggers", tables().map(|it| it.triggers.len()).sum()),
        ("queries of views", catalog.views.len()),
        ("other objects", catalog.unmanaged.len()),
    ];
    for (kind, count) in kinds.into_iter().filter(|(_, count)| *count > 0) {
        notes.push(match kind {
            "tables without a key" => format!("{count} {kind} have a model that finds no row by its key"),
            _ => format!("{count} {kind} are in migrations only"),
        });
    }
}

//! A model, or a struct of columns that models share.

use quote::format_ident;
use syn::{DeriveInput, ext::IdentExt};

use super::{
    column::{self, refuse},
    constraint, reference, relation,
    shape::{refuse_lifetimes, require_column, require_named_fields},
};
use crate::{
    ast::{FieldKind, Model, Stub, TableProperties},
    attr::{ModelInput, ModelOptions},
    ctxt::Ctxt,
    name::{self, Rename},
};

/// Checks a model.
pub(crate) fn model(ctxt: &mut Ctxt, input: &DeriveInput, read: ModelInput) -> Result<Model, Stub> {
    let stub = if input.generics.params.is_empty() {
        Stub::Model { ident: input.ident.clone(), vis: input.vis.clone(), krate: read.krate.clone() }
    } else {
        Stub::Empty
    };
    check(ctxt, input, read, false).ok_or(stub)
}

/// Checks a struct of columns that models share.
pub(crate) fn flatten(ctxt: &mut Ctxt, input: &DeriveInput, read: ModelInput) -> Result<Model, Stub> {
    check(ctxt, input, read, true).ok_or(Stub::Empty)
}

fn check(ctxt: &mut Ctxt, input: &DeriveInput, read: ModelInput, shared: bool) -> Option<Model> {
    let ModelInput { mut options, krate, mut fields } = read;
    let derive = if shared { "Flatten" } else { "Model" };
    let owned = refuse_lifetimes(ctxt, input);
    if shared {
        refuse_on_shared(ctxt, &options);
    }
    require_named_fields(ctxt, input, derive)?;
    let view = options.view.is_some() && !shared;
    for field in &mut fields {
        column::check(ctxt, field, view);
        column::check_flattened(ctxt, field, &input.generics);
        if shared {
            column::refuse_on_shared(ctxt, field);
        }
    }
    column::check_all(ctxt, &fields);
    let is_column = fields.iter().any(|it| matches!(it.kind, FieldKind::Column(_) | FieldKind::Flatten));
    require_column(ctxt, input, derive, is_column)?;
    let table = options.table.map_or_else(|| Rename::Snake.apply(&input.ident), |it| it.value);
    if let Some(reason) = name::mistake(&table) {
        ctxt.error(input.ident.span(), format!("{reason}, with `#[orm(table = \"..\")]`"));
    }
    if let (true, Some(insert)) = (view, &options.insert)
        && insert.value.is_some()
    {
        ctxt.error(insert.span, "a view is read only, so it has no struct to insert: remove `insert` or `view`");
    }
    check_properties(ctxt, &mut options.properties, &table, view);
    owned?;
    let ident = input.ident.unraw();
    let new = format_ident!("New{ident}");
    let insert = match options.insert {
        _ if view => None,
        // `none` on a struct of shared columns was refused.
        Some(insert) if shared => Some(insert.value.unwrap_or(new)),
        Some(insert) => insert.value,
        None => Some(new),
    };
    let mut foreign_keys = reference::check(ctxt, &mut fields, options.references);
    let mut relations = options.relations;
    let constraints = constraint::check(
        ctxt,
        constraint::Declared {
            table: &table,
            view,
            fields: &mut fields,
            foreign_keys: &foreign_keys,
            primary_key: options.primary_key.map(|it| it.value),
            no_primary_key: options.no_primary_key,
            indexes: options.indexes,
            checks: options.checks,
            span: input.ident.span(),
        },
    );
    relation::check_names(ctxt, &mut foreign_keys, &mut relations, &constraints);
    Some(Model {
        ident: input.ident.clone(),
        vis: input.vis.clone(),
        generics: input.generics.clone(),
        krate,
        table,
        schema: options.schema.map(|it| it.value),
        view,
        properties: options.properties,
        shared,
        columns: options.columns.map_or_else(|| format_ident!("{ident}Columns"), |it| it.value),
        insert,
        fields,
        constraints,
        foreign_keys,
        relations,
    })
}

/// Removes properties that this table cannot have.
fn check_properties(ctxt: &mut Ctxt, properties: &mut TableProperties, table: &str, view: bool) {
    if properties.renamed_from.as_ref().is_some_and(|it| it.value == table) {
        let message = "the table already has this name: write the name that it had before";
        refuse(ctxt, &mut properties.renamed_from, message);
    }
    if view {
        let message =
            |what: &str| format!("`{what}` is for tables, and views are made by SQL: remove it, or remove `view`");
        refuse(ctxt, &mut properties.comment, message("comment"));
        refuse(ctxt, &mut properties.unlogged, message("unlogged"));
        refuse(ctxt, &mut properties.storage, message("with"));
        refuse(ctxt, &mut properties.partition_by, message("partition_by"));
        refuse(ctxt, &mut properties.renamed_from, message("renamed_from"));
    }
    if properties.partition_by.is_some() {
        let message = |what: &str| {
            format!(
                "the rows of a partitioned table are in its partitions, which are made by SQL: write `{what}` there"
            )
        };
        refuse(ctxt, &mut properties.unlogged, message("UNLOGGED"));
        refuse(ctxt, &mut properties.storage, message("WITH"));
    }
}

/// Refuses the options of a shared struct that belong on the model that flattens it.
fn refuse_on_shared(ctxt: &mut Ctxt, options: &ModelOptions) {
    let single = [
        options.table.as_ref().map(|it| it.span),
        options.schema.as_ref().map(|it| it.span),
        options.view.as_ref().map(|it| it.span),
        options.insert.as_ref().filter(|it| it.value.is_none()).map(|it| it.span),
        options.primary_key.as_ref().map(|it| it.span),
        options.no_primary_key.as_ref().map(|it| it.span),
        options.properties.comment.as_ref().map(|it| it.span),
        options.properties.unlogged.as_ref().map(|it| it.span),
        options.properties.storage.as_ref().map(|it| it.span),
        options.properties.partition_by.as_ref().map(|it| it.span),
        options.properties.renamed_from.as_ref().map(|it| it.span),
    ];
    let spans = single.into_iter().flatten();
    let spans = spans.chain(options.references.iter().map(|it| it.span));
    let spans = spans.chain(options.indexes.iter().map(|it| it.span)).chain(options.checks.iter().map(|it| it.span));
    for span in spans.chain(options.relations.iter().map(|it| it.name.span())) {
        ctxt.error(span, "this option belongs on the models that flatten this struct");
    }
}

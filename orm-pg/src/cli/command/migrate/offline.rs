//! `orm migrate diff --offline`: from models and the snapshot to a plan, without a server.

use std::path::Path;

use orm_core::{
    catalog::{Catalog, Column},
    migrate::{Known, declared, desired, diff, mark_unread, renamed},
    schema::Table,
};

use super::diff::{Made, explained, options};
use crate::cli::{
    args::Diff,
    failure::{Failure, Result},
    scratch::without_model,
    snapshot,
};

/// The plan from the snapshot to what the models say.
pub(super) fn made(args: &Diff, folder: &Path, models: &[&'static Table]) -> Result<Made> {
    let (from, written) = snapshot::read(folder)?;
    let options = options(args, &from, models);
    let base = renamed(&from, &options)?;
    let known = Known { read: &from, written: &written };
    let (wanted, unread) = known.wanted(&declared(models, "public")?, &options);
    let mut without_renames = options.clone();
    without_renames.renames.clear();
    let (to, alone) = desired(&base, &wanted, &without_renames);
    let mut plan = diff(&from, &to, &options).map_err(explained)?;
    let help = "`--unproved` writes them all the same, with a comment; without `--offline` a server proves them";
    mark_unread(&mut plan, &unread, args.unproved).map_err(|error| Failure::of(error).help(help))?;
    plan.notes.extend(alone.iter().map(without_model));
    let after = in_order(to, &base);
    Ok(Made { plan, from, after })
}

/// The schema with the columns of each table in the order of the database: new ones are added at the end.
fn in_order(mut schema: Catalog, base: &Catalog) -> Catalog {
    for table in &mut schema.tables {
        let Some(base) = base.table(&table.name) else { continue };
        let place = |it: &Column| base.columns.iter().position(|old| old.name == it.name);
        table.columns.sort_by_key(|it| place(it).unwrap_or(usize::MAX));
    }
    schema
}

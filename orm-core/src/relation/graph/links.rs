//! The rows of a table in between.

use super::refused;
use crate::{
    ast::{self, ConflictAction, ConflictTarget, OnConflict, QueryId, Rows},
    check,
    error::Result,
    model::{Keyed, Model},
    relation::Path,
    render,
    schema::Table,
    statement::{Operation, Statement},
    value::Bind,
};

/// The columns of a table in between, and the values for them.
struct Links {
    table: &'static Table,
    columns: Vec<&'static str>,
    values: Vec<Vec<Bind>>,
}

/// The statement that links parents with their children, where there is a table in between and something to link.
/// Renders `INSERT INTO "post_tags" AS t0 ("post_id", "tag_id") SELECT * FROM unnest($1, $2) ON CONFLICT DO NOTHING`.
pub(super) fn link<P: Model, C: Keyed>(
    paths: Vec<(Path<P>, usize)>,
    parents: &[P],
    counts: &[usize],
    children: &[C],
) -> Result<Option<Statement>> {
    let paths = paths.into_iter().flat_map(|(path, count)| std::iter::repeat_n(path, count));
    let mut children = children.iter();
    let mut links: Option<Links> = None;
    for ((path, parent), count) in paths.zip(parents).zip(counts) {
        let Some((table, near, through)) = path.link() else { continue };
        let columns: Vec<_> = near.iter().chain(through.columns).copied().collect();
        let links = links.get_or_insert_with(|| {
            let values = columns.iter().map(|_| vec![]).collect();
            Links { table, columns: columns.clone(), values }
        });
        if links.table.name != table.name || links.columns != columns {
            return Err(refused("the rows of one level are linked through one table"));
        }
        if *count == 0 {
            continue;
        }
        let null = || refused("rows cannot be linked with one whose columns that the links refer to are NULL");
        let parent = path.key(parent).ok_or_else(null)?;
        for child in children.by_ref().take(*count) {
            let ends = parent.iter().cloned().chain(child.key());
            links.values.iter_mut().zip(ends).for_each(|(column, value)| column.push(value));
        }
    }
    let Some(Links { table, columns, values }) = links else { return Ok(None) };
    let arrays = values.into_iter().zip(&columns).map(|(values, name)| Some(Bind::gather(values)?.of_column(name)));
    let Some(arrays) = arrays.collect::<Option<Vec<_>>>() else { return Ok(None) };
    let insert = ast::Insert {
        id: QueryId::next(),
        table,
        columns,
        rows: Rows::Unnest(arrays),
        on_conflict: Some(OnConflict { target: ConflictTarget::Any, action: ConflictAction::Nothing }),
        returning: None,
    };
    let sql = render::insert(&insert, &[]).sql;
    check::binds(&sql)?;
    Ok(Some(Statement::new(sql, Operation::Insert, Some(table.name))))
}

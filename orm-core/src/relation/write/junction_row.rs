//! The rows of a table in between.

use super::link_column::{LinkColumns, refused};
use crate::{
    ast,
    error::Result,
    model::{Keyed, Model},
    relation::{Path, path::typed_key},
    render,
    statement::{Operation, Statement},
    value::Bind,
};

/// The links of one level, and the values for them.
struct Links {
    ends: LinkColumns,
    columns: Vec<&'static str>,
    values: Vec<Vec<Bind>>,
}

/// The statement that links parents with their children, where there is a table in between and something to link.
/// Renders `INSERT INTO "post_tags" ("post_id", "tag_id") SELECT k.k0, k.k1 FROM unnest($1, $2) AS k(k0, k1) ON CONFLICT …`.
///
/// The parents are new, so nobody else can link them meanwhile.
pub(super) fn link<'p, P: Model, C: Keyed>(
    parents: impl IntoIterator<Item = (&'p Path<P>, &'p P, usize)>,
    children: &[C],
) -> Result<Option<Statement>> {
    let mut children = children.iter();
    let mut links: Option<Links> = None;
    for (path, parent, count) in parents {
        let Some(ends) = LinkColumns::of(path) else { continue };
        let columns = ends.columns();
        let links = links.get_or_insert_with(|| {
            let values = columns.iter().map(|_| vec![]).collect();
            Links { ends, columns: columns.clone(), values }
        });
        if links.ends.table.name != ends.table.name || links.columns != columns {
            return Err(refused("the rows of one level are linked through one table"));
        }
        if count == 0 {
            continue;
        }
        let null = || refused("rows cannot be linked with one whose columns that the links refer to are NULL");
        let key = path.typed_key(parent).ok_or_else(null)?;
        for child in children.by_ref().take(count) {
            let own = ends.own_values(&key, typed_key(child)).ok_or_else(|| refused(ends.differ()))?;
            let both = key.iter().cloned().chain(own);
            links.values.iter_mut().zip(both).for_each(|(column, value)| column.push(value));
        }
    }
    let Some(Links { ends, columns, values }) = links else { return Ok(None) };
    let arrays = values.into_iter().zip(columns);
    let arrays = arrays.map(|(values, name)| Some((name, Bind::gather(values)?)));
    let Some(each) = arrays.collect::<Option<Vec<_>>>() else { return Ok(None) };
    let links = ast::JunctionRows { table: ends.table, fixed: vec![], each, unique: ends.are_unique() };
    let sql = render::link(&links).sql;
    sql.check_bind_count()?;
    Ok(Some(Statement::new(sql, Operation::Insert, Some(ends.table.name))))
}

//! The rows of a junction table that are to be inserted, by `link_all` and by nested inserts.

use super::link_column::{LinkColumns, NO_KEY, refused};
use crate::{
    ast,
    error::Result,
    model::{Keyed, Model},
    relation::{Path, path::typed_key},
    render,
    statement::{Operation, Statement},
    value::Bind,
};

/// Rows of a junction table, as one list of values for each column.
pub(super) struct LinkValues {
    columns: LinkColumns,
    names: Vec<&'static str>,
    values: Vec<Vec<Bind>>,
}

impl LinkValues {
    /// No rows yet, with values for the columns `names`.
    pub(super) fn new(columns: LinkColumns, names: Vec<&'static str>) -> Self {
        let values = names.iter().map(|_| vec![]).collect();
        Self { columns, names, values }
    }

    /// Adds a row.
    pub(super) fn push(&mut self, row: impl IntoIterator<Item = Bind>) {
        self.values.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
    }

    /// The rows as an insert, `fixed` being the columns that have one value for all of them; `None` without rows.
    ///
    /// ```sql
    /// INSERT INTO post_tags (post_id, tag_id) SELECT $1, k.k0 FROM unnest($2) AS k(k0) ON CONFLICT … DO NOTHING
    /// ```
    pub(super) fn into_links(self, fixed: Vec<(&'static str, Bind)>) -> Option<ast::JunctionRows> {
        let Self { columns, names, values } = self;
        let each = values.into_iter().zip(names).map(|(values, name)| Some((name, Bind::gather(values)?)));
        let each = each.collect::<Option<_>>()?;
        Some(ast::JunctionRows { table: columns.table, fixed, each, unique: columns.are_unique() })
    }
}

/// The statement that links parents of a nested insert with their children; `None` without a junction table or links.
///
/// Nobody else can link the parents at the same time, since they are new: no lock is needed.
///
/// ```sql
/// INSERT INTO post_tags (post_id, tag_id) SELECT k.k0, k.k1 FROM unnest($1, $2) AS k(k0, k1) ON CONFLICT … DO NOTHING
/// ```
pub(super) fn link<'p, P: Model, C: Keyed>(
    parents: impl IntoIterator<Item = (&'p Path<P>, &'p P, usize)>,
    children: &[C],
) -> Result<Option<Statement>> {
    let mut children = children.iter();
    let mut rows: Option<LinkValues> = None;
    for (path, parent, count) in parents {
        let Some(columns) = LinkColumns::of(path) else { continue };
        let names = columns.columns();
        let rows = rows.get_or_insert_with(|| LinkValues::new(columns, names.clone()));
        if rows.columns.table.name != columns.table.name || rows.names != names {
            return Err(refused("the rows of one level must be linked through one junction table"));
        }
        if count == 0 {
            continue;
        }
        let key = path.typed_key(parent).ok_or_else(|| refused(NO_KEY))?;
        for child in children.by_ref().take(count) {
            let far = columns.far_values(&key, typed_key(child)).ok_or_else(|| refused(columns.different_values()))?;
            rows.push(key.iter().cloned().chain(far));
        }
    }
    let Some(links) = rows.and_then(|it| it.into_links(vec![])) else { return Ok(None) };
    let sql = render::link(&links).sql;
    sql.check_bind_count()?;
    Ok(Some(Statement::new(sql, Operation::Insert, Some(links.table.name))))
}

//! Mistakes that types cannot see, refused before any I/O: grouping, aggregates where SQL allows none, columns out of scope,
//! writes without a filter.

mod equivalence;
mod select;
mod tautology;

use std::borrow::Cow;

use self::tautology::always;
use crate::{
    ast::{Assignment, ColumnName, ConflictAction, ConflictTarget, Delete, Insert, Node, QueryId, SqlPart, Update},
    error::{Error, ErrorKind, Result},
    schema::Table,
    value::NoConstant,
};

pub(crate) use select::select;

fn refused(text: impl Into<Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidStatement, text)
}

/// Refuses what a builder has found to have no meaning, whatever was called after that.
fn not_refused(reason: Option<&Cow<'static, str>>) -> Result<()> {
    reason.map_or(Ok(()), |reason| Err(refused(reason.clone())))
}

/// Checks the user's SQL as far as possible: it is a whole statement, so it has no columns of queries.
pub(crate) fn raw(parts: &[SqlPart]) -> Result<()> {
    let mut scopes = Scopes(vec![]);
    let nodes = parts.iter().filter_map(|part| match part {
        SqlPart::Text(_) => None,
        SqlPart::Node(node) => Some(node),
    });
    nodes.into_iter().try_for_each(|node| scopes.walk(node, &mut |_| Ok(())))
}

pub(crate) fn insert(insert: &Insert) -> Result<()> {
    not_refused(insert.refused.as_ref())?;
    let mut scopes = Scopes(vec![insert.id]);
    if let Some(conflict) = &insert.on_conflict {
        if let ConflictTarget::Columns(columns) = &conflict.target {
            if columns.is_empty() {
                return Err(refused("`on_conflict` names no column"));
            }
            scopes.rows(columns, "ON CONFLICT")?;
            columns.iter().try_for_each(|it| scopes.walk(it, &mut constant))?;
        }
        if let ConflictAction::Update { set, filters } = &conflict.action {
            assignments(&mut scopes, insert.id, insert.table, set)?;
            scopes.rows(filters, "a filter")?;
        }
    }
    scopes.rows(insert.returning.iter().flatten(), "RETURNING")
}

pub(crate) fn update(update: &Update) -> Result<()> {
    not_refused(update.refused.as_ref())?;
    filtered("an update", update.table, &update.filters, update.all_rows)?;
    let mut scopes = Scopes(vec![update.id]);
    assignments(&mut scopes, update.id, update.table, &update.set)?;
    scopes.rows(&update.filters, "a filter")?;
    scopes.rows(update.returning.iter().flatten(), "RETURNING")
}

pub(crate) fn delete(delete: &Delete) -> Result<()> {
    not_refused(delete.refused.as_ref())?;
    filtered("a delete", delete.table, &delete.filters, delete.all_rows)?;
    let mut scopes = Scopes(vec![delete.id]);
    scopes.rows(&delete.filters, "a filter")?;
    scopes.rows(delete.returning.iter().flatten(), "RETURNING")
}

/// Refuses a write that would touch every row, unless `all_rows` allows it.
fn filtered(what: &str, table: &Table, filters: &[Node], all_rows: bool) -> Result<()> {
    if !all_rows && filters.iter().all(|it| always(it, table)) {
        return Err(refused(format!("{what} without a filter would touch every row; say so with `.all_rows()`")));
    }
    Ok(())
}

/// Refuses a value that cannot be written as a constant.
fn constant(node: &Node) -> Result<()> {
    let Node::Bind(bind) = node else { return Ok(()) };
    let Err(cause) = bind.constant() else { return Ok(()) };
    let rust = bind.rust_type();
    if cause.is::<NoConstant>() {
        let text = "cannot be written as the constant that `on_conflict` needs to find an index: write the expression";
        return Err(refused(format!("a `{rust}` {text} as SQL, `sql!(\"..\").expr::<_>()`")));
    }
    let text = format!("the value in `on_conflict`, a `{rust}`, cannot be represented in PostgreSQL");
    Err(Error::new(ErrorKind::Encode, text).with_source(cause))
}

fn assignments(scopes: &mut Scopes, id: QueryId, table: &Table, set: &[Assignment]) -> Result<()> {
    if set.is_empty() {
        return Err(refused("the update sets nothing"));
    }
    for (index, Assignment { query, column, value }) in set.iter().enumerate() {
        if *query != id && *query != QueryId::NONE {
            return Err(refused(format!("`{column}` is set, but is a column of another query")));
        }
        if set.iter().take(index).any(|it| it.column == *column) {
            return Err(refused(format!("`{column}` of {} is set twice", table.name)));
        }
        scopes.row(value, "SET")?;
    }
    Ok(())
}

/// Calls `visit` with the query of each column in `node`, sub-queries included.
fn columns(node: &Node, visit: &mut dyn FnMut(QueryId)) {
    match node {
        Node::Column { query, .. } | Node::Columns { query, .. } | Node::WholeRow { query, .. } => visit(*query),
        Node::Subquery(select) | Node::Exists(select) => select.nodes(&mut |node| columns(node, visit)),
        node => node.parts(&mut |part| columns(part, visit)),
    }
}

/// The queries whose columns can be named, the innermost last.
struct Scopes(Vec<QueryId>);

impl Scopes {
    /// Checks expressions over single rows: no aggregates.
    fn rows<'a>(&mut self, nodes: impl IntoIterator<Item = &'a Node>, place: &str) -> Result<()> {
        nodes.into_iter().try_for_each(|node| self.row(node, place))
    }

    fn row(&mut self, node: &Node, place: &str) -> Result<()> {
        self.walk(node, &mut |node| match node {
            Node::Call(call) if call.aggregate => {
                Err(refused(format!("an aggregate cannot be used in {place}; `having` takes conditions on groups")))
            }
            _ => Ok(()),
        })
    }

    /// Returns whether all columns in an aggregate are of outer queries. SQL then evaluates the aggregate there:
    /// `SELECT (SELECT max(t0."id") FROM "posts" AS t1) FROM "users" AS t0` is one row, of all users.
    fn is_of_an_outer_query(&self, aggregate: &Node) -> bool {
        let (mut outer, mut here) = (false, false);
        columns(aggregate, &mut |query| {
            here |= self.0.last() == Some(&query);
            outer |= self.0.contains(&query);
        });
        outer && !here
    }

    /// Checks what must hold everywhere, and calls `visit` with the nodes of this query, not of its sub-queries.
    fn walk(&mut self, node: &Node, visit: &mut dyn FnMut(&Node) -> Result<()>) -> Result<()> {
        visit(node)?;
        match node {
            Node::Call(call) if call.aggregate && self.is_of_an_outer_query(node) => {
                let text = "this aggregate uses only columns of the outer query, so SQL would evaluate it there; aggregate in \
                            the outer query, or over a column of the sub-query";
                return Err(refused(text));
            }
            Node::Invalid(reason) => return Err(refused(reason.clone())),
            Node::Column { query, name, .. } if !self.0.contains(query) => {
                let name = match name {
                    ColumnName::Named(name) => (*name).to_owned(),
                    ColumnName::Position(position) => format!("column {position}"),
                };
                let text = "is used outside of the query that its closure belongs to";
                return Err(refused(format!("the column `{name}` {text}")));
            }
            Node::Subquery(query) | Node::Exists(query) => return select::nested(self, query),
            _ => {}
        }
        if node.is_leaf() {
            return Ok(());
        }
        let mut result = Ok(());
        node.parts(&mut |part| {
            if result.is_ok() {
                result = self.walk(part, visit);
            }
        });
        result
    }
}

//! What types cannot see, refused before any I/O: grouping, where aggregates may stand, columns out of scope, writes
//! without a filter, too many binds.

mod select;

use crate::{
    ast::{Assignment, ColumnName, ConflictAction, ConflictTarget, Delete, Insert, Logic, Node, Part, QueryId, Update},
    error::{Error, ErrorKind, Result},
    schema::Table,
    statement::Sql,
};

pub(crate) use select::{is_grouped, select};

/// The most binds that one statement can have: the protocol counts them in 16 bits.
pub(crate) const MAX_BINDS: usize = 65_535;

fn refused(text: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidStatement, text.into())
}

/// Refuses a statement with more binds than the protocol can carry.
pub(crate) fn binds(sql: &Sql) -> Result<()> {
    match sql.binds.len() {
        0..=MAX_BINDS => Ok(()),
        count => Err(refused(format!("the statement has {count} binds, and PostgreSQL takes {MAX_BINDS} at most"))),
    }
}

/// Checks the user's SQL, as far as that can be done: it stands alone, so it has no columns of queries.
pub(crate) fn raw(parts: &[Part]) -> Result<()> {
    let mut scopes = Scopes(vec![]);
    let nodes = parts.iter().filter_map(|part| match part {
        Part::Text(_) => None,
        Part::Node(node) => Some(node),
    });
    nodes.into_iter().try_for_each(|node| scopes.walk(node, &mut |_| Ok(())))
}

pub(crate) fn insert(insert: &Insert) -> Result<()> {
    let mut scopes = Scopes(vec![insert.id]);
    if let Some(conflict) = &insert.on_conflict {
        if let ConflictTarget::Columns(columns) = &conflict.target {
            if columns.is_empty() {
                return Err(refused("`on_conflict` names no column"));
            }
            scopes.rows(columns, "ON CONFLICT")?;
        }
        if let ConflictAction::Update { set, filters } = &conflict.action {
            assignments(&mut scopes, insert.id, insert.table, set)?;
            scopes.rows(filters, "a filter")?;
        }
    }
    scopes.rows(insert.returning.iter().flatten(), "RETURNING")
}

pub(crate) fn update(update: &Update) -> Result<()> {
    let mut scopes = Scopes(vec![update.id]);
    write(update.refused, "an update", update.filters.iter().all(always) && !update.all_rows)?;
    assignments(&mut scopes, update.id, update.table, &update.set)?;
    scopes.rows(&update.filters, "a filter")?;
    scopes.rows(update.returning.iter().flatten(), "RETURNING")
}

pub(crate) fn delete(delete: &Delete) -> Result<()> {
    let mut scopes = Scopes(vec![delete.id]);
    write(delete.refused, "a delete", delete.filters.iter().all(always) && !delete.all_rows)?;
    scopes.rows(&delete.filters, "a filter")?;
    scopes.rows(delete.returning.iter().flatten(), "RETURNING")
}

/// Whether the condition is that of no conditions: `Cond::all` of none.
fn always(filter: &Node) -> bool {
    match filter {
        Node::Constant(it) => *it == "TRUE",
        Node::Logic(Logic::And, parts) => parts.iter().all(always),
        _ => false,
    }
}

fn write(clause: Option<&'static str>, what: &str, unfiltered: bool) -> Result<()> {
    if let Some(clause) = clause {
        return Err(refused(format!("{what} cannot have `{clause}`; filter by `in_` over a query that has")));
    }
    if unfiltered {
        return Err(refused(format!("{what} without a filter would touch every row; say so with `.all_rows()`")));
    }
    Ok(())
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
                Err(refused(format!("an aggregate cannot stand in {place}; `having` takes conditions on groups")))
            }
            _ => Ok(()),
        })
    }

    /// Whether all columns in an aggregate belong to queries around, which SQL then takes the aggregate to belong to.
    fn is_of_a_query_around(&self, aggregate: &Node) -> bool {
        let (mut around, mut here) = (false, false);
        columns(aggregate, &mut |query| {
            here |= self.0.last() == Some(&query);
            around |= self.0.contains(&query);
        });
        around && !here
    }

    /// Checks what holds anywhere, and `visit` for this query's own nodes.
    fn walk(&mut self, node: &Node, visit: &mut dyn FnMut(&Node) -> Result<()>) -> Result<()> {
        visit(node)?;
        match node {
            Node::Call(call) if call.aggregate && self.is_of_a_query_around(node) => {
                let text =
                    "an aggregate in a sub-query that names columns of the query around only would gather the rows";
                return Err(refused(format!("{text} of that query: aggregate there, or a column of the sub-query")));
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

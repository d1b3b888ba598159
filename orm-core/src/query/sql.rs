//! From builders to statements: check, then render.

use super::{Delete, Insert, Select, Source, Subquery, Update};
use crate::{
    ast::{self, FunctionName, Node, Relation, Rows},
    check,
    error::Result,
    expr::{RawSql, SelectList},
    model::Model,
    render,
    statement::{Operation, Sql, Statement},
};

impl<S: Source, Out> Select<S, Out> {
    /// Returns the SQL and its binds. No I/O.
    #[must_use]
    pub fn to_sql(&self) -> Sql {
        // The text of a query does not need a list of its own: only rendering it does.
        match self.ast.list {
            Some(_) => render::select(&self.ast),
            None => render::select(&self.clone().into_ast()),
        }
    }

    pub(super) fn statement(mut self) -> Result<Statement> {
        if self.ast.list.is_none() && self.ast.group_by.is_empty() {
            self.ast.list = Some(SelectList::of(self.columns()));
        }
        finish(&self.ast, render::select)
    }

    pub(super) fn count_statement(mut self) -> Result<Statement> {
        if self.ast.list.is_none() && self.ast.group_by.is_empty() && !render::counts_plainly(&self.ast) {
            self.ast.list = Some(SelectList::of(self.columns()));
        }
        finish(&self.ast, render::count)
    }

    pub(super) fn exists_statement(self) -> Result<Statement> {
        finish(&self.ast, render::exists)
    }
}

fn finish(select: &ast::Select, render: fn(&ast::Select) -> Sql) -> Result<Statement> {
    let table = table_of(select);
    let named = |error: crate::Error| error.in_statement(Operation::Select.name(), table);
    check::select(select).map_err(named)?;
    let sql = render(select);
    check::binds(&sql).map_err(named)?;
    let mut statement = Statement::new(sql, Operation::Select, table);
    statement.plain_read = is_plain(select);
    statement.by_key = select.by_key;
    statement.locks = locks(select);
    let mut by_hand = false;
    select.nodes(&mut |node| by_hand |= fragments([node]));
    statement.fragments = by_hand;
    Ok(statement)
}

fn table_of(select: &ast::Select) -> Option<&'static str> {
    select.from.first().map(|it| {
        let Relation::Table(table) = it.relation;
        table.name
    })
}

fn locks(select: &ast::Select) -> bool {
    let mut found = select.lock.is_some();
    select.nodes(&mut |node| found |= any(node, &mut |_| false, &mut locks));
    found
}

/// Whether nothing in the query could wait for locks, write or change the session: no lock clause, no fragment of the
/// user's SQL, no function of the user, no view.
fn is_plain(select: &ast::Select) -> bool {
    let tables = select.from.iter().all(|it| {
        let Relation::Table(table) = it.relation;
        !table.view
    });
    let mut found = false;
    select.nodes(&mut |node| found |= any(node, &mut by_user, &mut |nested| !is_plain(nested)));
    tables && select.lock.is_none() && !found
}

/// Whether a node is SQL or a function of the user.
fn by_user(node: &Node) -> bool {
    match node {
        Node::Raw(_) => true,
        Node::Call(call) => matches!(call.name, FunctionName::User { .. }),
        _ => false,
    }
}

/// Whether SQL or a function of the user stands in one of `nodes`.
fn fragments<'a>(nodes: impl IntoIterator<Item = &'a Node>) -> bool {
    fn in_query(select: &ast::Select) -> bool {
        let mut found = false;
        select.nodes(&mut |node| found |= any(node, &mut by_user, &mut in_query));
        found
    }
    nodes.into_iter().any(|node| any(node, &mut by_user, &mut in_query))
}

/// Whether `test` holds for a node or a part of it, or `query` for a sub-query.
fn any(node: &Node, test: &mut dyn FnMut(&Node) -> bool, query: &mut dyn FnMut(&ast::Select) -> bool) -> bool {
    if test(node) {
        return true;
    }
    if let Node::Subquery(select) | Node::Exists(select) = node {
        return query(select);
    }
    let mut found = false;
    node.parts(&mut |part| found = found || any(part, test, query));
    found
}

impl<M: Model, Out> Insert<M, Out> {
    /// Returns the SQL and its binds; of an insert that needs several statements, as if it were one. No I/O.
    #[must_use]
    pub fn to_sql(&self) -> Sql {
        render::insert(&self.ast, true)
    }

    /// The statements: several where the rows have more binds than one can carry.
    pub(super) fn statements(self, returning: bool) -> Result<Vec<Statement>> {
        let table = Some(self.ast.table.name);
        let named = |error: crate::Error| error.in_statement(Operation::Insert.name(), table);
        check::insert(&self.ast).map_err(named)?;
        let statement = |part: &ast::Insert| {
            let sql = render::insert(part, returning);
            check::binds(&sql).map_err(named)?;
            let (set, filters) = match part.on_conflict.as_ref().map(|it| &it.action) {
                Some(ast::ConflictAction::Update { set, filters }) => (set.as_slice(), filters.as_slice()),
                Some(ast::ConflictAction::Nothing) | None => (&[][..], &[][..]),
            };
            let nodes = set.iter().map(|it| &it.value).chain(filters).chain(&part.returning);
            Ok(Statement { fragments: fragments(nodes), ..Statement::new(sql, Operation::Insert, table) })
        };
        match &self.ast.rows {
            Rows::Values(rows) if rows.len().saturating_mul(self.ast.columns.len()) > SPLIT_ABOVE => {
                split(self.ast).map(|part| statement(&part)).collect()
            }
            Rows::Values(_) | Rows::Unnest(_) => Ok(vec![statement(&self.ast)?]),
        }
    }
}

/// Up to so many values the rows of an insert go into one statement without a look at its other binds.
const SPLIT_ABOVE: usize = check::MAX_BINDS / 2;

/// Splits the rows of an insert so that each part has few enough binds, those of its other clauses included.
fn split(mut insert: ast::Insert) -> impl Iterator<Item = ast::Insert> {
    let mut rows = match std::mem::replace(&mut insert.rows, Rows::Values(vec![])) {
        Rows::Values(rows) => rows,
        Rows::Unnest(_) => vec![],
    };
    let other = render::insert(&insert, true).binds.len();
    let most = check::MAX_BINDS.saturating_sub(other).checked_div(insert.columns.len()).unwrap_or(usize::MAX).max(1);
    std::iter::from_fn(move || {
        if rows.is_empty() {
            return None;
        }
        let rest = rows.split_off(most.min(rows.len()));
        let part = std::mem::replace(&mut rows, rest);
        Some(ast::Insert { rows: Rows::Values(part), ..insert.clone() })
    })
}

impl<M: Model, Out> Update<M, Out> {
    /// Returns the SQL and its binds. No I/O.
    #[must_use]
    pub fn to_sql(&self) -> Sql {
        render::update(&self.ast, true)
    }

    pub(super) fn statement(self, returning: bool) -> Result<Statement> {
        let table = Some(self.ast.table.name);
        let named = |error: crate::Error| error.in_statement(Operation::Update.name(), table);
        check::update(&self.ast).map_err(named)?;
        let sql = render::update(&self.ast, returning);
        check::binds(&sql).map_err(named)?;
        let set = self.ast.set.iter().map(|it| &it.value);
        let fragments = fragments(set.chain(&self.ast.filters).chain(&self.ast.returning));
        Ok(Statement { fragments, ..Statement::new(sql, Operation::Update, table) })
    }
}

impl<M: Model, Out> Delete<M, Out> {
    /// Returns the SQL and its binds. No I/O.
    #[must_use]
    pub fn to_sql(&self) -> Sql {
        render::delete(&self.ast, true)
    }

    pub(super) fn statement(self, returning: bool) -> Result<Statement> {
        let table = Some(self.ast.table.name);
        let named = |error: crate::Error| error.in_statement(Operation::Delete.name(), table);
        check::delete(&self.ast).map_err(named)?;
        let sql = render::delete(&self.ast, returning);
        check::binds(&sql).map_err(named)?;
        let fragments = fragments(self.ast.filters.iter().chain(&self.ast.returning));
        Ok(Statement { fragments, ..Statement::new(sql, Operation::Delete, table) })
    }
}

impl RawSql {
    /// Returns the SQL and its binds. No I/O.
    #[must_use]
    pub fn to_sql(&self) -> Sql {
        render::raw(&self.parts)
    }

    pub(super) fn statement(self) -> Result<Statement> {
        let named = |error: crate::Error| error.in_statement(Operation::Raw.name(), None);
        check::raw(&self.parts).map_err(named)?;
        let sql = render::raw(&self.parts);
        check::binds(&sql).map_err(named)?;
        Ok(Statement::new(sql, Operation::Raw, None))
    }
}

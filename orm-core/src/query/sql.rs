//! From builders to statements: check, then render.

use std::{borrow::Cow, fmt, time::Duration};

use super::{Delete, Insert, Select, Source, Subquery, Update};
use crate::{
    ast::{self, InsertSource, Node, QueryId},
    check,
    error::Result,
    expr::{RawSql, SelectList},
    model::Model,
    render::{self, Rendered},
    statement::{Limit, MAX_BINDS, Operation, Sql, Statement},
};

impl<S: Source, Out> Select<S, Out> {
    /// Returns the SQL and its binds. No I/O.
    ///
    /// ```
    /// # use blog::*;
    /// let sql = User::query().filter(|u| u.age.ge(18)).select(|u| u.id).to_sql();
    /// assert_eq!(sql.text, r#"SELECT t0."id" FROM "users" AS t0 WHERE t0."age" >= $1"#);
    /// assert_eq!(sql.binds.len(), 1);
    /// ```
    #[must_use]
    pub fn to_sql(&self) -> Sql {
        // Rendering needs a select list, the query itself does not: it is added to a copy.
        match self.ast.list {
            Some(_) => render::select(&self.ast).sql,
            None => render::select(&self.clone().into_ast()).sql,
        }
    }

    pub(crate) fn statement(self) -> Result<Statement> {
        read(self.ast, list_of::<S>, |_| true, render::select)
    }

    pub(super) fn count_statement(self) -> Result<Statement> {
        read(self.ast, list_of::<S>, |ast| !render::counts_plainly(ast), render::count)
    }

    pub(super) fn exists_statement(self) -> Result<Statement> {
        read(self.ast, list_of::<S>, |_| false, render::exists)
    }
}

/// The columns of whole rows.
fn list_of<S: Source>(query: QueryId) -> Vec<Node> {
    let mut list = SelectList::default();
    S::rows(query, 0, &mut list);
    list.into_nodes()
}

/// Checks and renders a query. It is not generic, because the compiler would repeat it for each model of an application.
fn read(
    mut ast: ast::Select,
    whole_rows: fn(QueryId) -> Vec<Node>,
    needs_list: fn(&ast::Select) -> bool,
    render: fn(&ast::Select) -> Rendered,
) -> Result<Statement> {
    let table = table_of(&ast);
    let named = |error: crate::Error| error.in_statement(Operation::Select.name(), table);
    let list_rows = |ast: &mut ast::Select| {
        if ast.list.is_none() && ast.group_by.is_empty() {
            ast.list = Some(whole_rows(ast.id));
        }
    };
    if ast.distinct.is_some() {
        // A distinct query can only be sorted by what it selects, so the check needs the list.
        list_rows(&mut ast);
    }
    check::select(&ast).map_err(named)?;
    // Listed after the check: the columns of whole rows need none.
    if needs_list(&ast) {
        list_rows(&mut ast);
    }
    let statement = statement(render(&ast), Operation::Select, table).map_err(named)?;
    Ok(Statement { by_key: ast.by_key, ..limited(statement, ast.timeout) })
}

/// The statement of a query that has a select list.
pub(crate) fn select_statement(select: &ast::Select) -> Result<Statement> {
    let table = table_of(select);
    let rendered = check::select(select).and_then(|()| statement(render::select(select), Operation::Select, table));
    let rendered = rendered.map_err(|error| error.in_statement(Operation::Select.name(), table))?;
    Ok(limited(rendered, select.timeout))
}

/// The statement with the limit of its verb, which begins now.
fn limited(statement: Statement, timeout: Option<Duration>) -> Statement {
    Statement { limit: timeout.map(Limit::begin), ..statement }
}

/// What RETURNING returns of the rows that a write of `M` touches, if that is wanted.
fn returned<M: Model>(wanted: bool, id: QueryId, list: Option<&Vec<Node>>) -> Cow<'_, [Node]> {
    match list {
        _ if !wanted => Cow::Borrowed(&[]),
        Some(list) => Cow::Borrowed(list),
        None => Cow::Owned(list_of::<M>(id)),
    }
}

/// The statement for executors, with what rendering found out: a plain read cannot wait for locks, write, or change the
/// session.
fn statement(rendered: Rendered, operation: Operation, table: Option<&'static str>) -> Result<Statement> {
    let Rendered { sql, by_hand, locks, views } = rendered;
    sql.check_bind_count()?;
    let reads = operation == Operation::Select;
    let plain_read = reads && !by_hand && !locks && !views;
    // A write may lock rows in a sub-query, for instance to take them off a queue, and needs no transaction for that.
    let locks = reads && locks;
    Ok(Statement { plain_read, locks, fragments: by_hand, ..Statement::new(sql, operation, table) })
}

fn table_of(select: &ast::Select) -> Option<&'static str> {
    select.from.iter().find_map(|it| it.relation.table()).map(|it| it.name)
}

impl<M: Model, Out, N> Insert<M, Out, N> {
    fn returned(&self, wanted: bool) -> Cow<'_, [Node]> {
        returned::<M>(wanted, self.ast.id, self.ast.returning.as_ref())
    }

    /// Returns the SQL and its binds; of an insert that needs several statements, as if it were one. No I/O.
    ///
    /// ```
    /// # use blog::*;
    /// let sql = User::insert(NewUser::new("ann@example.org", "Ann")).returning(|u| u.id).to_sql();
    /// assert!(sql.text.starts_with(r#"INSERT INTO "users""#));
    /// ```
    #[must_use]
    pub fn to_sql(&self) -> Sql {
        render::insert(&self.ast, &self.returned(true)).sql
    }

    /// Refuses what has no meaning in SQL, even if there are no rows.
    pub(crate) fn check(&self) -> Result<()> {
        check::insert(&self.ast).map_err(|error| error.in_statement(Operation::Insert.name(), Some(M::TABLE.name)))
    }

    /// The statements: several where the rows have more binds than one can carry.
    pub(crate) fn statements(self, returning: bool) -> Result<Vec<Statement>> {
        let list = self.returned(returning).into_owned();
        inserts(self.ast, &list)
    }
}

fn inserts(insert: ast::Insert, list: &[Node]) -> Result<Vec<Statement>> {
    let table = Some(insert.table.name);
    let named = |error: crate::Error| error.in_statement(Operation::Insert.name(), table);
    check::insert(&insert).map_err(named)?;
    let limit = insert.timeout.map(Limit::begin);
    let statement = |part: &ast::Insert| {
        let statement = statement(render::insert(part, list), Operation::Insert, table).map_err(named)?;
        Ok(Statement { limit, ..statement })
    };
    match &insert.rows {
        InsertSource::Values(rows) if rows.len().saturating_mul(insert.columns.len()) > SPLIT_ABOVE => {
            split(insert, list).map(|part| statement(&part)).collect()
        }
        InsertSource::Values(_) | InsertSource::Unnest(_) => Ok(vec![statement(&insert)?]),
    }
}

/// Up to this many values the rows of an insert go into one statement, whatever its other binds.
const SPLIT_ABOVE: usize = MAX_BINDS / 2;

/// Splits the rows of an insert so that each part has few enough binds, those of its other clauses included.
fn split(mut insert: ast::Insert, returning: &[Node]) -> impl Iterator<Item = ast::Insert> {
    let mut rows = match std::mem::replace(&mut insert.rows, InsertSource::Values(vec![])) {
        InsertSource::Values(rows) => rows,
        InsertSource::Unnest(_) => vec![],
    };
    let other = render::insert(&insert, returning).sql.binds.len();
    let most = MAX_BINDS.saturating_sub(other).checked_div(insert.columns.len()).unwrap_or(usize::MAX).max(1);
    std::iter::from_fn(move || {
        if rows.is_empty() {
            return None;
        }
        let rest = rows.split_off(most.min(rows.len()));
        let part = std::mem::replace(&mut rows, rest);
        Some(ast::Insert { rows: InsertSource::Values(part), ..insert.clone() })
    })
}

impl<M: Model, Out> Update<M, Out> {
    fn returned(&self, wanted: bool) -> Cow<'_, [Node]> {
        returned::<M>(wanted, self.ast.id, self.ast.returning.as_ref())
    }

    /// Returns the SQL and its binds. No I/O.
    ///
    /// ```
    /// # use blog::*;
    /// let sql = User::query().filter(|u| u.id.eq(7)).update(|u| u.name.set("Ann")).to_sql();
    /// assert!(sql.text.starts_with(r#"UPDATE "users" AS t0 SET "name" = $1 WHERE t0."id" = $2"#));
    /// ```
    #[must_use]
    pub fn to_sql(&self) -> Sql {
        render::update(&self.ast, &self.returned(true)).sql
    }

    pub(super) fn statement(self, returning: bool) -> Result<Statement> {
        update(&self.ast, &self.returned(returning))
    }
}

fn update(ast: &ast::Update, list: &[Node]) -> Result<Statement> {
    let table = Some(ast.table.name);
    let statement = check::update(ast).and_then(|()| statement(render::update(ast, list), Operation::Update, table));
    let statement = statement.map_err(|error| error.in_statement(Operation::Update.name(), table))?;
    Ok(limited(statement, ast.timeout))
}

impl<M: Model, Out> Delete<M, Out> {
    fn returned(&self, wanted: bool) -> Cow<'_, [Node]> {
        returned::<M>(wanted, self.ast.id, self.ast.returning.as_ref())
    }

    /// Returns the SQL and its binds. No I/O.
    ///
    /// ```
    /// # use blog::*;
    /// let sql = User::query().filter(|u| u.id.eq(7)).delete().to_sql();
    /// assert!(sql.text.starts_with(r#"DELETE FROM "users" AS t0 WHERE t0."id" = $1"#));
    /// ```
    #[must_use]
    pub fn to_sql(&self) -> Sql {
        render::delete(&self.ast, &self.returned(true)).sql
    }

    pub(super) fn statement(self, returning: bool) -> Result<Statement> {
        delete(&self.ast, &self.returned(returning))
    }
}

fn delete(ast: &ast::Delete, list: &[Node]) -> Result<Statement> {
    let table = Some(ast.table.name);
    let statement = check::delete(ast).and_then(|()| statement(render::delete(ast, list), Operation::Delete, table));
    let statement = statement.map_err(|error| error.in_statement(Operation::Delete.name(), table))?;
    Ok(limited(statement, ast.timeout))
}

impl RawSql {
    /// Returns the SQL and its binds. No I/O.
    ///
    /// ```
    /// # use blog::*;
    /// let id = 7;
    /// assert_eq!(sql!("SELECT name FROM users WHERE id = {id}").to_sql().text, "SELECT name FROM users WHERE id = $1");
    /// ```
    #[must_use]
    pub fn to_sql(&self) -> Sql {
        render::raw(&self.parts).sql
    }

    pub(super) fn statement(self) -> Result<Statement> {
        // The whole statement is raw SQL, so that it contains raw SQL says nothing more.
        let statement =
            check::raw(&self.parts).and_then(|()| statement(render::raw(&self.parts), Operation::Raw, None));
        let statement = statement.map_err(|error| error.in_statement(Operation::Raw.name(), None))?;
        Ok(Statement { fragments: false, ..limited(statement, self.timeout) })
    }
}

/// `Display` and `Debug` of a builder show its SQL.
macro_rules! shows_sql {
    ($([$($generics:tt)*] $builder:ty => $name:literal;)+) => { $(
        impl<$($generics)*> fmt::Debug for $builder {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple($name).field(&self.to_sql()).finish()
            }
        }

        impl<$($generics)*> fmt::Display for $builder {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.to_sql().fmt(f)
            }
        }
    )+ };
}

shows_sql! {
    [S: Source, Out] Select<S, Out> => "Select";
    [M: Model, Out, N] Insert<M, Out, N> => "Insert";
    [M: Model, Out] Update<M, Out> => "Update";
    [M: Model, Out] Delete<M, Out> => "Delete";
}

//! The builders as types: plain data, with the types of their sources and rows. `model` makes them, `query` adds their clauses
//! and verbs. Here they have no bound on `Model`, so that `model` can name them without importing `query`.

use std::marker::PhantomData;

use crate::{
    ast::{self, Assignment, InsertSource, row_conditions},
    ident::QueryId,
    schema::Table,
    value::Bind,
};

/// A query over the sources `S` whose rows are read into `Out`.
///
/// A plain value: `Clone`, `Send`, reusable. `Display` shows its SQL, with `$1` in place of values.
///
/// ```
/// # use blog::*;
/// use orm_pg::prelude::*;
///
/// let name: Option<&str> = Some("Ann");
/// let mut query: orm_pg::query::Select<User, User> = User::query();
/// if let Some(name) = name {
///     query = query.filter(|u| u.name.eq(name)); // the type stays the same
/// }
/// ```
///
/// Conditions are plain functions, too:
///
/// ```
/// # use blog::*;
/// fn adult(u: UserColumns) -> Cond {
///     u.age.ge(18)
/// }
/// let some = User::query().filter(adult).filter(|u| u.email.ends_with(".org").or(u.id.in_([1, 2]))).select(|u| u.id);
/// assert!(some.to_string().ends_with(r#"WHERE (t0."age" >= $1) AND ((t0."email" LIKE $2) OR (t0."id" = ANY ($3)))"#));
/// ```
#[must_use = "a query does nothing until a verb such as `.all(&db)` is awaited"]
pub struct Select<S, Out> {
    pub(crate) ast: ast::Select,
    _types: PhantomData<fn() -> (S, Out)>,
}

impl<S, Out> Clone for Select<S, Out> {
    /// Copies the query. The copy's columns are its own: it can be used in a sub-query of the original.
    fn clone(&self) -> Self {
        Self::from_ast(self.ast.clone())
    }
}

impl<S, Out> Select<S, Out> {
    pub(crate) fn from_ast(ast: ast::Select) -> Self {
        Self { ast, _types: PhantomData }
    }

    /// Keeps the row of `table`, its only source, with this key. Renders `WHERE t0."id" = $1`.
    pub(crate) fn by_key(mut self, table: &'static Table, key: Vec<Bind>) -> Self {
        self.ast.filters = row_conditions(table, self.ast.id, key, None);
        self.ast.by_key = true;
        self
    }

    /// The same clauses with other types.
    pub(crate) fn retype<S2, Out2>(self) -> Select<S2, Out2> {
        Select::from_ast(self.ast)
    }
}

/// An insert of one or many rows; with `all` or `one` each stored row is read into `Out`.
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// use orm_pg::prelude::*;
///
/// let insert = User::insert(NewUser::new("ann@example.org", "Ann")).returning(|u| u.id);
/// let id: i64 = insert.one(&db).await?;
/// # Ok(()) }
/// ```
///
/// `N` says whether it is of one row, [`OneRow`], or of any number, [`ManyRows`].
#[must_use = "an insert does nothing until a verb such as `.execute(&db)` is awaited"]
pub struct Insert<M, Out, N = OneRow> {
    pub(crate) ast: ast::Insert,
    /// How many rows were given.
    pub(crate) given: usize,
    _types: PhantomData<fn() -> (M, Out, N)>,
}

/// An insert of one row: `User::insert(..)`.
#[derive(Debug, Clone, Copy)]
pub enum OneRow {}

/// An insert of any number of rows: `User::insert_many(..)`.
#[derive(Debug, Clone, Copy)]
pub enum ManyRows {}

impl<M, Out, N> Clone for Insert<M, Out, N> {
    fn clone(&self) -> Self {
        Self { ast: self.ast.clone(), given: self.given, _types: PhantomData }
    }
}

impl<M, N> Insert<M, M, N> {
    pub(crate) fn new(table: &'static Table, InsertRows { columns, rows, count: given }: InsertRows) -> Self {
        let ast = ast::Insert {
            id: QueryId::next(),
            table,
            columns,
            rows,
            on_conflict: None,
            returning: None,
            refused: None,
            timeout: None,
        };
        Self { ast, given, _types: PhantomData }
    }
}

impl<M, Out, N> Insert<M, Out, N> {
    /// The same insert whose rows are read into another type.
    pub(crate) fn retype<Out2>(self) -> Insert<M, Out2, N> {
        Insert { ast: self.ast, given: self.given, _types: PhantomData }
    }
}

/// The columns that an insert names, and its rows.
#[derive(Debug)]
pub(crate) struct InsertRows {
    pub(crate) columns: Vec<&'static str>,
    pub(crate) rows: InsertSource,
    /// How many.
    pub(crate) count: usize,
}

/// An update of rows of `M`; with `all` or `one` each updated row is read into `Out`. The rows are
/// returned in no particular order, even if a sub-query has one.
///
/// Columns with `on_update` and the `version` column are set as well, unless named.
///
/// ```
/// # use blog::*;
/// use orm_pg::prelude::*;
///
/// let update = User::query().filter(|u| u.id.eq(7)).update(|u| u.name.set("Ann"));
/// assert!(update.to_string().starts_with(r#"UPDATE "users" AS t0 SET "name" = $1 WHERE t0."id" = $2"#));
/// ```
#[must_use = "an update does nothing until a verb such as `.execute(&db)` is awaited"]
pub struct Update<M, Out> {
    pub(crate) ast: ast::Update,
    pub(crate) checks_version: bool,
    _types: PhantomData<fn() -> (M, Out)>,
}

impl<M, Out> Clone for Update<M, Out> {
    fn clone(&self) -> Self {
        Self { ast: self.ast.clone(), checks_version: self.checks_version, _types: PhantomData }
    }
}

impl<M> Update<M, M> {
    pub(crate) fn new(id: QueryId, table: &'static Table, set: Vec<Assignment>) -> Self {
        let ast = ast::Update {
            id,
            table,
            set,
            filters: vec![],
            all_rows: false,
            returning: None,
            refused: None,
            timeout: None,
        };
        Self { ast, checks_version: false, _types: PhantomData }
    }

    /// Keeps the row with this key, and with this version if there is one. Renders `WHERE t0."id" = $2 AND t0."version" = $3`.
    pub(crate) fn only_row(mut self, key: Vec<Bind>, version: Option<Bind>) -> Self {
        self.checks_version = version.is_some();
        self.ast.filters = row_conditions(self.ast.table, self.ast.id, key, version);
        self
    }
}

impl<M, Out> Update<M, Out> {
    /// The same update whose rows are read into another type.
    pub(crate) fn retype<Out2>(self) -> Update<M, Out2> {
        Update { ast: self.ast, checks_version: self.checks_version, _types: PhantomData }
    }
}

/// A delete of rows of `M`; with `all` or `one` each deleted row is read into `Out`.
///
/// ```
/// # use blog::*;
/// use orm_pg::prelude::*;
///
/// let delete = User::query().filter(|u| u.age.lt(0)).delete();
/// assert!(delete.to_string().starts_with(r#"DELETE FROM "users" AS t0 WHERE t0."age" < $1"#));
/// ```
#[must_use = "a delete does nothing until a verb such as `.execute(&db)` is awaited"]
pub struct Delete<M, Out> {
    pub(crate) ast: ast::Delete,
    pub(crate) checks_version: bool,
    _types: PhantomData<fn() -> (M, Out)>,
}

impl<M, Out> Clone for Delete<M, Out> {
    fn clone(&self) -> Self {
        Self { ast: self.ast.clone(), checks_version: self.checks_version, _types: PhantomData }
    }
}

impl<M> Delete<M, M> {
    pub(crate) fn new(id: QueryId, table: &'static Table) -> Self {
        let ast =
            ast::Delete { id, table, filters: vec![], all_rows: false, returning: None, refused: None, timeout: None };
        Self { ast, checks_version: false, _types: PhantomData }
    }

    /// Keeps the row with this key, and with this version if there is one. Renders `WHERE t0."id" = $2 AND t0."version" = $3`.
    pub(crate) fn only_row(mut self, key: Vec<Bind>, version: Option<Bind>) -> Self {
        self.checks_version = version.is_some();
        self.ast.filters = row_conditions(self.ast.table, self.ast.id, key, version);
        self
    }
}

impl<M, Out> Delete<M, Out> {
    /// The same delete whose rows are read into another type.
    pub(crate) fn retype<Out2>(self) -> Delete<M, Out2> {
        Delete { ast: self.ast, checks_version: self.checks_version, _types: PhantomData }
    }
}

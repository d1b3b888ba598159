//! The verbs, which do I/O. In `query` only this file calls an executor; the other callers are in `relation`, where rows are
//! loaded and stored with those that belong to them (`.ci/house` has the list).

use super::{Delete, Insert, Rows, Select, Source, Update};
use crate::{
    error::{Error, ErrorKind, Result},
    executor::Executor,
    expr::RawSql,
    model::Model,
    row::{FromRow, Matching, RowCollector, RowSink},
    statement::{Operation, Statement},
};

// Generic functions stay short: the compiler repeats them for each model of an application.

async fn fetch<T: FromRow>(statement: &Statement, matching: Matching, db: &impl Executor) -> Result<Vec<T>> {
    let mut rows = RowCollector::new(matching);
    db.fetch(statement, &mut rows).await?;
    Ok(rows.into_rows())
}

/// Runs the statements of an insert. A single one needs no transaction.
async fn insert(statements: &[Statement], rows: &mut dyn RowSink, db: &impl Executor) -> Result<()> {
    match statements {
        [statement] => db.fetch(statement, rows).await,
        statements => db.batch(statements, rows).await.map(drop),
    }
}

/// The only row, if there is one.
fn at_most_one<T>(mut rows: Vec<T>, operation: Operation, table: Option<&'static str>) -> Result<Option<T>> {
    check_at_most_one(rows.len(), operation, table)?;
    Ok(rows.pop())
}

fn check_at_most_one(count: usize, operation: Operation, table: Option<&'static str>) -> Result<()> {
    if count > 1 {
        let error = Error::new(ErrorKind::MoreThanOne, "more than one row where one was expected");
        return Err(error.in_statement(operation.name(), table));
    }
    Ok(())
}

fn exactly_one<T>(row: Option<T>, operation: Operation, table: Option<&'static str>) -> Result<T> {
    match row {
        Some(row) => Ok(row),
        None => Err(not_found(operation, table)),
    }
}

/// The error of a verb that needs a row and found none.
pub(crate) fn not_found(operation: Operation, table: Option<&'static str>) -> Error {
    Error::new(ErrorKind::NotFound, "no row found").in_statement(operation.name(), table)
}

fn stale(operation: Operation, table: &'static str) -> Error {
    let text = "the row was changed or deleted after it was read";
    Error::new(ErrorKind::Stale, text).in_statement(operation.name(), Some(table))
}

impl<S: Source, Out: FromRow> Select<S, Out> {
    /// Runs the query and returns all rows.
    ///
    /// Round trips: 1, and 1 more when the connection sees the statement for the first time.
    ///
    /// # Errors
    /// When the query has no meaning in SQL (before any I/O), the server refuses it, or a row does not fit `Out`.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let users: Vec<User> = User::query().filter(|u| u.active).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub async fn all(self, db: &impl Executor) -> Result<Vec<Out>> {
        fetch(&self.statement()?, Matching::Position, db).await
    }

    /// Runs the query and returns its only row. Asks the server for two rows at most.
    ///
    /// Round trips: 1.
    ///
    /// # Errors
    /// [`is_not_found`](Error::is_not_found) without a row, [`is_more_than_one`](Error::is_more_than_one) with several;
    /// otherwise as for [`all`](Self::all).
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let user: User = User::get(7).one(&db).await?;
    /// # Ok(()) }
    /// ```
    pub async fn one(self, db: &impl Executor) -> Result<Out> {
        let statement = self.at_most(2).statement()?;
        let rows = fetch(&statement, Matching::Position, db).await?;
        let row = at_most_one(rows, statement.operation, statement.table)?;
        exactly_one(row, statement.operation, statement.table)
    }

    /// Runs the query and returns its only row, if there is one. Asks the server for two rows at most.
    ///
    /// Round trips: 1.
    ///
    /// # Errors
    /// [`is_more_than_one`](Error::is_more_than_one) with several rows; otherwise as for [`all`](Self::all).
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let user: Option<User> = User::query().filter(|u| u.email.eq("ann@example.org")).one_or_none(&db).await?;
    /// # Ok(()) }
    /// ```
    pub async fn one_or_none(self, db: &impl Executor) -> Result<Option<Out>> {
        let statement = self.at_most(2).statement()?;
        let rows = fetch(&statement, Matching::Position, db).await?;
        at_most_one(rows, statement.operation, statement.table)
    }

    /// Runs the query with `LIMIT 1` and returns its first row, if there is one.
    ///
    /// Round trips: 1.
    ///
    /// # Errors
    /// As for [`all`](Self::all).
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let newest: Option<Post> = Post::query().order_by(|p| p.id.desc()).first(&db).await?;
    /// # Ok(()) }
    /// ```
    pub async fn first(self, db: &impl Executor) -> Result<Option<Out>> {
        let mut query = self;
        query.ast.at_most(1);
        let rows = fetch(&query.statement()?, Matching::Position, db).await?;
        Ok(rows.into_iter().next())
    }

    /// Runs the query and returns its rows as a stream; the server produces no more than are read. Through a
    /// `Database` the stream has its own connection until it ends or is dropped.
    ///
    /// # Errors
    /// As for [`all`](Self::all), at the start or while rows are read.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let mut posts = Post::query().stream(&db).await?;
    /// while let Some(post) = posts.try_next().await? {
    ///     println!("{}", post.title);
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn stream<'e>(self, db: &'e impl Executor) -> Result<Rows<'e, Out>> {
        let stream = db.stream(self.statement()?).await?;
        Ok(Rows::new(stream, Matching::Position))
    }

    /// Counts the rows that [`all`](Self::all) would return: a limit, DISTINCT and groups included.
    ///
    /// Round trips: 1.
    ///
    /// # Errors
    /// As for [`all`](Self::all).
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let adults: i64 = User::query().filter(|u| u.age.ge(18)).count(&db).await?;
    /// # Ok(()) }
    /// ```
    pub async fn count(self, db: &impl Executor) -> Result<i64> {
        let statement = self.count_statement()?;
        let rows = fetch(&statement, Matching::Position, db).await?;
        exactly_one(rows.into_iter().next(), statement.operation, statement.table)
    }

    /// Returns whether [`all`](Self::all) would return a row.
    ///
    /// Round trips: 1.
    ///
    /// # Errors
    /// As for [`all`](Self::all).
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let taken: bool = User::query().filter(|u| u.email.eq("ann@example.org")).exists(&db).await?;
    /// # Ok(()) }
    /// ```
    pub async fn exists(self, db: &impl Executor) -> Result<bool> {
        let statement = self.exists_statement()?;
        let rows = fetch(&statement, Matching::Position, db).await?;
        exactly_one(rows.into_iter().next(), statement.operation, statement.table)
    }

    /// Lowers the limit. A get by key returns at most one row anyway, and keeps its text.
    fn at_most(mut self, rows: u64) -> Self {
        if !self.ast.by_key || self.ast.from.len() > 1 {
            self.ast.at_most(rows);
        }
        self
    }
}

impl<M: Model, Out: FromRow, N> Insert<M, Out, N> {
    /// Runs the insert and returns the stored rows, in the order given. With `do_nothing` there is none for a row that
    /// was left out.
    ///
    /// Round trips: 1; for rows that need several statements 1 each, and 2 for their transaction. No rows: none.
    ///
    /// # Errors
    /// When the insert has no meaning in SQL (before any I/O), or the server refuses it: see
    /// [`violates`](Error::violates).
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let rows = [NewUser::new("ann@example.org", "Ann"), NewUser::new("bob@example.org", "Bob")];
    /// let users: Vec<User> = User::insert_many(rows).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub async fn all(self, db: &impl Executor) -> Result<Vec<Out>> {
        if self.is_empty() {
            self.check()?;
            return Ok(vec![]);
        }
        let mut rows = RowCollector::new(Matching::Position);
        insert(&self.statements(true)?, &mut rows, db).await?;
        Ok(rows.into_rows())
    }

    /// Runs the insert and returns the stored row.
    ///
    /// Round trips: 1.
    ///
    /// # Errors
    /// [`is_not_found`](Error::is_not_found) when `do_nothing` left the row out; otherwise as for [`all`](Self::all).
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let ann: User = User::insert(NewUser::new("ann@example.org", "Ann")).one(&db).await?;
    /// # Ok(()) }
    /// ```
    pub async fn one(self, db: &impl Executor) -> Result<Out> {
        let table = Some(M::TABLE.name);
        let row = at_most_one(self.all(db).await?, Operation::Insert, table)?;
        exactly_one(row, Operation::Insert, table)
    }

    /// Runs the insert and returns the stored row; none when `do_nothing` left it out.
    ///
    /// Round trips: 1.
    ///
    /// # Errors
    /// As for [`all`](Self::all).
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let insert = User::insert(NewUser::new("ann@example.org", "Ann")).on_any_conflict_do_nothing();
    /// let stored: Option<User> = insert.one_or_none(&db).await?;
    /// # Ok(()) }
    /// ```
    pub async fn one_or_none(self, db: &impl Executor) -> Result<Option<Out>> {
        at_most_one(self.all(db).await?, Operation::Insert, Some(M::TABLE.name))
    }

    /// Runs the insert and returns how many rows it stored. The server returns nothing else.
    ///
    /// Round trips: as for [`all`](Self::all).
    ///
    /// # Errors
    /// As for [`all`](Self::all).
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let stored: u64 = User::insert(NewUser::new("ann@example.org", "Ann")).execute(&db).await?;
    /// # Ok(()) }
    /// ```
    pub async fn execute(self, db: &impl Executor) -> Result<u64> {
        if self.is_empty() {
            self.check()?;
            return Ok(0);
        }
        match self.statements(false)?.as_slice() {
            [statement] => db.execute(statement).await,
            statements => db.batch(statements, &mut RowCollector::<bool>::new(Matching::Position)).await,
        }
    }
}

macro_rules! write_verbs {
    ($builder:ident, $operation:expr) => {
        impl<M: Model, Out: FromRow> $builder<M, Out> {
            /// Runs the statement and returns the rows that it touched.
            ///
            /// Round trips: 1.
            ///
            /// # Errors
            /// When it has no meaning in SQL or lacks a filter (before any I/O), or the server refuses it;
            /// [`is_stale`](Error::is_stale) when the row has another version than the instance.
            ///
            /// ```
            /// # use blog::*; async fn run(db: Database) -> Result<()> {
            /// let older: Vec<User> = User::query().filter(|u| u.active).update(|u| u.age.set(u.age + 1)).all(&db).await?;
            /// # Ok(()) }
            /// ```
            pub async fn all(self, db: &impl Executor) -> Result<Vec<Out>> {
                let checks_version = self.checks_version;
                let rows = fetch(&self.statement(true)?, Matching::Position, db).await?;
                if checks_version && rows.is_empty() {
                    return Err(stale($operation, M::TABLE.name));
                }
                Ok(rows)
            }

            /// Runs the statement and returns the only row that it touched.
            ///
            /// Round trips: 1. The statement has taken effect even when it touched several rows.
            ///
            /// # Errors
            /// [`is_not_found`](Error::is_not_found) when it touched none, [`is_more_than_one`](Error::is_more_than_one)
            /// when it touched several; otherwise as for [`all`](Self::all).
            ///
            /// ```
            /// # use blog::*; async fn run(db: Database) -> Result<()> {
            /// let ann = User::get(7).one(&db).await?;
            /// let ann: User = ann.update(|u| u.age.set(35)).one(&db).await?;
            /// # Ok(()) }
            /// ```
            pub async fn one(self, db: &impl Executor) -> Result<Out> {
                let table = Some(M::TABLE.name);
                let row = at_most_one(self.all(db).await?, $operation, table)?;
                exactly_one(row, $operation, table)
            }

            /// Runs the statement and returns the only row that it touched, if there is one.
            ///
            /// Round trips: 1.
            ///
            /// # Errors
            /// [`is_more_than_one`](Error::is_more_than_one) when it touched several; otherwise as for [`all`](Self::all).
            ///
            /// ```
            /// # use blog::*; async fn run(db: Database) -> Result<()> {
            /// let ann: Option<User> = User::get(7).update(|u| u.age.set(35)).one_or_none(&db).await?;
            /// # Ok(()) }
            /// ```
            pub async fn one_or_none(self, db: &impl Executor) -> Result<Option<Out>> {
                at_most_one(self.all(db).await?, $operation, Some(M::TABLE.name))
            }

            /// Runs the statement and returns how many rows it touched. The server returns nothing else.
            ///
            /// Round trips: 1.
            ///
            /// # Errors
            /// As for [`all`](Self::all).
            ///
            /// ```
            /// # use blog::*; async fn run(db: Database) -> Result<()> {
            /// let touched: u64 = Post::query().filter(|p| p.title.eq("")).delete().execute(&db).await?;
            /// # Ok(()) }
            /// ```
            pub async fn execute(self, db: &impl Executor) -> Result<u64> {
                let checks_version = self.checks_version;
                let count = db.execute(&self.statement(false)?).await?;
                if checks_version && count == 0 {
                    return Err(stale($operation, M::TABLE.name));
                }
                Ok(count)
            }
        }
    };
}
write_verbs!(Update, Operation::Update);
write_verbs!(Delete, Operation::Delete);

impl RawSql {
    /// Runs the SQL and returns all rows: into models and `FromRow` structs by the names of their columns, into scalars
    /// and tuples by position.
    ///
    /// Round trips: 1.
    ///
    /// # Errors
    /// When the server refuses it, or a row does not fit `T`.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let least = 18;
    /// let rows = sql!("SELECT name, age FROM users WHERE age >= {least}").all::<(String, Option<i32>)>(&db).await?;
    /// # Ok(()) }
    /// ```
    pub async fn all<T: FromRow>(self, db: &impl Executor) -> Result<Vec<T>> {
        fetch(&self.statement()?, Matching::Name, db).await
    }

    /// Runs the SQL and returns its only row.
    ///
    /// Round trips: 1.
    ///
    /// # Errors
    /// [`is_not_found`](Error::is_not_found) without a row, [`is_more_than_one`](Error::is_more_than_one) with several;
    /// otherwise as for [`all`](Self::all).
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let (version,) = sql!("SELECT version()").one::<(String,)>(&db).await?;
    /// # Ok(()) }
    /// ```
    pub async fn one<T: FromRow>(self, db: &impl Executor) -> Result<T> {
        let row = self.one_or_none(db).await?;
        exactly_one(row, Operation::Raw, None)
    }

    /// Runs the SQL and returns its only row, if there is one.
    ///
    /// Round trips: 1.
    ///
    /// # Errors
    /// [`is_more_than_one`](Error::is_more_than_one) with several rows; otherwise as for [`all`](Self::all).
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let email = "ann@example.org";
    /// let id = sql!("SELECT id FROM users WHERE email = {email}").one_or_none::<i64>(&db).await?;
    /// # Ok(()) }
    /// ```
    pub async fn one_or_none<T: FromRow>(self, db: &impl Executor) -> Result<Option<T>> {
        at_most_one(self.all(db).await?, Operation::Raw, None)
    }

    /// Runs the SQL and returns its first row, if there is one. The SQL is not changed: give it a LIMIT.
    ///
    /// Round trips: 1.
    ///
    /// # Errors
    /// As for [`all`](Self::all).
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let newest = sql!("SELECT title FROM posts ORDER BY id DESC").first::<String>(&db).await?;
    /// # Ok(()) }
    /// ```
    pub async fn first<T: FromRow>(self, db: &impl Executor) -> Result<Option<T>> {
        Ok(self.all(db).await?.into_iter().next())
    }

    /// Runs the SQL and returns its rows as a stream.
    ///
    /// # Errors
    /// As for [`all`](Self::all), at the start or while rows are read.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let mut names = sql!("SELECT name FROM users").stream::<String>(&db).await?;
    /// while let Some(name) = names.try_next().await? {
    ///     println!("{name}");
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn stream<T: FromRow>(self, db: &impl Executor) -> Result<Rows<'_, T>> {
        let stream = db.stream(self.statement()?).await?;
        Ok(Rows::new(stream, Matching::Name))
    }

    /// Runs the SQL and returns how many rows it affected.
    ///
    /// Round trips: 1.
    ///
    /// # Errors
    /// When the server refuses it.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let author = 7;
    /// let gone: u64 = sql!("DELETE FROM posts WHERE author_id = {author}").execute(&db).await?;
    /// # Ok(()) }
    /// ```
    pub async fn execute(self, db: &impl Executor) -> Result<u64> {
        db.execute(&self.statement()?).await
    }
}

//! Helpers that the tests share.

pub(crate) mod wire;

use std::{
    sync::{OnceLock, mpsc},
    thread,
};

use expect_test::Expect;
use orm_pg::{
    executor::{BoxRowStream, Executor},
    prelude::*,
    row::RowSink,
    statement::{Sql, Statement},
    tokio_postgres::types::Type,
};

use crate::{models, trees};

/// All tables of the tests.
pub(crate) fn tables() -> &'static [&'static orm_pg::schema::Table] {
    use models::{Account, Comment, Event, Everything, Member, Note, Post, Tagged, User};
    use trees::{Category, Follow, Person};
    models![User, Post, Comment, Note, Event, Account, Tagged, Member, Everything, Category, Person, Follow]
}

/// Compares text and types of binds with `expected`, and prepares the statement on the real server.
#[track_caller]
pub(crate) fn check(sql: Sql, expected: Expect) {
    expected.assert_eq(&format!("{}\n{:?}", sql.text, sql.binds));
    let (answer, answered) = mpsc::channel();
    preparer().send((sql.clone(), answer)).expect("the thread that prepares runs");
    if let Err(error) = answered.recv().expect("the thread that prepares answers") {
        panic!("the server refuses {sql}: {error}");
    }
}

type Request = (Sql, mpsc::Sender<Result<(), String>>);

/// A thread with a connection to a database that has all tables, so that plain tests can prepare statements.
fn preparer() -> mpsc::Sender<Request> {
    static PREPARER: OnceLock<mpsc::Sender<Request>> = OnceLock::new();
    let start = || {
        let (sender, requests) = mpsc::channel::<Request>();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let db = orm_pg::testing::database().await.expect("a database");
                db.create_tables(tables()).await.expect("tables");
                crate::foreign_keys::create(&db).await.expect("tables");
                let connection = db.connection().await.expect("a connection");
                let client = connection.client();
                let functions = "CREATE SCHEMA extra; \
                     CREATE FUNCTION extra.twice(bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 2 * $1'; \
                     CREATE FUNCTION occurrences(text, text) RETURNS integer LANGUAGE sql AS 'SELECT 1'; \
                     CREATE AGGREGATE product(double precision) (SFUNC = float8mul, STYPE = double precision)";
                client.batch_execute(functions).await.expect("functions");
                while let Ok((sql, answer)) = requests.recv() {
                    let types: Vec<_> =
                        sql.binds.iter().map(|it| Type::from_oid(it.declared_oid()).unwrap_or(Type::UNKNOWN)).collect();
                    let prepared = client.prepare_typed(&sql.text, &types).await;
                    // A test that has given up does not wait for the answer.
                    answer.send(prepared.map(drop).map_err(|it| format!("{it:?}"))).ok();
                }
            });
        });
        sender
    };
    PREPARER.get_or_init(start).clone()
}

/// An executor that must not be reached.
pub(crate) struct Offline;

impl Executor for Offline {
    async fn fetch(&self, statement: &Statement, _: &mut dyn RowSink) -> Result<()> {
        panic!("this reached the executor: {}", statement.sql)
    }

    async fn execute(&self, statement: &Statement) -> Result<u64> {
        panic!("this reached the executor: {}", statement.sql)
    }

    async fn batch(&self, _: &[Statement], _: &mut dyn RowSink) -> Result<u64> {
        panic!("this reached the executor")
    }

    async fn stream(&self, statement: Statement) -> Result<BoxRowStream<'_>> {
        panic!("this reached the executor: {}", statement.sql)
    }
}

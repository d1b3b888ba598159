//! The server, and helpers for frequent steps.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    task::Poll,
    thread,
    time::Duration,
};

use orm_core::{
    row::{Decoder, FromRow, Matching, Row, RowSink},
    statement::{Operation, Sql, Statement},
    value::Bind,
};
use orm_pg::{Database, DatabaseBuilder, Error, Executor, Result};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, UnixStream},
};
use tokio_postgres::config::Host;

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A name that no other test uses.
pub(crate) fn unique(prefix: &str) -> String {
    format!("{prefix}_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// The URL of a database that all tests of this process share.
pub(crate) fn url() -> String {
    static URL: OnceLock<String> = OnceLock::new();
    let find = || {
        // Tests ask from inside of their runtime, so the answer is fetched in another.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(orm_pg::testing::database_url()).unwrap()
    };
    URL.get_or_init(|| thread::spawn(find).join().unwrap()).clone()
}

/// What both kinds of sockets are.
pub(crate) trait Socket: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Socket for T {}

/// A bare connection to the server, for tests that stand between.
pub(crate) async fn dial() -> Box<dyn Socket> {
    let config: tokio_postgres::Config = url().parse().unwrap();
    let port = config.get_ports().first().copied().unwrap_or(5432);
    match config.get_hosts().first() {
        Some(Host::Unix(path)) => Box::new(UnixStream::connect(path.join(format!(".s.PGSQL.{port}"))).await.unwrap()),
        Some(Host::Tcp(host)) => Box::new(TcpStream::connect((host.as_str(), port)).await.unwrap()),
        None => panic!("the URL of the tests names no host"),
    }
}

/// A handle whose sessions can be told from those of other tests by `name`.
pub(crate) fn builder(name: &str) -> DatabaseBuilder {
    Database::builder().url(&url()).application_name(name)
}

/// The database that the tests run on.
pub(crate) async fn server() -> Database {
    builder(&unique("test")).connect().await.expect("the server of the tests answers")
}

fn statement(text: &str, binds: Vec<Bind>, operation: Operation) -> Statement {
    Statement::new(Sql { text: text.to_owned(), binds }, operation, None)
}

/// SQL as a user writes it.
pub(crate) fn raw(text: &str) -> Statement {
    statement(text, vec![], Operation::Raw)
}

/// A plain read, as the builder makes it.
pub(crate) fn read(text: &str, binds: Vec<Bind>) -> Statement {
    let mut it = statement(text, binds, Operation::Select);
    it.plain_read = true;
    it
}

/// A write, as the builder makes it.
pub(crate) fn write(text: &str, binds: Vec<Bind>) -> Statement {
    statement(text, binds, Operation::Insert)
}

/// A table of its own with a column `id`, empty.
pub(crate) async fn table(db: &Database) -> String {
    let name = unique("t");
    db.execute(&raw(&format!("CREATE TABLE {name} (id bigint PRIMARY KEY, name text)"))).await.unwrap();
    name
}

pub(crate) async fn insert(db: &impl Executor, table: &str, id: i64) -> Result<u64> {
    db.execute(&write(&format!("INSERT INTO {table} (id) VALUES ($1)"), vec![Bind::new(id)])).await
}

pub(crate) struct Collect<T> {
    decoder: Decoder<T>,
    pub(crate) rows: Vec<T>,
}

impl<T: FromRow> Collect<T> {
    pub(crate) fn new() -> Self {
        Self { decoder: Decoder::new(Matching::Position), rows: Vec::new() }
    }
}

impl<T: FromRow> RowSink for Collect<T> {
    fn row(&mut self, row: &dyn Row) -> Result<()> {
        self.rows.push(self.decoder.decode(row)?);
        Ok(())
    }

    fn restart(&mut self) {
        *self = Self::new();
    }
}

pub(crate) async fn all<T: FromRow>(db: &impl Executor, statement: Statement) -> Result<Vec<T>> {
    let mut rows = Collect::new();
    db.fetch(&statement, &mut rows).await?;
    Ok(rows.rows)
}

pub(crate) async fn one<T: FromRow>(db: &impl Executor, text: &str) -> T {
    all(db, read(text, vec![])).await.unwrap().pop().expect("one row")
}

pub(crate) async fn count(db: &impl Executor, table: &str) -> i64 {
    one(db, &format!("SELECT count(*) FROM {table}")).await
}

/// Reads a stream to its end.
pub(crate) async fn next<T: FromRow>(
    stream: &mut orm_core::executor::BoxRowStream<'_>,
    rows: &mut Collect<T>,
) -> Option<Result<()>> {
    poll_fn(|cx| stream.as_mut().poll_row(cx, rows)).await
}

/// Polls `future` up to `times` times and drops it then.
pub(crate) async fn drop_after<F: Future>(times: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = times;
    poll_fn(move |cx| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        let polled = future.as_mut().poll(cx).map(Some);
        if left == 0 && polled.is_pending() {
            return Poll::Ready(None);
        }
        polled
    })
    .await
}

/// Waits until `check` holds.
#[track_caller]
pub(crate) fn eventually<F: Future<Output = bool>>(mut check: impl FnMut() -> F) -> impl Future<Output = ()> {
    let caller = std::panic::Location::caller();
    async move {
        for _ in 0..400 {
            if check().await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it never came true: {caller}");
    }
}

/// How many sessions of `name` are in `state`.
pub(crate) async fn sessions(db: &Database, name: &str, state: &str) -> i64 {
    let text = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = '{name}' AND state LIKE '{state}' \
         AND pid <> pg_backend_pid()"
    );
    one(db, &text).await
}

pub(crate) fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(it) = source {
        text = format!("{text}: {it}");
        source = it.source();
    }
    text
}

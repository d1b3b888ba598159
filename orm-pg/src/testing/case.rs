//! The code that `#[orm_pg::test]` generates, and the types and functions that it uses.
//!
//! ```text
//! #[orm_pg::test(migrations = "migrations", models(User, Post), setup = fixtures, flavor = "current_thread")]
//! async fn finds_a_user(db: Database) -> Result<(), Error> { … }
//! ```
//! becomes, with `.migrations`, `.models`, `.setup`, `.current_thread` and `.should_panic` only where the attribute says
//! so, and the other attributes (`#[should_panic]`, …) kept:
//! ```text
//! #[::core::prelude::v1::test]
//! fn finds_a_user() -> Result<(), Error> {
//!     async fn finds_a_user(db: Database) -> Result<(), Error> { … }
//!     ::orm_pg::__private::testing::run(
//!         ::orm_pg::__private::testing::TestCase::new(::core::concat!(::core::module_path!(), "::finds_a_user"))
//!             .migrations(::orm_pg::__private::testing::folder(::core::env!("CARGO_MANIFEST_DIR"), "migrations"))
//!             .models(::orm_pg::models![User, Post])
//!             .setup(fixtures)
//!             .current_thread()
//!             .should_panic(),
//!         finds_a_user,
//!     )
//! }
//! ```
//! The inner function keeps the user's spans and types unchanged, and so the compiler's messages.

use std::{
    any::type_name,
    fmt::Debug,
    future::Future,
    marker::PhantomData,
    panic::{AssertUnwindSafe, resume_unwind},
};

use futures_util::FutureExt;
use orm_core::{
    error::{Error, Result},
    schema::Table,
};
use tokio::runtime::{Builder, Runtime};

use super::{
    failure::failed,
    hash::Hasher,
    part::{Part, executable_stamp, tables},
    server::{self, Server},
    template::{self, TestDatabase},
    url, variable,
};

/// A handle to a test's database, which the test function takes.
#[diagnostic::on_unimplemented(
    message = "a test takes the handle to its database by value, not `{Self}`",
    label = "write `db: Database`"
)]
pub trait Handle: Sized + 'static {
    /// Opens a handle with few connections: hundreds of tests may run at once.
    fn open(url: &str) -> impl Future<Output = Result<Self>>;
}

/// The return type of a test or a set-up.
#[diagnostic::on_unimplemented(
    message = "a test returns nothing or a `Result`, not `{Self}`",
    label = "return `()` or `Result<(), E>`"
)]
pub trait Outcome {
    /// Returns what went wrong, if anything did.
    fn failure(&self) -> Option<String>;
}

impl Outcome for () {
    fn failure(&self) -> Option<String> {
        None
    }
}

impl<T, E: Debug> Outcome for std::result::Result<T, E> {
    fn failure(&self) -> Option<String> {
        self.as_ref().err().map(|error| format!("{error:?}"))
    }
}

/// A function that fills a test's database before the test: `async fn fill(db: Database)`, or `db: &Database`.
#[diagnostic::on_unimplemented(
    message = "the set-up of a test must be an `async fn` that takes its database",
    label = "write `async fn setup(db: Database)`, or `db: &Database`, with or without `-> Result<(), E>`"
)]
pub trait Setup<D, By>: 'static {
    /// Runs it, and returns what went wrong, if anything did.
    fn fill(self, db: D) -> impl Future<Output = Option<String>>;
}

/// How a set-up takes its database, which is inferred from its type.
#[derive(Debug)]
pub struct ByValue;
/// As [`ByValue`].
#[derive(Debug)]
pub struct ByReference;

impl<D, F, Fut> Setup<D, ByValue> for F
where
    F: FnOnce(D) -> Fut + 'static,
    Fut: Future<Output: Outcome>,
{
    async fn fill(self, db: D) -> Option<String> {
        self(db).await.failure()
    }
}

impl<D, F, O> Setup<D, ByReference> for F
where
    F: AsyncFnOnce(&D) -> O + 'static,
    O: Outcome,
{
    async fn fill(self, db: D) -> Option<String> {
        self(&db).await.failure()
    }
}

/// Makes the part of migrations, which are compared with the models.
type Migrate = Box<dyn FnOnce(Vec<&'static Table>) -> Result<Part>>;

/// A test, and the initial content of its database.
pub struct TestCase<D> {
    name: &'static str,
    models: Vec<&'static Table>,
    pub(super) migrations: Option<Migrate>,
    setup: Option<Part>,
    current_thread: bool,
    should_panic: bool,
    handle: PhantomData<fn() -> D>,
}

impl<D> std::fmt::Debug for TestCase<D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestCase").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<D: Handle> TestCase<D> {
    /// A test with an empty database; `name` is its path.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            models: Vec::new(),
            migrations: None,
            setup: None,
            current_thread: false,
            should_panic: false,
            handle: PhantomData,
        }
    }

    /// Creates the tables of `models` in the database.
    #[must_use]
    pub fn models(mut self, models: impl IntoIterator<Item = impl std::borrow::Borrow<&'static Table>>) -> Self {
        self.models.extend(models.into_iter().map(|it| *it.borrow()));
        self
    }

    /// Fills the database by `setup`, which runs once for each server and build, after the tables were created.
    #[must_use]
    pub fn setup<By, F: Setup<D, By>>(mut self, setup: F) -> Self
    where
        By: 'static,
    {
        let path = type_name::<F>();
        let key = vec![path.as_bytes().into(), executable_stamp().into()];
        self.setup = Some(Part::new(key, async move |url: String| match setup.fill(D::open(&url).await?).await {
            None => Ok(()),
            Some(problem) => Err(failed(format!("the set-up {path} failed: {problem}"))),
        }));
        self
    }

    /// Runs the test on one thread.
    #[must_use]
    pub fn current_thread(mut self) -> Self {
        self.current_thread = true;
        self
    }

    /// Counts a panic as a success, so that the database is dropped after it.
    #[must_use]
    pub fn should_panic(mut self) -> Self {
        self.should_panic = true;
        self
    }

    fn runtime(&self) -> Result<Runtime> {
        let mut builder = if self.current_thread {
            Builder::new_current_thread()
        } else {
            let mut builder = Builder::new_multi_thread();
            // The test harness already runs several tests at once.
            builder.worker_threads(2);
            builder
        };
        let built = builder.enable_all().thread_name(self.name).build();
        built.map_err(|error| failed("cannot start a tokio runtime").with_source(error))
    }

    /// Creates the test's database, from a template if it has any content.
    async fn prepare(&mut self, server: &Server) -> Result<TestDatabase> {
        let admin = server.admin().await?;
        let models = std::mem::take(&mut self.models);
        let mut parts = Vec::new();
        match self.migrations.take() {
            Some(migrate) => parts.push(migrate(models)?),
            None if !models.is_empty() => parts.push(tables(&models)?),
            None => {}
        }
        parts.extend(self.setup.take());
        if parts.is_empty() {
            return template::create_database(server, &admin, self.name, None).await;
        }
        let mut hash = Hasher::new();
        parts.iter().for_each(|it| it.write(&mut hash));
        let filled = template::ensure(server, &admin, hash.finish(), async |url| {
            for part in parts {
                part.fill(&url).await?;
            }
            Ok(())
        });
        let template = Box::pin(filled).await?;
        template::create_database(server, &admin, self.name, Some(&template)).await
    }
}

/// Runs a test with a separate database, which is dropped when the test is over and kept if it failed.
///
/// # Panics
/// When there is no server, the set-up fails, or the test panics.
pub fn run<D, F, Fut>(mut case: TestCase<D>, test: F) -> Fut::Output
where
    D: Handle,
    F: FnOnce(D) -> Fut,
    Fut: Future<Output: Outcome>,
{
    let runtime = case.runtime().unwrap_or_else(|error| give_up(&case, &error));
    let (caught, server, database) = runtime.block_on(async {
        let prepared = async {
            let server = server::get().await?;
            let database = case.prepare(server).await?;
            let handle = D::open(&server.url_of(database.name())).await?;
            Ok::<_, Error>((server, database, handle))
        };
        let (server, database, handle) = match Box::pin(prepared).await {
            Ok(prepared) => prepared,
            Err(error) => give_up(&case, &error),
        };
        let test = AssertUnwindSafe(async move { test(handle).await });
        (Box::pin(test.catch_unwind()).await, server, database)
    });
    let failed = match &caught {
        Ok(output) => output.failure().is_some(),
        Err(_) => !case.should_panic,
    };
    if failed {
        tell_kept(server, &database);
        database.keep();
    } else if let Err(error) = runtime.block_on(async { database.drop(&server.admin().await?).await }) {
        tell(&format!("{}: {error}", case.name));
    }
    // Does not wait for tasks that the test left behind.
    runtime.shutdown_background();
    caught.unwrap_or_else(|panic| resume_unwind(panic))
}

fn tell_kept(server: &Server, database: &TestDatabase) {
    let url = url::without_password(&server.url_of(database.name()));
    let until = if server.is_throw_away() {
        format!("until the server ends, which {} delays", variable::IDLE)
    } else {
        "for a day".to_owned()
    };
    tell(&format!("the test's database stays {until}: psql '{url}'"));
}

#[expect(clippy::print_stderr, reason = "what a test says goes to its output")]
fn tell(text: &str) {
    eprintln!("orm_pg: {text}");
}

#[expect(clippy::panic, reason = "a test fails by a panic")]
fn give_up<D>(case: &TestCase<D>, error: &Error) -> ! {
    panic!("{}: {error}", case.name)
}

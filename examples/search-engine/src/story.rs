//! Tasks and threads, measured: the work of one core while pages make their readers wait.
//!
//! A page costs its server a wait and its reader a fixed amount of processor time, and is stored with an index for the
//! search. The same code visits the same pages one at a time, with threads, and with tasks; only what waits differs.
//!
//! - `plan`: the runs; `machine`: cores, clocks, and their use by other processes.
//! - `pages`: the page server, and `client`: one run, each a separate process, pinned to named cores.
//! - `table` and `plot`: the results.
//!
//! Every run is a separate process, so that its processor time, memory and threads can be measured.

mod client;
mod machine;
mod model;
mod pages;
mod plan;
mod plot;
mod table;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use orm_pg::Database;
use orm_pg::prelude::*;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, Command};

use self::client::{Measured, Spec};
pub use self::model::Indexed;
use self::plan::{Cores, Run};
use crate::command::Failed;

/// The options.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// How long the page server waits before it answers.
    pub wait: Duration,
    /// The processor time that a page costs its reader.
    pub cpu: Duration,
    /// The duration of each run, once all of its threads or tasks are at work.
    pub measured: Duration,
    /// Numbers of threads.
    pub threads: Vec<u32>,
    /// Tasks at once.
    pub tasks: u32,
    /// Pages that are requested all at once, in the last run.
    pub pages: u32,
    /// The file for the plot.
    pub plot: PathBuf,
}

/// The maximum for the last run: a client has only some 28,000 ports for connections to one server.
pub const MOST_PAGES: u32 = 25_000;

impl Default for Options {
    /// A wait of 100 ms, 4 ms of processor time, two seconds a run; 2 to 256 threads, 200 tasks, 20,000 pages at once.
    fn default() -> Self {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let workspace = workspace.canonicalize().unwrap_or(workspace);
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace.join("target"), PathBuf::from);
        Self {
            wait: Duration::from_millis(100),
            cpu: Duration::from_millis(4),
            measured: Duration::from_secs(2),
            threads: vec![2, 4, 16, 64, 256],
            tasks: 200,
            pages: 20_000,
            plot: target.join("story.svg"),
        }
    }
}

/// A part of the story that runs as a separate process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The page server.
    Pages,
    /// One run.
    Client,
}

impl Part {
    const fn command(self) -> &'static str {
        match self {
            Self::Pages => "story-pages",
            Self::Client => "story-client",
        }
    }

    /// Reads a command line's first word.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        [Self::Pages, Self::Client].into_iter().find(|part| part.command() == word)
    }

    /// Runs the part: it reads its instructions from standard input, and writes its results to `out`.
    ///
    /// # Errors
    /// When the part fails.
    pub fn play(self, out: &mut impl Write) -> Result<(), Failed> {
        match self {
            Self::Pages => pages::play(out),
            Self::Client => client::play(out),
        }
    }
}

/// Measures the story in the empty database that `url` names, with `program` for its parts; writes the result to `out`.
///
/// # Errors
/// When a part fails, or the database lacks rows that were stored in it.
pub async fn tell(options: &Options, url: &str, program: &Path, out: &mut (impl Write + Send)) -> Result<(), Failed> {
    let db = Database::builder().url(url).max_connections(2).connect().await?;
    model::make(&db).await?;
    let (database, version) =
        sql!("SELECT current_database()::text, current_setting('server_version')").one::<(String, String)>(&db).await?;
    let version = version.split(' ').next().unwrap_or_default();
    let cores = Cores::here();
    let server = Pages::start(program, &cores).await?;
    table::begin(out, options, &cores, version)?;

    let mut rows = Vec::new();
    for (number, run) in (1..).zip(plan::runs(options)) {
        table::scene(out, &run, rows.last())?;
        let spec = Spec {
            number,
            workers: run.workers,
            way: run.way,
            cores: cores.client(run.cores),
            server_core: cores.server,
            wait: run.wait,
            cpu: run.cpu,
            measured: run.measured,
            pages: server.address.clone(),
            pages_process: server.child.id(),
            url: url.to_owned(),
            database: database.clone(),
        };
        let measured: Measured = part(program, Part::Client, &spec).await?;
        check(&db, number, &measured).await?;
        table::row(out, &cores, &run, &measured)?;
        rows.push((run, measured));
    }
    table::end(out, &rows)?;
    if let Some(folder) = options.plot.parent() {
        tokio::fs::create_dir_all(folder).await?;
    }
    tokio::fs::write(&options.plot, plot::draw(options, &cores, &rows)).await?;
    writeln!(out, "plot: {}", options.plot.display())?;
    Ok(())
}

/// A run and its results.
type Row = (Run, Measured);

/// Checks that every page that a run reports as stored is in the database, once.
async fn check(db: &Database, run: i32, measured: &Measured) -> Result<(), Failed> {
    let rows = Indexed::query().filter(|i| i.run.eq(run)).select(|i| i.page.count()).one(db).await?;
    if u64::try_from(rows).ok() == Some(measured.stored) {
        return Ok(());
    }
    Err(format!("run {run} has stored {} pages, but the database has {rows}", measured.stored).into())
}

/// Starts a part, sends its instructions, and returns its answer.
async fn part<T: DeserializeOwned>(program: &Path, part: Part, what: &impl serde::Serialize) -> Result<T, Failed> {
    let mut child = start(program, part)?;
    let mut input = child.stdin.take().ok_or("no standard input")?;
    // Not as an argument: all users of a machine can read those, and the database's URL may contain a password.
    input.write_all(&serde_json::to_vec(what)?).await?;
    drop(input);
    let mut answer = Vec::new();
    child.stdout.take().ok_or("no standard output")?.read_to_end(&mut answer).await?;
    let status = child.wait().await?;
    if !status.success() {
        return Err(format!("{} ended with {status}", part.command()).into());
    }
    Ok(serde_json::from_slice(&answer)?)
}

fn start(program: &Path, part: Part) -> Result<Child, Failed> {
    let mut command = Command::new(program);
    command.arg(part.command()).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    command.spawn().map_err(|error| format!("cannot start {}: {error}", program.display()).into())
}

/// The page server; it ends when this is dropped.
#[derive(Debug)]
struct Pages {
    address: String,
    child: Child,
}

impl Pages {
    async fn start(program: &Path, cores: &Cores) -> Result<Self, Failed> {
        let mut child = start(program, Part::Pages)?;
        let input = child.stdin.as_mut().ok_or("no standard input")?;
        // The input stays open: when it ends, the server ends.
        input.write_all(format!("{}\n", serde_json::to_string(&cores.server)?).as_bytes()).await?;
        let output = child.stdout.take().ok_or("no standard output")?;
        let address = BufReader::new(output).lines().next_line().await?.ok_or("the server of the pages ended")?;
        Ok(Self { address, child })
    }
}

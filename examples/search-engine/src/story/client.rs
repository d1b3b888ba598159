//! One run: workers that visit pages, in a process pinned to its cores.
//!
//! Threads and tasks run the same code. A thread has a separate event loop with one page in it, so it blocks until that
//! page has arrived, as with a blocking client, and a separate connection. Tasks share a loop and a pool.

use std::hint::black_box;
use std::io::{self, Read as _, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{JoinHandle, sleep};
use std::time::{Duration, Instant};

use orm_pg::Database;
use orm_pg::prelude::*;
use serde::{Deserialize, Serialize};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;
use url::Url;

use super::machine;
use super::model::{Indexed, NewIndexed};
use super::plan::Way;
use crate::command::Failed;
use crate::fetch::{Client, Document, Limits};
use crate::page::Page;
use crate::site::{Rules, Site};

/// Connections in the pool that tasks share.
const POOL: u32 = 16;

/// Longer than any page waits in a queue.
const TIMEOUT: Duration = Duration::from_secs(120);

/// The instructions for a run.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Spec {
    pub(super) number: i32,
    pub(super) way: Way,
    pub(super) workers: u32,
    pub(super) cores: Vec<usize>,
    pub(super) server_core: Option<usize>,
    pub(super) wait: Duration,
    pub(super) cpu: Duration,
    pub(super) measured: Option<Duration>,
    pub(super) pages: String,
    pub(super) pages_process: Option<u32>,
    pub(super) url: String,
    pub(super) database: String,
}

/// The results. Times are in seconds; all but `asked`, `stored` and `mistake` cover the measured time.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Measured {
    pub(super) asked: u64,
    pub(super) stored: u64,
    /// Why a worker gave up, if one did.
    pub(super) mistake: Option<String>,
    pub(super) seconds: f64,
    pub(super) pages: u64,
    /// The client's processor time: in total, and for parsing pages.
    pub(super) cpu: f64,
    pub(super) work: f64,
    /// The servers' processor time.
    pub(super) pages_cpu: Option<f64>,
    pub(super) database_cpu: Option<f64>,
    /// The time that the client's cores were busy, for any process.
    pub(super) busy: Option<f64>,
    /// The peak number of waiting requests.
    pub(super) waiting: u64,
    pub(super) threads: Option<u64>,
    pub(super) memory_kib: Option<u64>,
    /// Everything that could not be pinned to its core, and why.
    pub(super) loose: Vec<String>,
}

/// State shared by the workers.
#[derive(Debug)]
struct Shared {
    spec: Spec,
    /// Hosts of workers that have opened their connections.
    connected: AtomicU64,
    go: AtomicBool,
    stop: AtomicBool,
    /// Workers that have visited a page.
    warm: AtomicU64,
    asked: AtomicU64,
    stored: AtomicU64,
    /// Nanoseconds.
    work: AtomicU64,
    mistake: Mutex<Option<String>>,
}

/// Runs the instructions from standard input, and writes the results.
pub(super) fn play(out: &mut impl Write) -> Result<(), Failed> {
    let mut text = String::new();
    io::stdin().lock().read_to_string(&mut text)?;
    let measured = run(serde_json::from_str(&text)?)?;
    Ok(writeln!(out, "{}", serde_json::to_string(&measured)?)?)
}

fn run(spec: Spec) -> Result<Measured, Failed> {
    let mut loose = Vec::new();
    if let Err(error) = machine::hold(&spec.cores) {
        loose.push(format!("the client: {error}"));
    }
    machine::allow_files(u64::from(spec.workers) + machine::SPARE_FILES);
    let (way, workers, cores, measured) = (spec.way, spec.workers, spec.cores.len(), spec.measured);
    let zero = || AtomicU64::new(0);
    let shared = Arc::new(Shared {
        spec,
        connected: zero(),
        go: AtomicBool::new(false),
        stop: AtomicBool::new(false),
        warm: zero(),
        asked: zero(),
        stored: zero(),
        work: zero(),
        mistake: Mutex::default(),
    });
    let hosts: Vec<JoinHandle<()>> = match way {
        Way::Threads => (0..workers).map(|_| host(&shared, 1, 1, 1)).collect::<Result<_, _>>()?,
        Way::Tasks => vec![host(&shared, workers, POOL, cores)?],
    };
    let count = u64::try_from(hosts.len())?;
    shared.wait_until(&hosts, || shared.connected.load(Ordering::Acquire) >= count);
    let servers = Servers::hold(&shared.spec, &mut loose);
    shared.most_waiting();
    let mut before = Sample::take(&shared, &servers);
    shared.go.store(true, Ordering::Release);
    let mut size = None;
    let after = match measured {
        Some(time) => {
            shared.wait_until(&hosts, || shared.warm.load(Ordering::Acquire) >= workers.into());
            before = Sample::take(&shared, &servers);
            sleep(time);
            let after = Sample::take(&shared, &servers);
            size = machine::size();
            shared.stop.store(true, Ordering::Release);
            Some(after)
        }
        None => {
            shared.wait_until(&hosts, || {
                size = machine::size().or(size);
                sleep(Duration::from_millis(20));
                false
            });
            None
        }
    };
    for host in hosts {
        host.join().map_err(|_| "a worker has panicked")?;
    }
    let after = after.unwrap_or_else(|| Sample::take(&shared, &servers));
    // Peak memory is known at the end.
    let (threads, memory) = (size.map(|size| size.0), machine::size().map(|size| size.1));
    let waiting = shared.most_waiting();
    let mistake = shared.mistake.lock().unwrap_or_else(PoisonError::into_inner).take();
    let since = |time: Duration, earlier: Duration| time.saturating_sub(earlier).as_secs_f64();
    Ok(Measured {
        asked: shared.asked.load(Ordering::Relaxed),
        stored: shared.stored.load(Ordering::Relaxed),
        mistake,
        seconds: after.at.duration_since(before.at).as_secs_f64(),
        pages: after.stored - before.stored,
        cpu: since(after.cpu, before.cpu),
        work: since(after.work, before.work),
        pages_cpu: after.pages_cpu.zip(before.pages_cpu).map(|(after, before)| since(after, before)),
        database_cpu: after.database_cpu.zip(before.database_cpu).map(|(after, before)| since(after, before)),
        busy: after.busy.zip(before.busy).map(|(after, before)| since(after, before)),
        waiting,
        threads,
        memory_kib: memory,
        loose,
    })
}

/// Starts a thread with an event loop, and workers in it.
fn host(shared: &Arc<Shared>, workers: u32, connections: u32, cores: usize) -> io::Result<JoinHandle<()>> {
    let shared = Arc::clone(shared);
    std::thread::Builder::new().spawn(move || {
        let done = runtime(cores).map_err(Failed::from).and_then(|runtime| {
            runtime.block_on(async {
                let db = connect(&shared.spec.url, connections).await?;
                shared.connected.fetch_add(1, Ordering::AcqRel);
                while !shared.go.load(Ordering::Acquire) {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                let client = Client::new(Limits { timeout: TIMEOUT, ..Limits::default() });
                let address: Arc<Url> = Arc::new(shared.spec.pages.parse()?);
                let rules = Arc::new(Rules::open(Site::of(&address).ok_or("no site")?));
                let turns = Arc::new(Semaphore::new(cores));
                let mut tasks = tokio::task::JoinSet::new();
                for _ in 0..workers {
                    let worker = Worker {
                        shared: Arc::clone(&shared),
                        db: db.clone(),
                        client: client.clone(),
                        rules: Arc::clone(&rules),
                        address: Arc::clone(&address),
                        turns: Arc::clone(&turns),
                    };
                    tasks.spawn(worker.work());
                }
                while let Some(done) = tasks.join_next().await {
                    done?;
                }
                Ok(())
            })
        });
        if let Err(error) = done {
            shared.gives_up(error.to_string());
        }
    })
}

/// Makes an event loop that polls for I/O after every few pages: each keeps it busy for milliseconds, and by default it
/// polls after 61 tasks.
fn runtime(cores: usize) -> io::Result<Runtime> {
    let mut builder = if cores == 1 { Builder::new_current_thread() } else { Builder::new_multi_thread() };
    if cores > 1 {
        builder.worker_threads(cores);
    }
    builder.event_interval(4).enable_all().build()
}

/// Connects, and opens all connections of the pool before the clock starts.
async fn connect(url: &str, connections: u32) -> Result<Database> {
    let db = Database::builder().url(url).max_connections(connections).acquire_timeout(TIMEOUT).connect().await?;
    let mut all = Vec::new();
    for _ in 0..connections {
        all.push(db.connection().await?);
    }
    Ok(db)
}

/// Visits one page after another.
struct Worker {
    shared: Arc<Shared>,
    db: Database,
    client: Client,
    rules: Arc<Rules>,
    address: Arc<Url>,
    /// One permit for each of the host's cores. Pages that have arrived take turns, so that the loop can handle I/O in
    /// between: otherwise it would first parse all of them, while nothing is requested or stored.
    turns: Arc<Semaphore>,
}

impl Worker {
    async fn work(self) {
        let shared = &self.shared;
        let mut first = true;
        loop {
            let number = shared.asked.fetch_add(1, Ordering::Relaxed);
            let done = self.visit(number).await;
            if std::mem::take(&mut first) {
                shared.warm.fetch_add(1, Ordering::AcqRel);
            }
            match done {
                Ok(()) => drop(shared.stored.fetch_add(1, Ordering::Relaxed)),
                Err(error) => return shared.gives_up(error.to_string()),
            }
            if shared.spec.measured.is_none() || shared.stop.load(Ordering::Acquire) {
                return;
            }
        }
    }

    async fn visit(&self, number: u64) -> Result<(), Failed> {
        let url = self.address.join(&format!("{number}/{}", self.shared.spec.wait.as_micros()))?;
        let document = self.client.document(&url, &self.rules).await.map_err(|failure| format!("{url}: {failure}"))?;
        let turn = self.turns.acquire().await?;
        // I/O that is ready is handled before a page occupies the loop for milliseconds.
        tokio::task::yield_now().await;
        let page = self.shared.read(&document);
        drop(turn);
        let new = NewIndexed {
            run: self.shared.spec.number,
            page: i64::try_from(number)?,
            title: page.title,
            body: page.text,
        };
        Indexed::insert(new).execute(&self.db).await?;
        Ok(())
    }
}

impl Shared {
    /// Parses a page repeatedly until this thread has used the processor time of a page.
    fn read(&self, document: &Document) -> Page {
        let began = machine::thread_time();
        let mut counted = Duration::ZERO;
        loop {
            let page = black_box(Page::read(&document.body, document.kind, document.charset.as_deref(), &document.url));
            let used = machine::thread_time().saturating_sub(began);
            // In small steps: a page that is half done when the measurement starts or ends counts half.
            let nanos = u64::try_from((used - counted).as_nanos()).unwrap_or(u64::MAX);
            self.work.fetch_add(nanos, Ordering::Relaxed);
            counted = used;
            if used >= self.spec.cpu {
                return page;
            }
        }
    }

    fn gives_up(&self, mistake: String) {
        self.mistake.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(mistake);
        self.stop.store(true, Ordering::Release);
        self.go.store(true, Ordering::Release);
    }

    /// Waits until a condition holds, all workers have ended, or one has given up.
    fn wait_until(&self, hosts: &[JoinHandle<()>], mut holds: impl FnMut() -> bool) {
        while !holds() && !hosts.iter().all(JoinHandle::is_finished) {
            if self.spec.measured.is_some() && self.stop.load(Ordering::Acquire) {
                return;
            }
            sleep(Duration::from_millis(2));
        }
    }

    /// Asks the page server for the peak number of waiting requests since the last time.
    fn most_waiting(&self) -> u64 {
        let ask = || {
            let url = Url::parse(&self.spec.pages).ok()?;
            let address = url.socket_addrs(|| None).ok()?;
            let mut stream = std::net::TcpStream::connect(&*address).ok()?;
            stream.write_all(b"GET /most HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").ok()?;
            let mut text = String::new();
            stream.read_to_string(&mut text).ok()?;
            text.lines().last()?.trim().parse().ok()
        };
        ask().unwrap_or_default()
    }
}

/// The server processes of this run.
struct Servers {
    pages: Option<u32>,
    database: Vec<u32>,
}

impl Servers {
    /// Finds them, and pins those of the database to the servers' core; the page server pins itself.
    fn hold(spec: &Spec, loose: &mut Vec<String>) -> Self {
        // Those of an earlier run may be about to end.
        let earlier = machine::database_processes(&spec.database);
        sleep(Duration::from_millis(50));
        let mut database = machine::database_processes(&spec.database);
        database.retain(|process| earlier.contains(process));
        if database.is_empty() {
            loose.push("PostgreSQL: its processes are not to be seen on this machine".to_owned());
        }
        for process in &database {
            let held = spec.server_core.map(|core| machine::hold_other(*process, core));
            if let Some(Err(error)) = held {
                loose.push(format!("PostgreSQL: {error}"));
                break;
            }
        }
        Self { pages: spec.pages_process, database }
    }
}

/// The counters and times at one point in time.
struct Sample {
    at: Instant,
    stored: u64,
    cpu: Duration,
    work: Duration,
    pages_cpu: Option<Duration>,
    database_cpu: Option<Duration>,
    busy: Option<Duration>,
}

impl Sample {
    fn take(shared: &Shared, servers: &Servers) -> Self {
        let known = |times: &[u32]| times.iter().map(|process| machine::time_of(*process)).sum::<Option<Duration>>();
        Self {
            at: Instant::now(),
            stored: shared.stored.load(Ordering::Relaxed),
            cpu: machine::process_time(),
            work: Duration::from_nanos(shared.work.load(Ordering::Relaxed)),
            pages_cpu: servers.pages.and_then(machine::time_of),
            database_cpu: if servers.database.is_empty() { None } else { known(&servers.database) },
            busy: machine::busy(&shared.spec.cores),
        }
    }
}

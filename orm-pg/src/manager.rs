//! Opens connections for the pool: bounded in time at every stage, tried again while that makes sense.

use std::{
    borrow::Cow,
    hash::{BuildHasher, Hasher, RandomState},
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use orm_core::error::{Error, ErrorKind, Result, ServerError};
use tokio::{
    sync::{Notify, watch},
    time::{Instant, sleep, timeout},
};
use tokio_postgres::NoTls;

use crate::{
    cancel::Peer,
    config::{Address, Settings, Target},
    driver::{Fate, serve},
    error::{Shared, server_error},
    session::{Parts, Session},
};

/// The first pause between two attempts to connect; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What bb8 asks for connections.
pub(crate) struct Manager {
    settings: Arc<Settings>,
    targets: Vec<Target>,
    on_connect: Arc<[String]>,
    board: Arc<Board>,
}

/// What the manager, the waiters and the leases of one pool tell each other.
#[derive(Default)]
pub(crate) struct Board {
    last_failure: Mutex<Option<ConnectFailure>>,
    /// Counts the failures that no further attempt can mend.
    pub(crate) refusals: watch::Sender<u64>,
    /// No statement is to be started any more.
    pub(crate) closed: AtomicBool,
    /// A lease has come back.
    pub(crate) returned: Notify,
}

impl Board {
    /// Returns the error of the last attempt to connect, if it failed.
    pub(crate) fn last_failure(&self) -> Option<Error> {
        self.last_failure.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(ConnectFailure::to_error)
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    fn note(&self, failure: Option<ConnectFailure>) {
        *self.last_failure.lock().unwrap_or_else(PoisonError::into_inner) = failure;
    }
}

/// The error for a handle that was closed.
pub(crate) fn closed() -> Error {
    Error::new(ErrorKind::Closed, "the database handle was closed")
}

/// Why a connection could not be opened; kept, so that everyone who waits can be told.
#[derive(Clone)]
pub(crate) struct ConnectFailure {
    text: Cow<'static, str>,
    server: Option<ServerError>,
    cause: Option<Shared<dyn std::error::Error + Send + Sync>>,
}

impl ConnectFailure {
    fn new(target: &Target, error: tokio_postgres::Error) -> Self {
        let text = format!("cannot connect to {}", target.shown).into();
        match error.as_db_error() {
            Some(server) => Self { text, server: Some(server_error(server)), cause: None },
            None => Self { text, server: None, cause: Some(Shared(Arc::new(error))) },
        }
    }

    fn io(target: &Target, error: io::Error) -> Self {
        let text = format!("cannot connect to {}", target.shown).into();
        Self { text, server: None, cause: Some(Shared(Arc::new(error))) }
    }

    fn late(target: &Target, limit: Duration) -> Self {
        let text = format!("cannot connect to {}: no answer within {limit:?}", target.shown).into();
        Self { text, server: None, cause: None }
    }

    pub(crate) fn to_error(&self) -> Error {
        let mut error = Error::new(ErrorKind::Connect, self.text.clone());
        if let Some(server) = &self.server {
            error = error.with_server(server.clone());
        }
        match &self.cause {
            Some(cause) => error.with_source(cause.clone()),
            None => error,
        }
    }

    fn is_for_good(&self) -> bool {
        self.to_error().is_refused_for_good()
    }
}

impl Manager {
    pub(crate) fn new(settings: Arc<Settings>, targets: Vec<Target>, board: Arc<Board>) -> Self {
        Self { on_connect: settings.on_connect.as_slice().into(), settings, targets, board }
    }

    /// Tries each server once.
    ///
    /// # Errors
    /// [`ErrorKind::Connect`] with the cause of the last one, or of the one that refused the credentials.
    pub(crate) async fn connect_once(&self) -> Result<Arc<Session>> {
        let mut last = None;
        let count = self.targets.len();
        let first = if self.settings.shuffles() { random(count) } else { 0 };
        for target in self.targets.iter().cycle().skip(first).take(count) {
            let limit = self.settings.connect_timeout;
            let failure = match timeout(limit, self.connect_to(target)).await {
                Ok(Ok(session)) => {
                    self.board.note(None);
                    return Ok(session);
                }
                Ok(Err(failure)) => failure,
                Err(_) => ConnectFailure::late(target, limit),
            };
            tracing::debug!(target: "orm_pg::connection", "{}", failure.to_error());
            let stop = failure.is_for_good();
            last = Some(failure);
            if stop {
                break;
            }
        }
        let error = last.as_ref().map(ConnectFailure::to_error);
        self.board.note(last);
        Err(error.unwrap_or_else(|| Error::new(ErrorKind::Config, "no host is given")))
    }

    async fn connect_to(&self, target: &Target) -> Result<Arc<Session>, ConnectFailure> {
        let peers = match &target.address {
            Address::Ip(ip) => vec![Peer::Tcp(SocketAddr::new(*ip, target.port))],
            Address::Socket(path) => vec![Peer::Unix(path.join(format!(".s.PGSQL.{}", target.port)))],
            Address::Name(name) => {
                let found = tokio::net::lookup_host((name.as_str(), target.port)).await;
                found.map_err(|error| ConnectFailure::io(target, error))?.map(Peer::Tcp).collect()
            }
        };
        let mut last = None;
        for peer in peers {
            let mut config = target.driver.clone();
            match (&peer, &target.address) {
                (Peer::Unix(_), Address::Socket(directory)) => config.host_path(directory).port(target.port),
                (Peer::Tcp(address), _) => config.hostaddr(address.ip()).port(target.port),
                (Peer::Unix(path), _) => config.host_path(path),
            };
            match config.connect(NoTls).await {
                Ok((client, connection)) => {
                    let fate = Fate::new();
                    let serving = serve(connection, Arc::clone(&fate), self.settings.on_notice.clone());
                    let driver = tokio::spawn(serving).abort_handle();
                    let session = Session::new(Parts {
                        client,
                        fate,
                        peer,
                        driver,
                        on_connect: Arc::clone(&self.on_connect),
                        statements: self.settings.statement_cache,
                        slow: self.settings.slow_statement,
                    });
                    return self.greet(target, session).await;
                }
                Err(error) => last = Some(ConnectFailure::new(target, error)),
            }
            if last.as_ref().is_some_and(ConnectFailure::is_for_good) {
                break;
            }
        }
        let nothing = || ConnectFailure::io(target, io::Error::new(io::ErrorKind::NotFound, "the name has no address"));
        Err(last.unwrap_or_else(nothing))
    }

    /// Runs what the user wants to run on each new connection.
    async fn greet(&self, target: &Target, session: Arc<Session>) -> Result<Arc<Session>, ConnectFailure> {
        // Were this future dropped, the driver would wait for an answer for ever.
        session.set_broken(true);
        for sql in &*self.on_connect {
            let greeted = session.client().batch_execute(sql).await;
            greeted.map_err(|error| ConnectFailure::new(target, error))?;
        }
        session.set_broken(false);
        Ok(session)
    }
}

impl bb8::ManageConnection for Manager {
    type Connection = Arc<Session>;
    type Error = Error;

    /// Tries until it succeeds, the servers refuse for good, or a waiter would have given up.
    async fn connect(&self) -> Result<Arc<Session>> {
        let end = Instant::now() + self.settings.acquire_timeout;
        let mut pause = FIRST_PAUSE;
        loop {
            if self.board.is_closed() {
                return Err(closed());
            }
            let error = match self.connect_once().await {
                Ok(session) => return Ok(session),
                Err(error) => error,
            };
            if error.is_refused_for_good() {
                self.board.refusals.send_modify(|count| *count += 1);
                return Err(error);
            }
            if Instant::now() + pause >= end {
                return Err(error);
            }
            sleep(jitter(pause)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn is_valid(&self, session: &mut Arc<Session>) -> Result<()> {
        let limit = self.settings.connect_timeout;
        match timeout(limit, session.client().check_connection()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(session.failed(error).await.error),
            Err(_) => {
                session.set_broken(true);
                Err(crate::error::lost())
            }
        }
    }

    fn has_broken(&self, session: &mut Arc<Session>) -> bool {
        session.is_broken()
    }
}

/// Between half of `pause` and all of it, so that those who failed together do not come back together.
pub(crate) fn jitter(pause: Duration) -> Duration {
    let parts = u32::try_from(random(1024)).unwrap_or(0);
    pause / 2 + pause * parts / 2048
}

/// A number below `end`, good enough to spread load.
fn random(end: usize) -> usize {
    // The standard library seeds its hash maps at random.
    let bits = RandomState::new().build_hasher().finish();
    usize::try_from(bits >> 33).unwrap_or(0).checked_rem(end).unwrap_or(0)
}

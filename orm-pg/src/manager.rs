//! Opens connections for the pool: bounded in time at every stage, tried again while that makes sense.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::FutureExt;
use orm_core::error::{Error, ErrorKind, Result};
use tokio::{
    sync::{Notify, watch},
    time::{Instant, sleep, timeout},
};
use tokio_postgres::{
    SimpleQueryMessage,
    config::{SslMode, SslNegotiation, TargetSessionAttrs},
};

use crate::{
    auth::Watched,
    config::{Address, Settings, Target},
    driver::{Fate, serve},
    failure::ConnectFailure,
    lease,
    peer::{Peer, Unreached},
    pool::Opening,
    session::{Parts, Session},
    tls::Link,
    wire::{Established, Place},
};

/// The first pause between two attempts to connect; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What bb8 asks for connections.
#[derive(Clone)]
pub(crate) struct Manager {
    settings: Arc<Settings>,
    targets: Arc<[Target]>,
    on_connect: Arc<[String]>,
    reset: Arc<str>,
    board: Arc<Board>,
}

/// What the manager, the waiters and the leases of one pool tell each other.
#[derive(Default)]
pub(crate) struct Board {
    last_failure: Mutex<Option<ConnectFailure>>,
    /// Counts the failures that no further attempt can mend, and wakes those who wait for a connection.
    pub(crate) refusals: watch::Sender<u64>,
    /// Counts the connections whose opening was given up, whose places bb8 keeps.
    lost_places: AtomicU64,
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

    pub(crate) fn lost_places(&self) -> u64 {
        self.lost_places.load(Ordering::Acquire)
    }

    /// Says that a connection was being opened and never will be, and tells those who wait for it.
    pub(crate) fn lose_place(&self) {
        self.lost_places.fetch_add(1, Ordering::AcqRel);
        self.refusals.send_modify(|count| *count += 1);
    }

    fn note(&self, failure: Option<ConnectFailure>) {
        *self.last_failure.lock().unwrap_or_else(PoisonError::into_inner) = failure;
    }
}

/// The error for a handle that was closed.
pub(crate) fn closed() -> Error {
    Error::new(ErrorKind::Closed, "the database handle was closed")
}

impl Manager {
    pub(crate) fn new(settings: Arc<Settings>, targets: Vec<Target>, board: Arc<Board>) -> Self {
        let reset = lease::reset(settings.application_name.as_deref()).into();
        Self { on_connect: settings.on_connect.as_slice().into(), reset, settings, targets: targets.into(), board }
    }

    pub(crate) fn board(&self) -> &Board {
        &self.board
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Tries each server once.
    ///
    /// # Errors
    /// [`ErrorKind::Connect`] with what each of them said, up to the one that refused the credentials.
    pub(crate) async fn connect_once(&self) -> Result<Arc<Session>> {
        let mut last: Option<ConnectFailure> = None;
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
            last = Some(match &last {
                Some(before) => failure.after(before),
                None => failure,
            });
            if stop {
                break;
            }
        }
        let error = last.as_ref().map(ConnectFailure::to_error);
        self.board.note(last);
        Err(error.unwrap_or_else(|| Error::new(ErrorKind::Config, "no host is given")))
    }

    /// Tries until it succeeds, the servers refuse for good, or a waiter would have given up.
    async fn connect_in_time(&self) -> Result<Arc<Session>> {
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

    async fn connect_to(&self, target: &Target) -> Result<Arc<Session>, ConnectFailure> {
        let places = match &target.address {
            Address::Ip(ip) => vec![Place::Tcp(SocketAddr::new(*ip, target.port))],
            Address::Socket(path) => vec![Place::Unix(path.join(format!(".s.PGSQL.{}", target.port)))],
            Address::Name(name) => {
                let found = tokio::net::lookup_host((name.as_str(), target.port)).await;
                found.map_err(|error| ConnectFailure::io(target, error))?.map(Place::Tcp).collect()
            }
        };
        let mut last = None;
        for place in places {
            match self.connect_by(target, &place).await {
                Ok(session) => return Ok(session),
                Err(failure) if failure.is_for_good() => return Err(failure),
                Err(failure) => last = Some(failure),
            }
        }
        let nothing = || ConnectFailure::io(target, io::Error::new(io::ErrorKind::NotFound, "the name has no address"));
        Err(last.unwrap_or_else(nothing))
    }

    /// Tries the links of the target one after the other, as long as another one can make a difference.
    async fn connect_by(&self, target: &Target, place: &Place) -> Result<Arc<Session>, ConnectFailure> {
        let mut over_tls = None;
        for (index, link) in target.links.iter().enumerate() {
            let failure = match self.greet(target, Peer::new(target, place.clone(), *link)).await {
                Ok(session) => return Ok(session),
                Err(failure) => failure,
            };
            let last = index + 1 == target.links.len();
            if last || !failure.allows_another_link() {
                // What went wrong with TLS says more than that the server takes nothing else.
                return Err(over_tls.unwrap_or(failure));
            }
            over_tls = Some(failure).filter(|it| *link == Link::Tls && !it.tls_not_offered());
        }
        Err(ConnectFailure::io(target, io::Error::other("there is no way to talk to the server")))
    }

    /// Opens a session, and runs what the user wants to run on each new connection.
    async fn greet(&self, target: &Target, peer: Peer) -> Result<Arc<Session>, ConnectFailure> {
        let session = self.open(target, peer).await?;
        // Were this future dropped, the driver would wait for an answer for ever.
        session.set_broken(true);
        check_attributes(target, &session).await?;
        for sql in &*self.on_connect {
            let greeted = session.client().batch_execute(sql).await;
            greeted.map_err(|error| ConnectFailure::driver(target, error))?;
        }
        session.set_broken(false);
        Ok(session)
    }

    async fn open(&self, target: &Target, peer: Peer) -> Result<Arc<Session>, ConnectFailure> {
        let wire = peer.dial().await.map_err(|error| match error {
            Unreached::Socket(error) => ConnectFailure::io(target, error),
            Unreached::Tls(failure) => ConnectFailure::tls(target, failure),
        })?;
        let mut config = target.driver.clone();
        // The driver is not to speak TLS itself; what it is told decides where it looks for the channel binding.
        let mode = if peer.is_encrypted() { SslMode::Require } else { SslMode::Disable };
        config.ssl_mode(mode).ssl_negotiation(SslNegotiation::Direct);
        let connecting = config.connect_raw(Watched::new(wire, target.require_auth), Established);
        let (client, connection) = Box::pin(connecting).await.map_err(|error| ConnectFailure::driver(target, error))?;
        let fate = Fate::new();
        let serving = serve(connection, Arc::clone(&fate), self.settings.on_notice.clone());
        // Boxed, so that all tasks have one type: the runtime's code for a task is compiled once for each.
        let driver = tokio::spawn(serving.boxed()).abort_handle();
        Ok(Session::new(Parts {
            client,
            fate,
            peer,
            driver,
            on_connect: Arc::clone(&self.on_connect),
            reset: Arc::clone(&self.reset),
            statements: self.settings.statement_cache,
            slow: self.settings.slow_statement,
        }))
    }
}

/// Asks whether the server takes writes, where that matters. One round trip.
async fn check_attributes(target: &Target, session: &Session) -> Result<(), ConnectFailure> {
    let wanted = target.driver.get_target_session_attrs();
    if wanted == TargetSessionAttrs::Any {
        return Ok(());
    }
    let answer = session.client().simple_query("SHOW transaction_read_only").await;
    let answer = answer.map_err(|error| ConnectFailure::driver(target, error))?;
    let read_only = answer.iter().any(|it| matches!(it, SimpleQueryMessage::Row(row) if row.get(0) == Some("on")));
    match wanted {
        TargetSessionAttrs::ReadWrite if read_only => Err(ConnectFailure::unfit(target, "the server takes no writes")),
        TargetSessionAttrs::ReadOnly if !read_only => Err(ConnectFailure::unfit(target, "the server takes writes")),
        _ => Ok(()),
    }
}

impl bb8::ManageConnection for Manager {
    type Connection = Arc<Session>;
    type Error = Error;

    async fn connect(&self) -> Result<Arc<Session>> {
        let opening = Opening::new(&self.board);
        let result = self.connect_in_time().await;
        opening.done();
        result
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

//! [`Manager`]: opens connections for the pool. Each step has a limit of time, and failed attempts are repeated if that
//! makes sense.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use futures_util::FutureExt;
use orm_core::{
    error::{Error, ErrorKind, Result},
    ident::push_literal,
};
use tokio::{
    runtime::{Handle, Id},
    time::{Instant, sleep, timeout},
};
use tokio_postgres::{
    SimpleQueryMessage,
    config::{SslMode, SslNegotiation, TargetSessionAttrs},
};

use super::{
    backoff::{jitter, random},
    capacity::Capacity,
    state::{PoolState, closed},
};
use crate::{
    connect::{
        auth::Watched,
        config::{Address, Settings, Target},
        connect_failure::ConnectFailure,
        driver::{DriverState, serve},
        endpoint::{DialError, Endpoint},
        runtime::{self, no_runtime},
        tls::Link,
        wire::{Established, ResolvedAddress, SocketCloser},
    },
    lock::lock,
    session::{Session, SessionParts, deadline::end_of, write_access::WriteAccess},
};

/// The first pause between two attempts to connect; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Undoes everything that raw SQL can leave behind (PostgreSQL 12 and later). `RESET ALL` alone would keep the role,
/// and `DISCARD ALL` would close the prepared statements.
///
/// A pooler applies start-up parameters with `SET`, so `RESET ALL` undoes those too. Values in an encoding other than
/// UTF-8 would be misread.
const RESET: &str = "ROLLBACK; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; SET client_encoding = 'UTF8'; UNLISTEN *; \
                     CLOSE ALL; SELECT pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES";

/// Returns the SQL that resets a connection which was opened with this `application_name`.
fn reset(application_name: Option<&str>) -> String {
    let mut sql = RESET.to_owned();
    if let Some(name) = application_name {
        sql.push_str("; SET application_name = ");
        push_literal(&mut sql, name);
    }
    sql
}

/// Opens and checks connections for bb8.
#[derive(Clone)]
pub(crate) struct Manager {
    settings: Arc<Settings>,
    targets: Arc<[Target]>,
    on_connect: Arc<[String]>,
    reset: Arc<str>,
    state: Arc<PoolState>,
    capacity: Arc<Capacity>,
    /// The runtime that it opens connections in.
    runtime: Option<Id>,
}

impl Manager {
    pub(crate) fn new(settings: Arc<Settings>, targets: Vec<Target>, state: Arc<PoolState>) -> Self {
        let reset = reset(settings.application_name.as_deref()).into();
        let capacity = Capacity::new(settings.max_connections);
        let on_connect = settings.on_connect.as_slice().into();
        Self { on_connect, reset, settings, targets: targets.into(), state, capacity, runtime: None }
    }

    /// Returns the manager of the connections of one runtime.
    pub(crate) fn at(&self, runtime: Id) -> Self {
        Self { runtime: Some(runtime), ..self.clone() }
    }

    pub(crate) fn capacity(&self) -> &Capacity {
        &self.capacity
    }

    pub(crate) fn state(&self) -> &PoolState {
        &self.state
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Opens the first connection. Each server is tried once, and again until `connect_retry` is over.
    ///
    /// # Errors
    /// [`ErrorKind::Connect`] with the failure of each server, up to the one that refused permanently.
    pub(crate) async fn connect_first(&self) -> Result<Arc<Session>> {
        let end = end_of(self.settings.connect_retry);
        self.with_permit(self.connect_until(end)).await
    }

    /// Tries each server once, starting with that of the last success.
    async fn connect_once(&self) -> Result<Arc<Session>> {
        runtime::check().inspect_err(|error| self.state.set_last_failure(Some(ConnectFailure::runtime(error))))?;
        let mut last: Option<ConnectFailure> = None;
        let count = self.targets.len();
        let good = self.state.last_good();
        let first = match &good {
            _ if self.settings.shuffles() => random(count),
            Some((index, _)) => *index,
            None => 0,
        };
        for (index, target) in self.targets.iter().enumerate().cycle().skip(first).take(count) {
            let address = good.as_ref().filter(|it| it.0 == index).map(|it| &it.1);
            let failure = match self.connect_to(target, address).await {
                Ok((session, address)) => {
                    self.state.set_last_failure(None);
                    *lock(&self.state.last_good) = Some((index, address));
                    return Ok(session);
                }
                Err(failure) => failure,
            };
            let stop = failure.is_for_good();
            last = Some(failure.after(last.as_ref()));
            if stop {
                break;
            }
        }
        let error = last.as_ref().map(ConnectFailure::to_error);
        self.state.set_last_failure(last);
        Err(error.unwrap_or_else(|| Error::new(ErrorKind::Config, "no host is set")))
    }

    /// Repeats attempts until one succeeds, a server refuses permanently, or the time is over.
    async fn connect_until(&self, end: Instant) -> Result<Arc<Session>> {
        let mut pause = FIRST_PAUSE;
        loop {
            if self.state.is_closed() {
                return Err(closed());
            }
            let error = match self.connect_once().await {
                Ok(session) => return Ok(session),
                Err(error) => error,
            };
            if error.is_refused_for_good() || Instant::now() + pause >= end {
                return Err(error);
            }
            sleep(jitter(pause)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Waits for a permit, and then opens a connection.
    async fn with_permit(&self, opening: impl Future<Output = Result<Arc<Session>>>) -> Result<Arc<Session>> {
        let runtime = self.runtime.ok_or_else(no_runtime)?;
        let permit = timeout(self.settings.acquire_timeout, self.capacity.acquire(runtime)).await;
        let permit = permit.map_err(|_| Error::new(ErrorKind::PoolTimeout, "all connections are in use"))?;
        let session = opening.await?;
        if !self.capacity.opened(&permit) {
            session.end();
            return Err(Error::new(
                ErrorKind::Connect,
                "the tokio runtime did not run while the connection was opened",
            ));
        }
        session.keep_permit(permit);
        Ok(session)
    }

    /// Tries each address of the server, starting with that of the last success. Each has the full limit of time.
    async fn connect_to(
        &self,
        target: &Target,
        good: Option<&ResolvedAddress>,
    ) -> Result<(Arc<Session>, ResolvedAddress), ConnectFailure> {
        let limit = self.settings.connect_timeout;
        let mut addresses = match &target.address {
            Address::Ip(ip) => vec![ResolvedAddress::Tcp(SocketAddr::new(*ip, target.port))],
            Address::Socket(path) => vec![ResolvedAddress::Unix(path.join(format!(".s.PGSQL.{}", target.port)))],
            Address::Name(name) => {
                let found = timeout(limit, tokio::net::lookup_host((name.as_str(), target.port))).await;
                let found = found.map_err(|_| ConnectFailure::late(target, limit))?;
                found.map_err(|error| ConnectFailure::io(target, error))?.map(ResolvedAddress::Tcp).collect()
            }
        };
        if let Some(index) = addresses.iter().position(|it| Some(it) == good) {
            addresses.swap(0, index);
        }
        let several = addresses.len() > 1;
        let mut last: Option<ConnectFailure> = None;
        for address in addresses {
            let named = several.then(|| target.at(&address));
            let target = named.as_ref().unwrap_or(target);
            let failure = match timeout(limit, self.connect_by(target, &address)).await {
                Ok(Ok(session)) => return Ok((session, address)),
                Ok(Err(failure)) => failure,
                Err(_) => ConnectFailure::late(target, limit),
            };
            tracing::debug!(target: "orm_pg::connection", "{}", failure.to_error());
            let stop = failure.is_for_good();
            last = Some(failure.after(last.as_ref()));
            if stop {
                break;
            }
        }
        let nothing = || {
            ConnectFailure::io(
                target,
                io::Error::new(
                    io::ErrorKind::NotFound,
                    "the host name has no \
                                                                                             address",
                ),
            )
        };
        Err(last.unwrap_or_else(nothing))
    }

    /// Tries the target with and without TLS, in its order, as long as the other may succeed.
    async fn connect_by(&self, target: &Target, address: &ResolvedAddress) -> Result<Arc<Session>, ConnectFailure> {
        let mut over_tls = None;
        for (index, link) in target.links.iter().enumerate() {
            let failure = match self.set_up(target, Endpoint::new(target, address.clone(), *link)).await {
                Ok(session) => return Ok(session),
                Err(failure) => failure,
            };
            let last = index + 1 == target.links.len();
            if last || !failure.allows_another_link() {
                // The failure of TLS says more than that the server refuses plain text.
                return Err(over_tls.unwrap_or(failure));
            }
            over_tls = Some(failure).filter(|it| *link == Link::Tls && !it.tls_not_offered());
        }
        Err(ConnectFailure::io(target, io::Error::other("no kind of connection is left to try")))
    }

    /// Opens a session, checks `target_session_attrs`, and runs the SQL of `on_connect`.
    async fn set_up(&self, target: &Target, endpoint: Endpoint) -> Result<Arc<Session>, ConnectFailure> {
        let session = self.open(target, endpoint).await?;
        // If this future is dropped, the driver would wait for an answer forever.
        session.set_broken(true);
        check_attributes(target, &session).await?;
        for sql in &*self.on_connect {
            session.run_unlogged(sql).await.map_err(|error| ConnectFailure::on_connect(target, error))?;
        }
        session.set_broken(false);
        Ok(session)
    }

    async fn open(&self, target: &Target, endpoint: Endpoint) -> Result<Arc<Session>, ConnectFailure> {
        let (wire, closer) = endpoint.open().await.map_err(|error| match error {
            DialError::Socket(error) => ConnectFailure::io(target, error),
            DialError::Tls(failure) => ConnectFailure::tls(target, failure),
        })?;
        // Read before the server reports whether it accepts writes, so that no later change is missed.
        let demotions = self.state.demotions.now();
        let mut config = target.driver.clone();
        // The driver must not start TLS itself. The mode only decides whether it asks the stream for a channel binding.
        let mode = if endpoint.is_encrypted() { SslMode::Require } else { SslMode::Disable };
        config.ssl_mode(mode).ssl_negotiation(SslNegotiation::Direct);
        let connecting = config.connect_raw(Watched::new(wire, target.require_auth), Established);
        let (client, connection) = Box::pin(connecting).await.map_err(|error| ConnectFailure::driver(target, error))?;
        let wanted = target.driver.get_target_session_attrs();
        let writes =
            WriteAccess::of(&self.settings, wanted, &connection, (Arc::clone(&self.state.demotions), demotions));
        let driver_state = DriverState::new();
        let closer = Arc::new(closer);
        let serving = serve(connection, Arc::clone(&driver_state), self.settings.on_notice.clone());
        let serving = close_after(serving, Arc::clone(&closer));
        // Boxed, so that all tasks have one type: the runtime's code for tasks is compiled once for each type.
        let driver = tokio::spawn(serving.boxed()).abort_handle();
        Ok(Session::new(SessionParts {
            client,
            driver_state,
            endpoint,
            driver,
            closer,
            on_connect: Arc::clone(&self.on_connect),
            reset_always: self.settings.reset_on_return,
            reset: Arc::clone(&self.reset),
            statements: self.settings.statements,
            generation: Arc::clone(&self.state.generation),
            writes,
            slow: self.settings.slow_statement,
        }))
    }
}

/// Closes the socket when its task ends, since another handle of it is kept.
async fn close_after(serving: impl Future<Output = ()>, closer: Arc<SocketCloser>) {
    serving.await;
    closer.close();
}

/// Asks whether the server accepts writes, if `target_session_attrs` demands it. One round trip.
async fn check_attributes(target: &Target, session: &Session) -> Result<(), ConnectFailure> {
    let wanted = target.driver.get_target_session_attrs();
    if wanted == TargetSessionAttrs::Any {
        return Ok(());
    }
    let answer = session.client().simple_query("SHOW transaction_read_only").await;
    let answer = answer.map_err(|error| ConnectFailure::driver(target, error))?;
    let read_only = answer.iter().any(|it| matches!(it, SimpleQueryMessage::Row(row) if row.get(0) == Some("on")));
    match wanted {
        TargetSessionAttrs::ReadWrite if read_only => Err(ConnectFailure::unfit(
            target,
            "the server does not accept \
                                                                                         writes",
        )),
        TargetSessionAttrs::ReadOnly if !read_only => Err(ConnectFailure::unfit(target, "the server accepts writes")),
        _ => Ok(()),
    }
}

impl bb8::ManageConnection for Manager {
    type Connection = Arc<Session>;
    type Error = Error;

    async fn connect(&self) -> Result<Arc<Session>> {
        // The connection would be driven by the wrong runtime.
        if Handle::current().id() != self.runtime.ok_or_else(no_runtime)? {
            return Err(Error::new(ErrorKind::Connect, "a connection must be opened in the runtime that uses it"));
        }
        let end = end_of(self.settings.acquire_timeout);
        let opened = self.with_permit(self.connect_until(end)).await;
        if opened.is_err() {
            self.state.wake_waiters();
        }
        opened
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

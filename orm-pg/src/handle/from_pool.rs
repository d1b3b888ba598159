//! [`Database::from_pool`]: a database over a pool of the application, `bb8` with the manager of `bb8-postgres`.
//!
//! The application also uses the connections directly, so two things differ from a pool of this crate: a connection
//! whose settings may have changed is closed and not reset, and statements that were prepared on a connection are found
//! again by the identity of its server process.

mod identity;

use std::{
    any::TypeId,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use bb8::{PooledConnection, RunError};
use bb8_postgres::PostgresConnectionManager;
use futures_util::future::BoxFuture;
use hashlink::LruCache;
use tokio_postgres::{
    CancelToken, Client, NoTls, Socket,
    tls::{MakeTlsConnect, TlsConnect},
};

use self::identity::Identity;
use super::database::Database;
use crate::{
    connect::config::CacheLimits,
    lock::lock,
    pool::{Pool, Source},
    session::{
        ForeignConnection, Session,
        cache::{Cache, Generation},
    },
};

impl Database {
    /// Returns a handle that uses the connections of a pool of the application. No round trip.
    ///
    /// Everything works as with [`connect`](Self::connect), and a dropped future leaves as little behind. The
    /// differences:
    ///
    /// - The pool decides how connections are opened and checked, and how long callers wait. By default `bb8` checks
    ///   the connection at each check-out, which takes one round trip; `test_on_check_out(false)` saves it. A statement
    ///   that finds its connection closed before it was sent is run on another one anyway.
    /// - Callers that wait through this handle are served in order, but `bb8` gives a returned connection to whichever
    ///   caller asks next: an application that asks the pool directly in a loop can keep this handle waiting.
    /// - A connection is driven by the runtime that opened it, which `bb8` does not take into account. So use the pool
    ///   in one runtime only.
    /// - Notices are dropped, and the error of a lost connection does not say why it was lost.
    /// - Statements stay prepared on their connection, as usual: one round trip when warm, two when cold. If the
    ///   application deallocates them (`DEALLOCATE ALL`, `DISCARD ALL`), they are prepared again; in a transaction, the
    ///   first use is a retryable error.
    /// - State that raw SQL may have left behind (settings, temporary tables, session locks) is not reset, since that
    ///   would undo the application's set-up. Such a connection is closed, and the pool opens another one. Changes made
    ///   with [`Connection::client`](crate::Connection::client) stay, as with the pool's own `get`.
    /// - A statement that nobody waits for any more is cancelled, and its connection is closed. Over TLS this needs the
    ///   connector: see [`from_pool_with_tls`](Self::from_pool_with_tls).
    /// - [`close`](Self::close) refuses new statements of this handle. The pool stays open.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// use bb8_postgres::{PostgresConnectionManager, bb8, tokio_postgres::NoTls};
    ///
    /// let manager = PostgresConnectionManager::new_from_stringlike("host=localhost user=app", NoTls)?;
    /// let pool = bb8::Pool::builder().test_on_check_out(false).build(manager).await?;
    /// let db = orm_pg::Database::from_pool(pool.clone());
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn from_pool<Tls>(pool: bb8::Pool<PostgresConnectionManager<Tls>>) -> Self
    where
        Tls: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
        Tls::Stream: Send + Sync,
        Tls::TlsConnect: Send,
        <Tls::TlsConnect as TlsConnect<Socket>>::Future: Send,
    {
        // The pool does not expose its connector.
        let cancel = (TypeId::of::<Tls>() == TypeId::of::<NoTls>()).then(|| cancel_with(NoTls));
        adopt(pool, cancel)
    }

    /// As [`from_pool`](Self::from_pool), with the connector that the pool was made with, over which statements that
    /// nobody waits for any more are cancelled. Without it they run to their end on a connection that is then closed.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// use bb8_postgres::{PostgresConnectionManager, bb8, tokio_postgres::NoTls};
    ///
    /// let tls = NoTls; // or the connector of a TLS library
    /// let manager = PostgresConnectionManager::new_from_stringlike("host=localhost user=app", tls)?;
    /// let pool = bb8::Pool::builder().test_on_check_out(false).build(manager).await?;
    /// let db = orm_pg::Database::from_pool_with_tls(pool.clone(), tls);
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn from_pool_with_tls<Tls>(pool: bb8::Pool<PostgresConnectionManager<Tls>>, tls: Tls) -> Self
    where
        Tls: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
        Tls::Stream: Send + Sync,
        Tls::TlsConnect: Send,
        <Tls::TlsConnect as TlsConnect<Socket>>::Future: Send,
    {
        adopt(pool, Some(cancel_with(tls)))
    }
}

type Cancel = Arc<dyn Fn(CancelToken) -> BoxFuture<'static, ()> + Send + Sync>;

fn cancel_with<Tls>(tls: Tls) -> Cancel
where
    Tls: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
    Tls::Stream: Send + Sync,
    Tls::TlsConnect: Send,
    <Tls::TlsConnect as TlsConnect<Socket>>::Future: Send,
{
    Arc::new(move |token| {
        let tls = tls.clone();
        Box::pin(async move {
            if let Err(error) = token.cancel_query(tls).await {
                tracing::debug!(target: "orm_pg::connection", "a statement could not be cancelled: {error}");
            }
        })
    })
}

fn adopt<Tls>(pool: bb8::Pool<PostgresConnectionManager<Tls>>, cancel: Option<Cancel>) -> Database
where
    Tls: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
    Tls::Stream: Send + Sync,
    Tls::TlsConnect: Send,
    <Tls::TlsConnect as TlsConnect<Socket>>::Future: Send,
{
    let places = usize::try_from(pool.config().max_size).unwrap_or(usize::MAX);
    let known = Arc::new(Known { caches: Mutex::new(LruCache::new(places)), generation: Arc::default() });
    Database::on(Pool::foreign(Box::new(Adopted { pool, known, cancel })))
}

struct Adopted<M: bb8::ManageConnection> {
    pool: bb8::Pool<M>,
    known: Arc<Known>,
    cancel: Option<Cancel>,
}

/// The prepared statements of the connections of a pool, for as many connections as it may have.
struct Known {
    caches: Mutex<LruCache<Identity, Arc<Cache>>>,
    generation: Arc<Generation>,
}

impl Known {
    fn lock(&self) -> MutexGuard<'_, LruCache<Identity, Arc<Cache>>> {
        lock(&self.caches)
    }

    fn cache_of(&self, identity: Option<Identity>) -> Arc<Cache> {
        let fresh = || Arc::new(Cache::new(CacheLimits::default(), Arc::clone(&self.generation)));
        match identity {
            Some(identity) => Arc::clone(self.lock().entry(identity).or_insert_with(fresh)),
            None => fresh(),
        }
    }
}

impl<M: bb8::ManageConnection<Connection = Client, Error = tokio_postgres::Error>> Source for Adopted<M> {
    fn check_out(&self) -> BoxFuture<'_, Result<Arc<Session>, RunError<tokio_postgres::Error>>> {
        Box::pin(async {
            let pooled = self.pool.get_owned().await?;
            let identity = identity::of(&pooled.cancel_token());
            let (known, cancel) = (Arc::clone(&self.known), self.cancel.clone());
            let cache = known.cache_of(identity);
            Ok(Session::foreign(Box::new(BorrowedConnection { pooled: Some(pooled), identity, known, cancel }), cache))
        })
    }

    fn state(&self) -> bb8::State {
        self.pool.state()
    }

    fn lent(&self) -> u32 {
        // Each borrowed connection has a reference, and `self` has one.
        u32::try_from(Arc::strong_count(&self.known).saturating_sub(1)).unwrap_or(u32::MAX)
    }

    fn limits(&self) -> (u32, Duration) {
        let config = self.pool.config();
        (config.max_size, config.connection_timeout)
    }
}

/// One connection of the pool.
struct BorrowedConnection<M: bb8::ManageConnection> {
    /// `None` once it was given back.
    pooled: Option<PooledConnection<'static, M>>,
    identity: Option<Identity>,
    known: Arc<Known>,
    cancel: Option<Cancel>,
}

impl<M: bb8::ManageConnection<Connection = Client>> ForeignConnection for BorrowedConnection<M> {
    #[expect(clippy::expect_used, reason = "the session gives it back when it is dropped itself")]
    fn client(&self) -> &Client {
        self.pooled.as_ref().expect("a connection is not used after it was given back")
    }

    fn cancel(&self) -> BoxFuture<'_, ()> {
        match &self.cancel {
            Some(cancel) => cancel(self.client().cancel_token()),
            None => Box::pin(async {}),
        }
    }

    fn give_back(&mut self, clean: bool) {
        let Some(mut pooled) = self.pooled.take() else { return };
        if !clean {
            if let Some(identity) = &self.identity {
                self.known.lock().remove(identity);
            }
            // The pool discards closed connections only. The crate `postgres` closes its clients in the same way.
            pooled.__private_api_close();
        }
    }
}

//! The prepared statements of one connection.
//!
//! Each is prepared once, even when many tasks want it at the same moment, and in a task of its own: a caller that is
//! dropped meanwhile leaves nothing behind on the server. The least recently used one makes room and is closed. One
//! that is too large to be kept is closed when its last user is done.
//!
//! All are dropped, before the next is used, when another connection of the pool has met a change of the schema.

mod store;
mod weight;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures_util::FutureExt;
use orm_core::statement::Sql;
use tokio::sync::watch;

pub(crate) use self::store::{Key, Limits, Store, Wanted};
use crate::{
    error::{Shared, lost},
    session::{Session, bind::declared, invalidation::Generation},
};

type Prepared = Result<tokio_postgres::Statement, Shared<tokio_postgres::Error>>;

/// A place that is filled when the statement is prepared.
type Slot = watch::Receiver<Option<Prepared>>;

/// A prepared statement, and what is known of its age.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) statement: tokio_postgres::Statement,
    /// Whether it was prepared before somebody asked for it: the schema may have changed since.
    pub(crate) known: bool,
    /// The generation in which it was prepared, or an earlier one.
    pub(crate) generation: u64,
}

/// Why a statement could not be prepared.
pub(crate) enum PrepareError {
    /// The server refused it, or the connection was lost.
    Driver(Shared<tokio_postgres::Error>),
    /// The task that prepared it is gone: the runtime shuts down.
    Gone(orm_core::error::Error),
}

/// The statements that a connection has prepared.
pub(crate) struct Cache {
    inner: Mutex<Inner>,
    /// That of the pool.
    generation: Arc<Generation>,
}

struct Inner {
    store: Store<Slot>,
    /// The one in which all that is kept was prepared.
    generation: u64,
}

impl Cache {
    pub(crate) fn new(limits: Limits, generation: Arc<Generation>) -> Self {
        Self { inner: Mutex::new(Inner { store: Store::new(limits), generation: generation.now() }), generation }
    }

    /// Returns the prepared statement for `sql`, preparing it if need be. One round trip then, none otherwise.
    pub(crate) async fn get(session: &Arc<Session>, sql: &Sql) -> Result<Plan, PrepareError> {
        let (mut slot, generation) = match session.cache.slot(session, sql) {
            Ok(plan) => return plan.map_err(PrepareError::Driver),
            Err(slot) => slot,
        };
        let plan = |statement| Plan { statement, known: false, generation };
        match slot.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(ready)) => ready.clone().map(plan).map_err(PrepareError::Driver),
            Ok(None) | Err(_) => Err(PrepareError::Gone(lost())),
        }
    }

    /// Forgets the statement for `sql`; it is closed when its last user is done.
    pub(crate) fn forget(&self, sql: &Sql) {
        let forgotten = self.lock().store.remove(&Wanted(sql));
        drop(forgotten);
    }

    /// Forgets all statements.
    pub(crate) fn clear(&self) {
        // Closing them takes the driver's lock, which is no business of ours.
        let forgotten = self.lock().store.take();
        drop(forgotten);
    }

    /// Forgets all statements that were prepared up to now, here and on all other connections of the pool.
    pub(crate) fn end_generation(&self, seen: u64) {
        self.generation.end(seen);
    }

    /// Forgets all statements that were prepared up to now, whoever prepared them.
    pub(crate) fn end_every_generation(&self) {
        self.generation.end(self.generation.now());
    }

    /// Returns the prepared statement if it is there, and else the place where it will be.
    fn slot(
        &self,
        session: &Arc<Session>,
        sql: &Sql,
    ) -> Result<Result<Plan, Shared<tokio_postgres::Error>>, (Slot, u64)> {
        let mut inner = self.lock();
        // It is read before anything is prepared, so a change that comes later is never overlooked.
        let now = self.generation.now();
        let outdated = (inner.generation < now).then(|| {
            inner.generation = now;
            // What was prepared under the old types knows them still; what comes asks again.
            session.client().clear_type_cache();
            inner.store.take()
        });
        let generation = inner.generation;
        if let Some(slot) = inner.store.get(sql) {
            let ready = slot.borrow().clone();
            let plan = |statement| Plan { statement, known: true, generation };
            return ready.map(|it| it.map(plan)).ok_or((slot, generation));
        }
        let (sender, slot) = watch::channel(None);
        let key = Key::new(sql);
        inner.store.insert(key.clone(), slot.clone());
        drop(inner);
        drop(outdated);
        let (session, types, own) = (Arc::clone(session), declared(&sql.binds), slot.clone());
        let runtime = session.runtime.clone();
        let preparing = async move {
            let prepared = session.client().prepare_typed(&key.text, &types).await;
            session.cache.prepared(&key, &own, prepared.as_ref().ok());
            drop(own);
            // Nobody may wait any more; the statement then stays for the next one, or is closed.
            sender.send_replace(Some(prepared.map_err(|it| Shared(Arc::new(it)))));
        };
        let mut preparing = preparing.boxed();
        // The first poll sends it: in its order, and not after a rollback that a dropped caller causes.
        if (&mut preparing).now_or_never().is_none() {
            drop(runtime.spawn(preparing));
        }
        Err((slot, generation))
    }

    /// Forgets what could not be prepared, and adds what is known of what was. Another one may have its place by now.
    fn prepared(&self, key: &Key, own: &Slot, prepared: Option<&tokio_postgres::Statement>) {
        let mut inner = self.lock();
        if !inner.store.peek(key).is_some_and(|it| it.same_channel(own)) {
            return;
        }
        match prepared {
            Some(statement) => inner.store.weigh(key, statement.columns().len()),
            None => drop(inner.store.remove(key)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("len", &self.lock().store.len()).finish()
    }
}

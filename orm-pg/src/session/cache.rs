//! The prepared statements of one connection.
//!
//! Each is prepared once, even when many tasks want it at the same moment, and in a task of its own: a caller that is
//! dropped meanwhile leaves nothing behind on the server. The least recently used one makes room and is closed. One
//! that is too large to be kept is closed when its last user is done.
//!
//! All are dropped, before the next is used, when another connection of the pool has met a change of the schema.

mod generation;
mod store;
mod weight;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use orm_core::statement::Sql;
use tokio::sync::watch;
use tokio_postgres::Client;

pub(crate) use self::{
    generation::Generation,
    store::{Key, Store, Wanted},
};
use crate::{connect::config::CacheLimits, error::Shared};

pub(super) type Prepared = Result<tokio_postgres::Statement, Shared<tokio_postgres::Error>>;

/// A place that is filled when the statement is prepared.
pub(super) type Slot = watch::Receiver<Option<Prepared>>;

/// What the cache has of a statement.
pub(super) enum Lookup {
    /// It was prepared, or refused.
    Ready(Result<Plan, Shared<tokio_postgres::Error>>),
    /// It is being prepared, or is to be by the caller, if `prepare` is there.
    Pending { slot: Slot, generation: u64, prepare: Option<(Key, watch::Sender<Option<Prepared>>)> },
}

/// A prepared statement, and what is known of its age.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) statement: tokio_postgres::Statement,
    /// Whether it was prepared before somebody asked for it: the schema may have changed since.
    pub(crate) known: bool,
    /// The generation in which it was prepared, or an earlier one.
    pub(crate) generation: u64,
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
    pub(crate) fn new(limits: CacheLimits, generation: Arc<Generation>) -> Self {
        Self { inner: Mutex::new(Inner { store: Store::new(limits), generation: generation.now() }), generation }
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

    /// Looks for the prepared statement of `sql`. Where it is not even being prepared, the caller must do that.
    pub(super) fn look_up(&self, client: &Client, sql: &Sql) -> Lookup {
        let mut inner = self.lock();
        // It is read before anything is prepared, so a change that comes later is never overlooked.
        let now = self.generation.now();
        let outdated = (inner.generation < now).then(|| {
            inner.generation = now;
            // What was prepared under the old types knows them still; what comes asks again.
            client.clear_type_cache();
            inner.store.take()
        });
        let generation = inner.generation;
        if let Some(slot) = inner.store.get(sql) {
            let ready = slot.borrow().clone();
            return match ready {
                Some(prepared) => Lookup::Ready(prepared.map(|statement| Plan { statement, known: true, generation })),
                None => Lookup::Pending { slot, generation, prepare: None },
            };
        }
        let (sender, slot) = watch::channel(None);
        let key = Key::new(sql);
        inner.store.insert(key.clone(), slot.clone());
        drop(inner);
        drop(outdated);
        Lookup::Pending { slot, generation, prepare: Some((key, sender)) }
    }

    /// Forgets what could not be prepared, and adds what is known of what was. Another one may have its place by now.
    pub(super) fn prepared(&self, key: &Key, own: &Slot, prepared: Option<&tokio_postgres::Statement>) {
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

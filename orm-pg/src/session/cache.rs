//! The prepared statements of one connection.
//!
//! Each is prepared once, even if many tasks need it at the same time, and in a separate task, so that a dropped caller
//! leaves nothing behind on the server. The least recently used statement is closed to make room. A statement that is
//! too large to be kept is closed when its last user is done.
//!
//! When another connection of the pool has met a change of the schema, all statements are closed before the next one is
//! used.

mod generation;
mod store;
mod weight;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard},
};

use orm_core::statement::Sql;
use tokio::sync::watch;
use tokio_postgres::Client;

pub(crate) use self::{
    generation::Generation,
    store::{Key, Store, Wanted},
};
use crate::{connect::config::CacheLimits, error::Shared, lock::lock};

pub(super) type Prepared = Result<tokio_postgres::Statement, Shared<tokio_postgres::Error>>;

/// Filled when the statement has been prepared.
pub(super) type Slot = watch::Receiver<Option<Prepared>>;

/// The result of looking up a statement.
pub(super) enum Lookup {
    /// It has been prepared, or the server refused it.
    Ready(Result<Plan, Shared<tokio_postgres::Error>>),
    /// It is being prepared. If `prepare` is `Some`, the caller has to prepare it.
    Pending { slot: Slot, generation: u64, prepare: Option<(Key, watch::Sender<Option<Prepared>>)> },
}

/// A prepared statement, and when it was prepared.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) statement: tokio_postgres::Statement,
    /// Whether it was prepared for an earlier use: the schema may have changed since.
    pub(crate) known: bool,
    /// The generation in which it was prepared, or an earlier one.
    pub(crate) generation: u64,
}

/// The statements that a connection has prepared.
pub(crate) struct Cache {
    inner: Mutex<Inner>,
    /// The current generation, shared with the pool.
    generation: Arc<Generation>,
}

struct Inner {
    store: Store<Slot>,
    /// The generation in which the kept statements were prepared.
    generation: u64,
}

impl Cache {
    pub(crate) fn new(limits: CacheLimits, generation: Arc<Generation>) -> Self {
        Self { inner: Mutex::new(Inner { store: Store::new(limits), generation: generation.now() }), generation }
    }

    /// Forgets the statement for `sql`, which is closed when its last user is done.
    pub(crate) fn forget(&self, sql: &Sql) {
        let forgotten = self.lock().store.remove(&Wanted(sql));
        drop(forgotten);
    }

    /// Forgets all statements.
    pub(crate) fn clear(&self) {
        // Closing them takes the driver's lock, so it happens after ours is released.
        let forgotten = self.lock().store.take();
        drop(forgotten);
    }

    /// Makes all connections of the pool forget the statements that they prepared in the generation `seen`.
    pub(crate) fn end_generation(&self, seen: u64) {
        self.generation.end(seen);
    }

    /// Makes all connections of the pool forget all statements that they have prepared so far.
    pub(crate) fn end_every_generation(&self) {
        self.generation.end(self.generation.now());
    }

    /// Looks up the prepared statement for `sql`. If it is not being prepared either, the caller has to prepare it.
    pub(super) fn look_up(&self, client: &Client, sql: &Sql) -> Lookup {
        let mut inner = self.lock();
        // Read before anything is prepared, so a later change is never missed.
        let now = self.generation.now();
        let outdated = (inner.generation < now).then(|| {
            inner.generation = now;
            // Statements that were prepared earlier keep the old types; new ones look them up again.
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

    /// Forgets a statement that could not be prepared, and weighs one that was. Another statement may have taken its
    /// entry meanwhile.
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
        lock(&self.inner)
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("len", &self.lock().store.len()).finish()
    }
}

//! The prepared statements of one connection.
//!
//! Each is prepared once, even when many tasks want it at the same moment, and in a task of its own: a caller that is
//! dropped meanwhile leaves nothing behind on the server. The least recently used one makes room and is closed.

use std::{
    borrow::Borrow,
    fmt,
    hash::{Hash, Hasher},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures_util::FutureExt;
use hashlink::LruCache;
use orm_core::{statement::Sql, value::Bind};
use tokio::sync::watch;

use crate::{
    bind::declared,
    error::{Shared, lost},
    session::Session,
};

type Prepared = Result<tokio_postgres::Statement, Shared<tokio_postgres::Error>>;

/// A place that is filled when the statement is prepared.
type Slot = watch::Receiver<Option<Prepared>>;

/// Why a statement could not be prepared.
pub(crate) enum PrepareError {
    /// The server refused it, or the connection was lost.
    Driver(Shared<tokio_postgres::Error>),
    /// The task that prepared it is gone: the runtime shuts down.
    Gone(orm_core::error::Error),
}

/// The statements that a connection has prepared.
pub(crate) struct Cache(Mutex<LruCache<Key, Slot>>);

impl Cache {
    pub(crate) fn new(capacity: usize) -> Self {
        Self(Mutex::new(LruCache::new(capacity)))
    }

    /// Returns the prepared statement for `sql`, preparing it if need be. One round trip then, none otherwise.
    pub(crate) async fn get(session: &Arc<Session>, sql: &Sql) -> Result<tokio_postgres::Statement, PrepareError> {
        let mut slot = match session.cache.slot(session, sql) {
            Ok(ready) => return ready.map_err(PrepareError::Driver),
            Err(slot) => slot,
        };
        match slot.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(ready)) => ready.clone().map_err(PrepareError::Driver),
            Ok(None) | Err(_) => Err(PrepareError::Gone(lost())),
        }
    }

    /// Forgets the statement for `sql`; it is closed when its last user is done.
    pub(crate) fn forget(&self, sql: &Sql) {
        self.lock().remove(&Wanted(sql) as &dyn Shape);
    }

    /// Forgets all statements.
    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    /// Returns the prepared statement if it is there, and else the place where it will be.
    fn slot(&self, session: &Arc<Session>, sql: &Sql) -> Result<Prepared, Slot> {
        let mut cache = self.lock();
        if let Some(slot) = cache.get(&Wanted(sql) as &dyn Shape) {
            let ready = slot.borrow().clone();
            return ready.ok_or_else(|| slot.clone());
        }
        let (sender, slot) = watch::channel(None);
        cache.insert(Key::new(sql), slot.clone());
        drop(cache);
        let (session, text, types) = (Arc::clone(session), sql.text.clone(), declared(&sql.binds));
        let key = Key::new(sql);
        let runtime = session.runtime.clone();
        let preparing = async move {
            let prepared = session.client().prepare_typed(&text, &types).await;
            if prepared.is_err() {
                session.cache.lock().remove(&key as &dyn Shape);
            }
            // Nobody may wait any more; the statement then stays for the next one.
            sender.send_replace(Some(prepared.map_err(|it| Shared(Arc::new(it)))));
        };
        let mut preparing = preparing.boxed();
        // The first poll sends it: in its order, and not after a rollback that a dropped caller causes.
        if (&mut preparing).now_or_never().is_none() {
            drop(runtime.spawn(preparing));
        }
        Err(slot)
    }

    fn lock(&self) -> MutexGuard<'_, LruCache<Key, Slot>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The text and the declared types of the binds, by which statements are told apart.
pub(crate) struct Key {
    text: Box<str>,
    oids: Box<[u32]>,
}

impl Key {
    pub(crate) fn new(sql: &Sql) -> Self {
        Self { text: sql.text.as_str().into(), oids: sql.binds.iter().map(Bind::declared_oid).collect() }
    }
}

/// A statement that is looked for, without a copy of its text.
pub(crate) struct Wanted<'a>(pub(crate) &'a Sql);

/// What a key and a statement that is looked for have in common.
pub(crate) trait Shape {
    fn text(&self) -> &str;
    fn len(&self) -> usize;
    fn oid(&self, index: usize) -> Option<u32>;
}

impl Shape for Key {
    fn text(&self) -> &str {
        &self.text
    }

    fn len(&self) -> usize {
        self.oids.len()
    }

    fn oid(&self, index: usize) -> Option<u32> {
        self.oids.get(index).copied()
    }
}

impl Shape for Wanted<'_> {
    fn text(&self) -> &str {
        &self.0.text
    }

    fn len(&self) -> usize {
        self.0.binds.len()
    }

    fn oid(&self, index: usize) -> Option<u32> {
        self.0.binds.get(index).map(Bind::declared_oid)
    }
}

impl Hash for dyn Shape + '_ {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text().hash(state);
        (0..self.len()).for_each(|index| self.oid(index).hash(state));
    }
}

impl PartialEq for dyn Shape + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
            && self.len() == other.len()
            && (0..self.len()).all(|index| self.oid(index) == other.oid(index))
    }
}

impl Eq for dyn Shape + '_ {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self as &dyn Shape).hash(state);
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        (self as &dyn Shape) == (other as &dyn Shape)
    }
}

impl Eq for Key {}

impl<'a> Borrow<dyn Shape + 'a> for Key {
    fn borrow(&self) -> &(dyn Shape + 'a) {
        self
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("len", &self.lock().len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_known_by_its_text_and_its_types() {
        let sql = |text: &str, binds| Sql { text: text.into(), binds };
        let mut cache = LruCache::new(2);
        cache.insert(Key::new(&sql("a", vec![Bind::new(1_i32)])), 1);
        let mut get = |sql: Sql| cache.get(&Wanted(&sql) as &dyn Shape).copied();
        assert_eq!(get(sql("a", vec![Bind::new(2_i32)])), Some(1));
        assert_eq!(get(sql("a", vec![Bind::new(2_i64)])), None);
        assert_eq!(get(sql("a", vec![])), None);
        assert_eq!(get(sql("b", vec![Bind::new(1_i32)])), None);
    }
}

//! [`Store`]: prepared statements by text and types, limited in number and bytes. The least recently used one makes
//! room.

use std::{
    borrow::Borrow,
    hash::{Hash, Hasher},
    sync::Arc,
};

use hashlink::LruCache;
use orm_core::{statement::Sql, value::Bind};

use super::weight;
use crate::connect::config::CacheLimits;

/// A statement may take at most this fraction of the limit in bytes: a large text that is used once must not evict
/// statements that are used often.
const LARGEST_PART: usize = 16;

/// The statements, and their estimated cost.
#[derive(Debug)]
pub(crate) struct Store<V> {
    entries: LruCache<Key, Entry<V>>,
    limits: CacheLimits,
    bytes: usize,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    bytes: usize,
}

impl<V: Clone> Store<V> {
    pub(crate) fn new(limits: CacheLimits) -> Self {
        // The map itself needs no limit: `insert` makes room.
        Self { entries: LruCache::new_unbounded(), limits, bytes: 0 }
    }

    pub(crate) fn get(&mut self, sql: &Sql) -> Option<V> {
        self.entries.get(&Wanted(sql) as &dyn Shape).map(|it| it.value.clone())
    }

    /// Keeps `value`, unless it is too large.
    pub(crate) fn insert(&mut self, key: Key, value: V) {
        let bytes = weight::of_text(&key.text);
        if bytes > self.largest() {
            return;
        }
        self.bytes += bytes;
        if let Some(before) = self.entries.insert(key, Entry { value, bytes }) {
            self.bytes -= before.bytes;
        }
        self.make_room();
    }

    /// Adds the cost of the columns, whose number is only known once the statement is prepared.
    pub(crate) fn weigh(&mut self, key: &Key, columns: usize) {
        let more = weight::of_columns(&key.text, columns);
        let largest = self.largest();
        let Some(entry) = self.entries.peek_mut(key as &dyn Shape).filter(|_| more > 0) else { return };
        entry.bytes += more;
        self.bytes += more;
        if entry.bytes > largest {
            self.remove(key);
        }
        self.make_room();
    }

    pub(crate) fn remove(&mut self, shape: &dyn Shape) -> Option<V> {
        let entry = self.entries.remove(shape)?;
        self.bytes -= entry.bytes;
        Some(entry.value)
    }

    /// Looks at an entry without counting it as used.
    pub(crate) fn peek(&self, key: &Key) -> Option<&V> {
        self.entries.peek(key as &dyn Shape).map(|it| &it.value)
    }

    /// Takes all entries out.
    pub(crate) fn take(&mut self) -> Self {
        std::mem::replace(self, Self::new(self.limits))
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    fn largest(&self) -> usize {
        self.limits.bytes / LARGEST_PART
    }

    fn make_room(&mut self) {
        while self.entries.len() > self.limits.count || self.bytes > self.limits.bytes {
            match self.entries.remove_lru() {
                Some((_, entry)) => self.bytes -= entry.bytes,
                None => break,
            }
        }
    }
}

/// The text and the declared types of the binds, which identify a statement. A clone shares them.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub(in crate::session) text: Arc<str>,
    oids: Arc<[u32]>,
}

impl Key {
    pub(crate) fn new(sql: &Sql) -> Self {
        Self { text: sql.text.as_str().into(), oids: sql.binds.iter().map(Bind::declared_oid).collect() }
    }
}

/// A key to look up, without a copy of the text.
pub(crate) struct Wanted<'a>(pub(crate) &'a Sql);

/// What [`Key`] and [`Wanted`] have in common.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn sql(text: &str, binds: Vec<Bind>) -> Sql {
        Sql { text: text.into(), binds }
    }

    #[test]
    fn a_statement_is_known_by_its_text_and_its_types() {
        let mut store = Store::new(CacheLimits::default());
        store.insert(Key::new(&sql("a", vec![Bind::new(1_i32)])), 1);
        let mut get = |sql: Sql| store.get(&sql);
        assert_eq!(get(sql("a", vec![Bind::new(2_i32)])), Some(1));
        assert_eq!(get(sql("a", vec![Bind::new(2_i64)])), None);
        assert_eq!(get(sql("a", vec![])), None);
        assert_eq!(get(sql("b", vec![Bind::new(1_i32)])), None);
    }

    #[test]
    fn number_and_bytes_are_bounded() {
        let text = |n: usize| sql(&n.to_string(), vec![]);
        let each = weight::of_text("00");
        let mut few = Store::new(CacheLimits { count: 3, bytes: usize::MAX });
        let mut light = Store::new(CacheLimits { count: 1000, bytes: 20 * each });
        for n in 10..60 {
            few.insert(Key::new(&text(n)), n);
            light.insert(Key::new(&text(n)), n);
            assert!(few.len() <= 3 && light.bytes <= 20 * each);
        }
        assert_eq!((few.len(), light.len()), (3, 20));
        assert_eq!((few.get(&text(59)), few.get(&text(10))), (Some(59), None));
        // A used statement stays.
        assert_eq!(light.get(&text(40)), Some(40));
        light.insert(Key::new(&text(99)), 99);
        assert_eq!((light.get(&text(40)), light.get(&text(41))), (Some(40), None));
        // The same statement counts once, and a removed one not at all.
        let before = light.bytes;
        light.insert(Key::new(&text(99)), 100);
        assert_eq!((light.bytes, light.get(&text(99))), (before, Some(100)));
        assert_eq!(light.remove(&Wanted(&text(99))), Some(100));
        assert_eq!(light.bytes, before - each);
        assert_eq!((light.take().len(), light.len(), light.bytes), (19, 0, 0));
    }

    #[test]
    fn a_large_statement_is_not_kept() {
        let mut store = Store::new(CacheLimits { count: 256, bytes: 1 << 20 });
        let small = sql("SELECT * FROM t", vec![]);
        let large = sql(&"SELECT $1 ".repeat(100), vec![]);
        store.insert(Key::new(&small), 1);
        store.insert(Key::new(&large), 2);
        assert_eq!((store.get(&small), store.get(&large)), (Some(1), None));
        // The number of columns is known later.
        store.weigh(&Key::new(&small), 5);
        assert_eq!(store.get(&small), Some(1));
        store.weigh(&Key::new(&small), 100);
        assert_eq!((store.get(&small), store.bytes), (None, 0));
    }
}

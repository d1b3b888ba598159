//! Which of the keys at hand a loaded row belongs to.
//!
//! The server says so, by the number of the key: whatever equality is to it, it compares. Integers alone are compared here
//! as well, where each is at hand once: then no more than `= ANY` is asked of the server, which is less work to it.

use std::collections::HashMap;

use bytes::BytesMut;

use super::path::{Path, column, is_flat};
use crate::{
    ast::{self, Node},
    model::Model,
    schema::Table,
    value::{Bind, PgType, Scalar},
};

/// What rows that are loaded for keys begin with.
pub(super) enum Pairing {
    /// The number of the key, from one.
    Number,
    /// The key, an integer; each has its place.
    Key(HashMap<i64, usize>),
}

impl Pairing {
    /// The place of the key of a row that begins so.
    pub(super) fn place(&self, begin: i64) -> Option<usize> {
        match self {
            Self::Number => usize::try_from(begin).ok()?.checked_sub(1),
            Self::Key(places) => places.get(&begin).copied(),
        }
    }
}

/// The places of keys that are integers, each of which is there once.
fn integers(keys: &[Vec<Bind>]) -> Option<HashMap<i64, usize>> {
    let mut places = HashMap::with_capacity(keys.len());
    let mut bytes = BytesMut::with_capacity(8);
    for (place, key) in keys.iter().enumerate() {
        let [part] = key.as_slice() else { return None };
        bytes.clear();
        if !part.ty().is_integer() || !part.bytes(&mut bytes) {
            return None;
        }
        let key = match *bytes {
            [a, b] => i16::from_be_bytes([a, b]).into(),
            [a, b, c, d] => i32::from_be_bytes([a, b, c, d]).into(),
            [a, b, c, d, e, f, g, h] => i64::from_be_bytes([a, b, c, d, e, f, g, h]),
            _ => return None,
        };
        if places.insert(key, place).is_some() {
            return None;
        }
    }
    Some(places)
}

/// The type of the column, where the server compares it as integers are compared here.
fn integer(table: &Table, name: &str) -> Option<PgType> {
    let column = table.column(name).filter(|it| it.sql_type.is_none())?;
    Some(column.ty).filter(|it| it.is_integer())
}

impl<P: Model> Path<P> {
    /// Makes `child` a query of what belongs to `keys`, each row with what says which one before it.
    pub(super) fn paired(&self, mut child: ast::Select, keys: Vec<Vec<Bind>>) -> Option<(ast::Select, Pairing)> {
        let table = child.from.first().and_then(|it| it.relation.table())?;
        let by_integer = match self.compared() {
            [name] if is_flat(&child) && !self.is_walk() => {
                integer(self.table(table), name).and_then(|ty| Some((*name, ty, integers(&keys)?)))
            }
            _ => None,
        };
        let Some((name, ty, places)) = by_integer else {
            return Some((self.numbered(child, keys)?, Pairing::Number));
        };
        let values = Bind::gather(keys.into_iter().flatten().collect())?.beside_column(Some(name));
        let compared = self.join_through(&mut child);
        let key = column(child.id, compared, name);
        let list = Box::new(Node::Bind(values));
        child.filters.push(key.clone().binary("=", Node::Quantified("ANY", list)));
        let key = if ty == i64::TYPE { key } else { Node::Cast(Box::new(key), i64::TYPE) };
        child.list.get_or_insert_default().insert(0, key);
        Some((child, Pairing::Key(places)))
    }
}

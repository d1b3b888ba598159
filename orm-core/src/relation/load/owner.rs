//! Which of the keys at hand a loaded row belongs to.
//!
//! The server says so, by the number of the key: whatever equality is to it, it compares. Integers alone are compared here
//! as well, where each is at hand once: then no more than `= ANY` is asked of the server, which is less work to it.

use std::collections::HashMap;

use super::{key::LookupKeys, level::fewer};
use crate::{
    ast::{self, Node},
    error::Result,
    model::Model,
    relation::path::{Path, column, is_flat},
    row::{Decoder, FromRow, Matching, Row, RowSink},
    schema::Table,
    value::{Bind, PgType, Scalar},
};

/// What rows that are loaded for keys begin with.
pub(crate) enum OwnerColumn {
    /// The number of the key, from one.
    Number,
    /// The key, an integer; each has its place.
    Key(HashMap<i64, usize>),
}

impl OwnerColumn {
    /// The place of the key of a row that begins so.
    fn place(&self, begin: i64) -> Option<usize> {
        match self {
            Self::Number => usize::try_from(begin).ok()?.checked_sub(1),
            Self::Key(places) => places.get(&begin).copied(),
        }
    }
}

/// Takes rows that begin with what says which key they belong to.
pub(crate) struct RowsByOwner<T> {
    pairing: OwnerColumn,
    decoder: Decoder<(i64, T)>,
    /// The place of the key of each row.
    pub(crate) places: Vec<usize>,
    pub(crate) rows: Vec<T>,
}

impl<T: FromRow> RowsByOwner<T> {
    pub(crate) fn new(pairing: OwnerColumn) -> Self {
        Self { pairing, decoder: Decoder::new(Matching::Position), places: Vec::new(), rows: Vec::new() }
    }
}

impl<T: FromRow> RowSink for RowsByOwner<T> {
    fn row(&mut self, row: &dyn Row) -> Result<()> {
        let (begin, row) = self.decoder.decode(row)?;
        self.places.push(self.pairing.place(begin).ok_or_else(fewer)?);
        self.rows.push(row);
        Ok(())
    }

    fn restart(&mut self) {
        let pairing = std::mem::replace(&mut self.pairing, OwnerColumn::Number);
        *self = Self::new(pairing);
    }
}

/// Gives each of `count` places the rows that belong there.
pub(crate) fn deal<T>(places: &[usize], rows: Vec<T>, count: usize) -> Result<Vec<Vec<T>>> {
    let mut counts = vec![0; count];
    for place in places {
        *counts.get_mut(*place).ok_or_else(fewer)? += 1;
    }
    let mut dealt: Vec<Vec<T>> = counts.into_iter().map(Vec::with_capacity).collect();
    for (place, row) in places.iter().zip(rows) {
        dealt.get_mut(*place).ok_or_else(fewer)?.push(row);
    }
    Ok(dealt)
}

/// The type of the column, where the server compares it as integers are compared here.
fn integer(table: &Table, name: &str) -> Option<PgType> {
    let column = table.column(name).filter(|it| it.sql_type.is_none())?;
    Some(column.ty).filter(|it| it.is_integer())
}

impl<P: Model> Path<P> {
    /// Makes `child` a query of what belongs to `keys`, each row with what says which one before it.
    pub(crate) fn paired(&self, mut child: ast::Select, asked: LookupKeys) -> Option<(ast::Select, OwnerColumn)> {
        let table = child.from.first().and_then(|it| it.relation.table())?;
        let by_integer = match self.compared() {
            [name] if is_flat(&child) && !self.is_walk() => integer(self.table(table), name).map(|ty| (*name, ty)),
            _ => None,
        };
        let (name, ty, keys, of_keys, places) = match (by_integer, asked) {
            (Some((name, ty)), LookupKeys::Integers { ty: of_keys, keys, places }) => (name, ty, keys, of_keys, places),
            (_, asked) => return Some((self.numbered(child, asked.into_binds())?, OwnerColumn::Number)),
        };
        if keys.is_empty() {
            return None;
        }
        let values = Bind::integers(keys, of_keys).of_column(name);
        let compared = self.join_through(&mut child);
        let key = column(child.id, compared, name);
        let list = Box::new(Node::Bind(values));
        child.filters.push(key.clone().binary("=", Node::Quantified("ANY", list)));
        let key = if ty == i64::TYPE { key } else { Node::Cast(Box::new(key), i64::TYPE) };
        child.list.get_or_insert_default().insert(0, key);
        Some((child, OwnerColumn::Key(places)))
    }
}

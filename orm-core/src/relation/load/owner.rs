//! Which parent a loaded row belongs to: the first column of the row says so.

use std::collections::HashMap;

use super::level::too_few_rows;
use crate::{
    error::Result,
    row::{Decoder, FromRow, Matching, Row, RowSink},
};

/// The first column of the rows that are loaded for keys.
pub(crate) enum OwnerColumn {
    /// The number of the key, from one.
    Number,
    /// The key itself, an integer, and the position of each key.
    Key(HashMap<i64, usize>),
}

impl OwnerColumn {
    /// The position of the key of a row whose first column is `first`.
    fn position(&self, first: i64) -> Option<usize> {
        match self {
            Self::Number => usize::try_from(first).ok()?.checked_sub(1),
            Self::Key(positions) => positions.get(&first).copied(),
        }
    }
}

/// Collects rows, and for each the position of the key that it belongs to.
pub(crate) struct RowsByOwner<T> {
    column: OwnerColumn,
    decoder: Decoder<(i64, T)>,
    /// The position of the key of each row.
    pub(crate) owners: Vec<usize>,
    pub(crate) rows: Vec<T>,
}

impl<T: FromRow> RowsByOwner<T> {
    pub(crate) fn new(column: OwnerColumn) -> Self {
        Self { column, decoder: Decoder::new(Matching::Position), owners: Vec::new(), rows: Vec::new() }
    }
}

impl<T: FromRow> RowSink for RowsByOwner<T> {
    fn row(&mut self, row: &dyn Row) -> Result<()> {
        let (first, row) = self.decoder.decode(row)?;
        self.owners.push(self.column.position(first).ok_or_else(too_few_rows)?);
        self.rows.push(row);
        Ok(())
    }

    fn restart(&mut self) {
        let column = std::mem::replace(&mut self.column, OwnerColumn::Number);
        *self = Self::new(column);
    }
}

/// Splits the rows by the positions of their keys, of which there are `count`.
pub(crate) fn split_by_owner<T>(owners: &[usize], rows: Vec<T>, count: usize) -> Result<Vec<Vec<T>>> {
    let mut counts = vec![0; count];
    for owner in owners {
        *counts.get_mut(*owner).ok_or_else(too_few_rows)? += 1;
    }
    let mut split: Vec<Vec<T>> = counts.into_iter().map(Vec::with_capacity).collect();
    for (owner, row) in owners.iter().zip(rows) {
        split.get_mut(*owner).ok_or_else(too_few_rows)?.push(row);
    }
    Ok(split)
}

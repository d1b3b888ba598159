//! INSERT, UPDATE and DELETE as plain data.

use std::{borrow::Cow, time::Duration};

use super::{Node, QueryId};
use crate::{
    schema::{ColumnDef, Table},
    value::Bind,
};

/// An insert. Its own columns are source 0 of `id`, the proposed row (`excluded`) is source 1.
#[derive(Debug, Clone)]
pub struct Insert {
    /// Its identity, which its columns carry.
    pub id: QueryId,
    /// The table that it inserts into.
    pub table: &'static Table,
    /// The columns that get values.
    pub columns: Vec<&'static str>,
    /// The values.
    pub rows: InsertSource,
    /// What to do about rows that are already stored.
    pub on_conflict: Option<Box<OnConflict>>,
    /// RETURNING, where rows are returned; `None` means whole rows.
    pub returning: Option<Vec<Node>>,
    /// Why it has no meaning: the first reason that was found. No later clause takes it back.
    pub refused: Option<Cow<'static, str>>,
    /// How long the verb that runs it may take.
    pub timeout: Option<Duration>,
}

/// The rows of an insert.
#[derive(Debug, Clone)]
pub enum InsertSource {
    /// `VALUES (…), (…)`.
    Values(Vec<Vec<Cell>>),
    /// `SELECT … FROM unnest($1, $2)`: one array a column.
    Unnest(Vec<Bind>),
}

/// A value of a row to insert.
#[derive(Debug, Clone)]
pub enum Cell {
    /// The column's default.
    Default,
    /// A value.
    Bind(Bind),
}

/// ON CONFLICT.
#[derive(Debug, Clone)]
pub struct OnConflict {
    /// Which conflict.
    pub target: ConflictTarget,
    /// What then.
    pub action: ConflictAction,
}

/// Which conflict an upsert is about.
#[derive(Debug, Clone)]
pub enum ConflictTarget {
    /// Any.
    Any,
    /// That of a unique index over these columns.
    Columns(Vec<Node>),
    /// That of a constraint by name.
    Constraint(&'static str),
}

/// What an upsert does about a conflict.
#[derive(Debug, Clone)]
pub enum ConflictAction {
    /// Leaves the row unchanged, and returns nothing for it.
    Nothing,
    /// Updates the stored row.
    Update {
        /// What to set.
        set: Vec<Assignment>,
        /// WHERE: all must hold.
        filters: Vec<Node>,
    },
}

/// `column = value` in SET.
#[derive(Debug, Clone)]
pub struct Assignment {
    pub(crate) query: QueryId,
    pub(crate) column: &'static str,
    pub(crate) value: Node,
}

/// An update.
#[derive(Debug, Clone)]
pub struct Update {
    /// Its identity, which its columns carry.
    pub id: QueryId,
    /// The table.
    pub table: &'static Table,
    /// What to set.
    pub set: Vec<Assignment>,
    /// WHERE: all must hold.
    pub filters: Vec<Node>,
    /// Whether it may go without a filter.
    pub all_rows: bool,
    /// RETURNING, where rows are returned; `None` means whole rows.
    pub returning: Option<Vec<Node>>,
    /// Why it has no meaning: a clause of the query that an update cannot have, or what was wrong with the query.
    pub refused: Option<Cow<'static, str>>,
    /// How long the verb that runs it may take.
    pub timeout: Option<Duration>,
}

/// A delete.
#[derive(Debug, Clone)]
pub struct Delete {
    /// Its identity, which its columns carry.
    pub id: QueryId,
    /// The table.
    pub table: &'static Table,
    /// WHERE: all must hold.
    pub filters: Vec<Node>,
    /// Whether it may go without a filter.
    pub all_rows: bool,
    /// RETURNING, where rows are returned; `None` means whole rows.
    pub returning: Option<Vec<Node>>,
    /// Why it has no meaning: a clause of the query that a delete cannot have, or what was wrong with the query.
    pub refused: Option<Cow<'static, str>>,
    /// How long the verb that runs it may take.
    pub timeout: Option<Duration>,
}

/// Rows of a junction table that are to exist.
#[derive(Debug, Clone)]
pub struct JunctionRows {
    /// The junction table.
    pub table: &'static Table,
    /// Columns that have one value for all of them.
    pub fixed: Vec<(&'static str, Bind)>,
    /// The columns whose values differ, and an array for each.
    pub each: Vec<(&'static str, Bind)>,
    /// Whether these columns are a unique key, so that the server knows which rows exist already.
    pub unique: bool,
}

/// The columns that every update of `table` sets on its own, unless it names them: the version, and columns with
/// `on_update`.
pub(crate) fn automatic(table: &'static Table, set: &[Assignment]) -> Vec<&'static ColumnDef> {
    let is_set = |name: &str| set.iter().any(|it| it.column == name);
    table.columns.iter().filter(|it| (it.version || it.on_update.is_some()) && !is_set(it.name)).collect()
}

/// The number of the proposed row (`excluded`) among the sources of an upsert.
pub(crate) const EXCLUDED: u8 = 1;

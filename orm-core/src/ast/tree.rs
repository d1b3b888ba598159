//! Rows that are found step by step, as plain data.

use super::{QueryId, Select};

/// The column that says in how many steps a row was found.
pub(crate) const DEPTH: &str = "depth";

/// A recursive query: the rows of `first`, those that `step` finds from them, and so on until it finds no more. It gives
/// keys, by their places, and each once.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "they are what it may have, each by itself")]
pub struct Tree {
    /// The rows to begin with.
    pub first: Select,
    /// The rows that are found from others, which are a source of it: [`Relation::Found`](super::Relation::Found).
    pub step: Select,
    /// How many columns both have: a key, and what else leads on.
    pub columns: usize,
    /// How many columns the key has.
    pub key: usize,
    /// Whether both begin with another column, `n`: which of the keys at hand a row was found for. Where there is a depth
    /// a key comes once for each number; else it comes with all of them, an array.
    pub numbered: bool,
    /// Whether both end with another column, `depth`: in how many steps a row was found.
    pub counted: bool,
    /// Whether it gives the least depth of each key, too.
    pub depth: bool,
    /// Whether it looks for rows that were on the way to a row already, where the steps are counted without a bound.
    pub cycle: bool,
}

impl Tree {
    /// Gives the columns of query `from` to query `to`.
    pub(super) fn rename(&mut self, from: QueryId, to: QueryId) {
        self.first.rename(from, to);
        self.step.rename(from, to);
    }
}

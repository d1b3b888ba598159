//! What stands in FROM, as plain data.

use super::{Node, Select, Tree};
use crate::{schema::Table, value::Bind};

/// A source of a query.
#[derive(Debug, Clone)]
pub struct From {
    /// What it is.
    pub relation: Relation,
    /// How it is joined to those before it.
    pub join: Join,
    /// The join's condition; none for the first source.
    pub on: Option<Node>,
}

/// What can stand in FROM.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Relation {
    /// A table or view.
    Table(&'static Table),
    /// The keys of rows that are at hand, numbered from one in the column `n`; their parts are `k0`, `k1`, …: an
    /// array each
    Keys(Vec<Bind>),
    /// A query that may use the columns of the sources before it; its columns are known by their places.
    Lateral(Box<Select>),
    /// A query of whole rows of a model, whose columns keep their names.
    Rows(Box<Select>),
    /// What a recursive query finds.
    Tree(Box<Tree>),
    /// What the recursive query around has found in the step before.
    Found,
}

impl Relation {
    /// The table, where it is one.
    pub(crate) fn table(&self) -> Option<&'static Table> {
        match self {
            Self::Table(table) => Some(table),
            Self::Keys(_) | Self::Lateral(_) | Self::Rows(_) | Self::Tree(_) | Self::Found => None,
        }
    }
}

/// The kinds of joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    /// The first source: no join.
    First,
    /// INNER JOIN.
    Inner,
    /// LEFT JOIN.
    Left,
    /// RIGHT JOIN.
    Right,
    /// FULL JOIN.
    Full,
}

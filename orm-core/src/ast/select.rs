//! SELECT as plain data.

use std::{borrow::Cow, time::Duration};

use super::{Node, QueryId, Tree};
use crate::{schema::Table, value::Bind};

/// A query.
#[derive(Debug)]
pub struct Select {
    /// Its identity, which its columns carry.
    pub id: QueryId,
    /// What stands in FROM, the first source first.
    pub from: Vec<From>,
    /// The select list; `None` means whole rows of all sources.
    pub list: Option<Vec<Node>>,
    /// DISTINCT.
    pub distinct: Option<Distinct>,
    /// WHERE: all must hold.
    pub filters: Vec<Node>,
    /// GROUP BY.
    pub group_by: Vec<Node>,
    /// HAVING: all must hold.
    pub having: Vec<Node>,
    /// ORDER BY.
    pub order_by: Vec<OrderItem>,
    /// LIMIT.
    pub limit: Option<u64>,
    /// OFFSET.
    pub offset: Option<u64>,
    /// FOR UPDATE, FOR SHARE.
    pub lock: Option<Lock>,
    /// Whether all sources are filtered by a whole primary key.
    pub by_key: bool,
    /// Whether an update or delete made of it may touch every row.
    pub all_rows: bool,
    /// Why it has no meaning, whatever its clauses: the first reason that was found. No later clause takes it back.
    pub refused: Option<Cow<'static, str>>,
    /// How long the verb that runs it may take.
    pub timeout: Option<Duration>,
}

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

/// DISTINCT, over whole rows or over some expressions.
#[derive(Debug, Clone)]
pub enum Distinct {
    /// `DISTINCT`.
    Rows,
    /// `DISTINCT ON (…)`.
    On(Vec<Node>),
}

/// An item of ORDER BY.
#[derive(Debug, Clone)]
pub struct OrderItem {
    /// What to sort by.
    pub node: Node,
    /// Which way.
    pub direction: Direction,
    /// Where NULLs go; the server puts them last when ascending and first when descending.
    pub nulls: Option<Nulls>,
}

/// Which way to sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// Smallest first.
    #[default]
    Asc,
    /// Largest first.
    Desc,
}

/// Where NULLs are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nulls {
    /// Before all values.
    First,
    /// After all values.
    Last,
}

/// Row locks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lock {
    /// How strong.
    pub strength: LockStrength,
    /// What to do about rows that others have locked.
    pub wait: LockWait,
}

/// The strengths of row locks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockStrength {
    /// FOR UPDATE.
    Update,
    /// FOR NO KEY UPDATE.
    NoKeyUpdate,
    /// FOR SHARE.
    Share,
    /// FOR KEY SHARE.
    KeyShare,
}

/// What to do about rows that others have locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockWait {
    /// Wait for them.
    Wait,
    /// Leave them out.
    SkipLocked,
    /// Fail at once (55P03).
    NoWait,
}

impl Select {
    /// A query of all rows of `table`.
    pub(crate) fn of(table: &'static Table) -> Self {
        Self::over(Relation::Table(table))
    }

    /// A query of all rows of `relation`.
    pub(crate) fn over(relation: Relation) -> Self {
        Self { from: vec![From { relation, join: Join::First, on: None }], ..Self::over_nothing() }
    }

    /// A query without FROM.
    pub(crate) fn over_nothing() -> Self {
        Self {
            id: QueryId::next(),
            from: vec![],
            list: None,
            distinct: None,
            filters: vec![],
            group_by: vec![],
            having: vec![],
            order_by: vec![],
            limit: None,
            offset: None,
            lock: None,
            by_key: false,
            all_rows: false,
            refused: None,
            timeout: None,
        }
    }

    /// Says that it has no meaning, and why.
    pub(crate) fn refuse(&mut self, reason: impl Into<Cow<'static, str>>) {
        self.refused.get_or_insert_with(|| reason.into());
    }

    /// Takes away the order, where it does not matter to what is asked of the rows. What has no meaning in it stays an
    /// error.
    pub(crate) fn forget_order(&mut self) {
        let order = std::mem::take(&mut self.order_by);
        self.keep_fault(order.iter().map(|it| &it.node));
    }

    /// The same for what is selected.
    pub(crate) fn forget_list(&mut self) {
        let list = self.list.take();
        self.keep_fault(list.iter().flatten());
    }

    fn keep_fault<'a>(&mut self, nodes: impl IntoIterator<Item = &'a Node>) {
        if let Some(reason) = nodes.into_iter().find_map(Node::fault) {
            self.refuse(reason);
        }
    }
}

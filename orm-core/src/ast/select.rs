//! SELECT as plain data. Functions that must handle each field of it are all in this file, and name each: a new clause does
//! not compile until it has been classified, copied, and walked over.

use std::{borrow::Cow, time::Duration};

use super::{Clause, Join, Lock, Node, OrderItem, QueryId};
use crate::{schema::Table, value::Bind};

/// A query.
#[derive(Debug)]
pub struct Select {
    /// Its identity, which its columns carry.
    pub id: QueryId,
    /// The sources of FROM, in order.
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
    /// Whether rows that are equal in order to the last within the limit are returned, too: FETCH FIRST … WITH TIES.
    pub with_ties: bool,
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

/// DISTINCT, over whole rows or over some expressions.
#[derive(Debug, Clone)]
pub enum Distinct {
    /// `DISTINCT`.
    Rows,
    /// `DISTINCT ON (…)`.
    On(Vec<Node>),
}

/// A source of a query.
#[derive(Debug, Clone)]
pub struct From {
    /// What it is.
    pub relation: FromItem,
    /// How it is joined to those before it.
    pub join: Join,
    /// The join's condition; none for the first source.
    pub on: Option<Node>,
}

/// The kinds of sources.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum FromItem {
    /// A table or view.
    Table(&'static Table),
    /// Keys of rows that were read before, an array for each of their columns: `unnest($1, $2) WITH ORDINALITY AS
    /// t0(k0, k1, n)`, numbered from one.
    Keys(Vec<Bind>),
    /// `LATERAL (SELECT …) AS t1(c0, c1)`: a query that may use the columns of the sources before it. Its columns are named by
    /// position.
    Lateral(Box<Select>),
    /// `(SELECT …) AS t1`: a query of whole rows of a model, whose columns keep their names.
    Rows(Box<Select>),
    /// `(WITH RECURSIVE …) AS t1`: the rows that a recursive query finds.
    Recursive(Box<RecursiveQuery>),
    /// `"orm tree" AS t1`: the rows that the recursive query found in the previous step.
    PreviousStep,
}

impl FromItem {
    /// The table, where it is one.
    pub(crate) fn table(&self) -> Option<&'static Table> {
        match self {
            Self::Table(table) => Some(table),
            Self::Keys(_) | Self::Lateral(_) | Self::Rows(_) | Self::Recursive(_) | Self::PreviousStep => None,
        }
    }
}

/// The column with the number of steps in which a row was found.
pub(crate) const DEPTH: &str = "depth";

/// A recursive query: the rows of `first`, those that `step` finds from them, and so on until it finds no more. It returns
/// keys as columns `c0`, `c1`, …, each key once: `WITH RECURSIVE "orm tree"(c0) AS (first UNION step) SELECT c0 …`.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent option")]
pub struct RecursiveQuery {
    /// The rows that the recursion starts with.
    pub first: Select,
    /// The rows that are found from others, which are a source of it: [`FromItem::PreviousStep`].
    pub step: Select,
    /// How many columns both have: a key, and other columns that the next step needs.
    pub columns: usize,
    /// How many columns the key has.
    pub key: usize,
    /// Whether both begin with another column, `n`: for which of the given keys a row was found. Where there is a depth
    /// a key comes once for each number; else it comes with all of them, an array.
    pub numbered: bool,
    /// Whether both end with another column, `depth`: in how many steps a row was found.
    pub counted: bool,
    /// Whether it returns the least depth of each key, too.
    pub depth: bool,
    /// Whether it has a CYCLE clause, which ends a path that comes back to a row where steps are counted without a bound.
    pub cycle: bool,
}

impl RecursiveQuery {
    /// Gives the columns of query `from` to query `to`.
    pub(super) fn rename(&mut self, from: QueryId, to: QueryId) {
        self.first.rename(from, to);
        self.step.rename(from, to);
    }
}

impl Select {
    /// A query of all rows of `table`.
    pub(crate) fn of(table: &'static Table) -> Self {
        Self::over(FromItem::Table(table))
    }

    /// A query of all rows of `relation`.
    pub(crate) fn over(relation: FromItem) -> Self {
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
            with_ties: false,
            offset: None,
            lock: None,
            by_key: false,
            all_rows: false,
            refused: None,
            timeout: None,
        }
    }

    /// The clauses that it has; a refusal names the first one that is not permitted. This is the only place that knows which
    /// field is which clause, and it names each field, so that a new one does not compile until it has been classified.
    pub(crate) fn clauses(&self) -> impl Iterator<Item = Clause> {
        let Self {
            from,
            list,
            distinct,
            filters,
            group_by,
            having,
            order_by,
            limit,
            with_ties,
            offset,
            lock,
            // Not clauses.
            id: _,
            by_key: _,
            all_rows: _,
            refused: _,
            timeout: _,
        } = self;
        let order = order_by.iter().map(|it| &it.node);
        let aggregates = list.iter().flatten().chain(order).any(Node::has_aggregate);
        let clauses = [
            (list.is_some(), Clause::Select),
            (matches!(distinct, Some(Distinct::Rows)), Clause::Distinct),
            (matches!(distinct, Some(Distinct::On(_))), Clause::DistinctOn),
            (!filters.is_empty(), Clause::Where),
            (!group_by.is_empty(), Clause::GroupBy),
            (!having.is_empty(), Clause::Having),
            (!order_by.is_empty(), Clause::OrderBy),
            (limit.is_some(), Clause::Limit),
            (*with_ties, Clause::WithTies),
            (offset.is_some(), Clause::Offset),
            (lock.is_some(), Clause::Lock),
            (from.len() > 1, Clause::Join),
            (aggregates, Clause::Aggregate),
        ];
        clauses.into_iter().filter_map(|(has, clause)| has.then_some(clause))
    }

    /// Returns whether it has no clauses but `permitted`.
    pub(crate) fn has_only(&self, permitted: &[Clause]) -> bool {
        self.first_besides(permitted).is_none()
    }

    /// The first of its clauses that is not `permitted`.
    pub(crate) fn first_besides(&self, permitted: &[Clause]) -> Option<Clause> {
        self.clauses().find(|it| !permitted.contains(it))
    }

    /// The first of its clauses that is among `clauses`.
    pub(crate) fn first_of(&self, clauses: &[Clause]) -> Option<Clause> {
        self.clauses().find(|it| clauses.contains(it))
    }

    /// Returns whether it is grouped: a row of its result is made of many.
    pub(crate) fn is_grouped(&self) -> bool {
        self.first_of(&Clause::GROUPING).is_some()
    }

    /// Lowers the limit to `rows`. Within a higher limit ties make no difference to the first `rows` rows.
    pub(crate) fn at_most(&mut self, rows: u64) {
        if self.with_ties && (self.limit.is_none() || self.order_by.is_empty()) {
            // The check refuses it.
            return;
        }
        if self.limit.is_none_or(|it| it >= rows) {
            self.limit = Some(rows);
            self.with_ties = false;
        }
    }

    /// Marks it as having no meaning, and why.
    pub(crate) fn refuse(&mut self, reason: impl Into<Cow<'static, str>>) {
        self.refused.get_or_insert_with(|| reason.into());
    }

    /// Removes the order where it does not matter, for a count say. With ties it does: they are counted by it. An expression
    /// in it that has no meaning stays an error.
    pub(crate) fn forget_order(&mut self) {
        if self.with_ties {
            return;
        }
        let order = std::mem::take(&mut self.order_by);
        self.keep_fault(order.iter().map(|it| &it.node));
    }

    /// The same for the select list.
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

impl Select {
    /// Calls `visit` with each expression of the query. Names each field, so that no clause is left out.
    pub(crate) fn nodes(&self, visit: &mut dyn FnMut(&Node)) {
        let Self {
            from,
            list,
            distinct,
            filters,
            group_by,
            having,
            order_by,
            // Without expressions.
            id: _,
            limit: _,
            with_ties: _,
            offset: _,
            lock: _,
            by_key: _,
            all_rows: _,
            refused: _,
            timeout: _,
        } = self;
        let distinct = match distinct {
            Some(Distinct::On(nodes)) => nodes.as_slice(),
            Some(Distinct::Rows) | None => &[],
        };
        list.iter()
            .flatten()
            .chain(from.iter().filter_map(|it| it.on.as_ref()))
            .chain(distinct)
            .chain(filters)
            .chain(group_by)
            .chain(having)
            .chain(order_by.iter().map(|it| &it.node))
            .for_each(visit);
    }

    /// Gives the columns of query `from` to query `to`, in sub-queries as well. Names each field, as `nodes` does.
    pub(super) fn rename(&mut self, from: QueryId, to: QueryId) {
        let Self {
            from: sources,
            list,
            distinct,
            filters,
            group_by,
            having,
            order_by,
            // Without expressions.
            id: _,
            limit: _,
            with_ties: _,
            offset: _,
            lock: _,
            by_key: _,
            all_rows: _,
            refused: _,
            timeout: _,
        } = self;
        for source in &mut *sources {
            match &mut source.relation {
                FromItem::Lateral(query) | FromItem::Rows(query) => query.rename(from, to),
                FromItem::Recursive(tree) => tree.rename(from, to),
                FromItem::Table(_) | FromItem::Keys(_) | FromItem::PreviousStep => {}
            }
        }
        let distinct = match distinct {
            Some(Distinct::On(nodes)) => nodes.as_mut_slice(),
            Some(Distinct::Rows) | None => &mut [],
        };
        list.iter_mut()
            .flatten()
            .chain(sources.iter_mut().filter_map(|it| it.on.as_mut()))
            .chain(distinct)
            .chain(filters)
            .chain(group_by)
            .chain(having)
            .chain(order_by.iter_mut().map(|it| &mut it.node))
            .for_each(|it| it.rename(from, to));
    }
}

impl Clone for Select {
    /// Copies the query under a new identity: its columns become the copy's.
    fn clone(&self) -> Self {
        let mut copy = Self {
            id: QueryId::next(),
            from: self.from.clone(),
            list: self.list.clone(),
            distinct: self.distinct.clone(),
            filters: self.filters.clone(),
            group_by: self.group_by.clone(),
            having: self.having.clone(),
            order_by: self.order_by.clone(),
            limit: self.limit,
            with_ties: self.with_ties,
            offset: self.offset,
            lock: self.lock,
            by_key: self.by_key,
            all_rows: self.all_rows,
            refused: self.refused.clone(),
            timeout: self.timeout,
        };
        copy.rename(self.id, copy.id);
        copy
    }
}

//! Expressions as plain data.

use super::{ColumnName, Direction, Nulls, QueryId, Select};
use crate::{
    schema::Table,
    value::{Bind, PgType},
};

/// An expression.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Node {
    /// A column of a source of a query.
    Column {
        /// The query.
        query: QueryId,
        /// Which of its sources, from zero.
        source: u8,
        /// The column.
        name: ColumnName,
    },
    /// All columns of a source, in the order of the model's fields: only in the list of what a statement returns.
    Columns {
        /// The query.
        query: QueryId,
        /// Which of its sources, from zero.
        source: u8,
        /// The table.
        table: &'static Table,
    },
    /// Whether a source of an outer join found a row; NULL where it did not.
    WholeRow {
        /// The query.
        query: QueryId,
        /// Which of its sources, from zero.
        source: u8,
    },
    /// A value.
    Bind(Bind),
    /// SQL that is constant in this crate: `NULL`, `TRUE`, `*`, `current_date`.
    Constant(&'static str),
    /// `NOT x`, `- x`.
    Prefix(&'static str, Box<Self>),
    /// `x IS NULL`.
    Postfix(Box<Self>, &'static str),
    /// `x = y`, `x + y`.
    Binary(Box<Self>, &'static str, Box<Self>),
    /// `x BETWEEN y AND z`.
    Between(Box<Self>, Box<Self>, Box<Self>),
    /// `x AND y AND …`, `x OR y OR …`.
    Logic(Logic, Vec<Self>),
    /// A function or aggregate.
    Call(Box<Call>),
    /// `CAST(x AS t)`.
    Cast(Box<Self>, PgType),
    /// `(x).name`, of a composite type.
    Attribute(Box<Self>, &'static str),
    /// `CASE WHEN … THEN … ELSE … END`.
    Case {
        /// Conditions and their values.
        arms: Vec<(Self, Self)>,
        /// What it is when none holds.
        otherwise: Option<Box<Self>>,
    },
    /// `ANY (…)` or `ALL (…)` after an operator.
    Quantified(&'static str, Box<Self>),
    /// A query in parentheses.
    Subquery(Box<Select>),
    /// `EXISTS (…)`.
    Exists(Box<Select>),
    /// SQL of the user, with binds and columns in it.
    Raw(Vec<SqlPart>),
    /// Something that has no meaning in SQL, and why; `check` refuses it.
    Invalid(String),
}

/// AND or OR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Logic {
    /// All hold.
    And,
    /// One holds.
    Or,
}

/// The call of a function.
#[derive(Debug, Clone)]
pub struct Call {
    /// Its name.
    pub name: FunctionName,
    /// What it is called with.
    pub args: Vec<Node>,
    /// Whether it gathers many rows into one value.
    pub aggregate: bool,
    /// `DISTINCT` before the first argument.
    pub distinct: bool,
    /// `ORDER BY` after the last argument.
    pub order_by: Vec<OrderItem>,
    /// `FILTER (WHERE …)`.
    pub filter: Option<Node>,
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

/// The name of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FunctionName {
    /// A built-in one, written unchanged.
    Builtin(&'static str),
    /// One of the user, quoted.
    User {
        /// Its schema.
        schema: Option<&'static str>,
        /// Its name.
        name: &'static str,
    },
}

/// A part of the user's SQL.
#[derive(Debug, Clone)]
pub enum SqlPart {
    /// Text, as it was written.
    Text(&'static str),
    /// A bind or a column.
    Node(Node),
}

/// How deep expressions may be nested. Chains of one operator of logic are flat, however long.
const DEEPEST: usize = 400;

impl Node {
    /// `self op rhs`. A bind may take the type of the other side.
    pub(crate) fn binary(self, op: &'static str, rhs: Self) -> Self {
        let rhs = self.beside(rhs);
        let lhs = rhs.beside(self);
        Self::Binary(Box::new(lhs), op, Box::new(rhs)).bounded()
    }

    /// Refuses expressions that are nested too deep: functions that walk over them are recursive, and a stack is finite.
    pub(crate) fn bounded(self) -> Self {
        if self.is_deeper_than(DEEPEST) {
            return Self::Invalid(format!("the expression is nested more than {DEEPEST} levels deep"));
        }
        self
    }

    fn is_deeper_than(&self, levels: usize) -> bool {
        let Some(below) = levels.checked_sub(1) else { return true };
        if self.is_leaf() {
            return false;
        }
        let mut deeper = false;
        self.parts(&mut |part| deeper = deeper || part.is_deeper_than(below));
        deeper
    }

    /// Why it, or a part of it, has no meaning; sub-queries are not entered.
    pub(crate) fn fault(&self) -> Option<String> {
        if let Self::Invalid(reason) = self {
            return Some(reason.clone());
        }
        let mut fault = None;
        if !self.is_leaf() {
            self.parts(&mut |part| fault = fault.take().or_else(|| part.fault()));
        }
        fault
    }

    /// Returns whether it, or a part of it, is an aggregate; sub-queries are not entered.
    pub(crate) fn has_aggregate(&self) -> bool {
        if matches!(self, Self::Call(call) if call.aggregate) {
            return true;
        }
        let mut found = false;
        if !self.is_leaf() {
            self.parts(&mut |part| found = found || part.has_aggregate());
        }
        found
    }

    /// `name(args)` of a built-in function.
    pub(crate) fn call(name: &'static str, args: Vec<Self>) -> Self {
        Self::Call(Box::new(Call::new(FunctionName::Builtin(name), args))).bounded()
    }

    /// `name(args)` of a built-in aggregate.
    pub(crate) fn aggregate(name: &'static str, args: Vec<Self>) -> Self {
        Self::Call(Box::new(Call { aggregate: true, ..Call::new(FunctionName::Builtin(name), args) }))
    }

    /// Joins two conditions, keeping a chain of the same kind flat.
    pub(crate) fn logic(self, kind: Logic, rhs: Self) -> Self {
        match (self, rhs) {
            (Self::Logic(a, mut parts), Self::Logic(b, more)) if a == kind && b == kind => {
                parts.extend(more);
                Self::Logic(kind, parts)
            }
            (Self::Logic(a, mut parts), rhs) if a == kind => {
                parts.push(rhs);
                Self::Logic(kind, parts)
            }
            (lhs, Self::Logic(b, mut parts)) if b == kind => {
                parts.insert(0, lhs);
                Self::Logic(kind, parts)
            }
            (lhs, rhs) => Self::Logic(kind, vec![lhs, rhs]).bounded(),
        }
    }
}

impl Call {
    pub(crate) fn new(name: FunctionName, args: Vec<Node>) -> Self {
        Self { name, args, aggregate: false, distinct: false, order_by: vec![], filter: None }
    }
}

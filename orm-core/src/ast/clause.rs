//! The clauses of a query: the list of them, and the values of some.

/// A clause of a query. [`Select::clauses`](super::Select::clauses) returns those of a query; code that cannot handle
/// every query lists the clauses that it permits, so that a new one is refused there at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clause {
    /// A select list.
    Select,
    /// DISTINCT.
    Distinct,
    /// DISTINCT ON.
    DistinctOn,
    /// WHERE.
    Where,
    /// GROUP BY.
    GroupBy,
    /// HAVING.
    Having,
    /// ORDER BY.
    OrderBy,
    /// LIMIT.
    Limit,
    /// WITH TIES, of FETCH FIRST.
    WithTies,
    /// OFFSET.
    Offset,
    /// FOR UPDATE, FOR SHARE.
    Lock,
    /// A source besides the first.
    Join,
    /// An aggregate in the select list or in ORDER BY: without GROUP BY it makes one row of all.
    Aggregate,
}

impl Clause {
    /// The clauses of which each makes one row of many.
    pub(crate) const GROUPING: [Self; 3] = [Self::GroupBy, Self::Having, Self::Aggregate];

    /// The method that adds it, for messages.
    pub(crate) const fn method(self) -> &'static str {
        match self {
            Self::Select | Self::Aggregate => "select",
            Self::Distinct => "distinct",
            Self::DistinctOn => "distinct_on",
            Self::Join => "join",
            Self::Where => "filter",
            Self::GroupBy => "group_by",
            Self::Having => "having",
            Self::OrderBy => "order_by",
            Self::Limit => "limit",
            Self::WithTies => "with_ties",
            Self::Offset => "offset",
            Self::Lock => "for_update",
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

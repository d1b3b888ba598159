//! Indexes as constant data.

/// An index that is not a constraint.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Index {
    /// Its name.
    pub name: &'static str,
    /// Its keys in their order.
    pub keys: &'static [IndexKey],
    /// Whether equal keys are refused.
    pub unique: bool,
    /// Whether NULLs count as equal.
    pub nulls_not_distinct: bool,
    /// The access method (`gin`, `gist`, `brin`, `hash`); B-tree when absent.
    pub method: Option<&'static str>,
    /// The columns that it stores in addition to the keys.
    pub include: &'static [&'static str],
    /// Its storage parameters as SQL: `fillfactor = 70`.
    pub storage: Option<&'static str>,
    /// The SQL condition of a partial index.
    pub condition: Option<&'static str>,
}

impl Index {
    /// An index over `keys`.
    #[must_use]
    pub const fn new(name: &'static str, keys: &'static [IndexKey]) -> Self {
        Self {
            name,
            keys,
            unique: false,
            nulls_not_distinct: false,
            method: None,
            include: &[],
            storage: None,
            condition: None,
        }
    }
}

/// One key of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct IndexKey {
    /// The column, if it is one.
    pub column: Option<&'static str>,
    /// The SQL expression, if it is not a column.
    pub expression: Option<&'static str>,
    /// Its collation, if that is not the column's: a name, or SQL if it contains a double quote.
    pub collation: Option<&'static str>,
    /// Its operator class as SQL, if that is not the type's default.
    pub operator_class: Option<&'static str>,
    /// Whether it is in descending order.
    pub descending: bool,
    /// Whether NULLs come first, as they do by default in descending order.
    pub nulls_first: bool,
}

impl IndexKey {
    /// The key of a column, ascending with NULLs last.
    #[must_use]
    pub const fn column(name: &'static str) -> Self {
        Self { column: Some(name), ..Self::NOTHING }
    }

    /// The key of an SQL expression, ascending with NULLs last.
    #[must_use]
    pub const fn expression(sql: &'static str) -> Self {
        Self { expression: Some(sql), ..Self::NOTHING }
    }

    const NOTHING: Self = Self {
        column: None,
        expression: None,
        collation: None,
        operator_class: None,
        descending: false,
        nulls_first: false,
    };
}

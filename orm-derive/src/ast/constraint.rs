//! Primary keys, constraints and indexes.

use proc_macro2::Span;
use syn::{Ident, ext::IdentExt};

use crate::ctxt::Located;

/// A primary key, constraint or index with its name in the database.
pub(crate) struct Constraint {
    pub(crate) span: Span,
    pub(crate) name: String,
    /// Its columns; of an index or exclusion constraint the keys that are columns.
    pub(crate) columns: Vec<ConstraintColumn>,
    pub(crate) kind: ConstraintKind,
    /// The name of its Rust constant; most indexes and the constraints of views have none.
    pub(crate) constant: Option<Ident>,
}

/// A column of a constraint or index.
#[derive(Clone)]
pub(crate) enum ConstraintColumn {
    /// A column of the model, by its name in the database.
    Own(String),
    /// A column of a flattened field.
    Flattened {
        /// The number of the field among the flattened ones.
        number: usize,
        field: Ident,
        /// The field inside, in the flattened struct.
        inner: Ident,
    },
}

impl ConstraintColumn {
    /// The column's name in the default name of a constraint.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Own(name) => name.clone(),
            Self::Flattened { inner, .. } => inner.unraw().to_string(),
        }
    }
}

/// A field that `unique(..)` or `index(..)` names: `name`, or `times.created` of a flattened one.
#[derive(Clone)]
pub(crate) struct FieldPath {
    pub(crate) field: Ident,
    pub(crate) inner: Option<Ident>,
}

/// What a constraint requires.
pub(crate) enum ConstraintKind {
    PrimaryKey {
        /// Whether it has another name than by default.
        named: bool,
        options: IndexOptions<ConstraintColumn>,
    },
    Unique(IndexOptions<ConstraintColumn>),
    /// Its number among the foreign keys of the model.
    ForeignKey(usize),
    Check {
        condition: String,
        not_valid: bool,
    },
    Index {
        unique: bool,
        keys: Vec<IndexKey<ConstraintColumn>>,
        options: IndexOptions<ConstraintColumn>,
    },
    Exclusion {
        keys: Vec<IndexKey<ConstraintColumn>>,
        options: IndexOptions<ConstraintColumn>,
    },
}

impl ConstraintKind {
    /// Whether a foreign key can refer to its columns.
    pub(crate) fn can_be_referred_to(&self) -> bool {
        match self {
            Self::PrimaryKey { options, .. } | Self::Unique(options) => options.deferrable.is_none(),
            Self::Index { unique, keys, options } => {
                let columns = keys.iter().all(|it| matches!(it.part, KeyPart::Column(_)));
                *unique && columns && options.condition.is_none()
            }
            Self::ForeignKey(_) | Self::Check { .. } | Self::Exclusion { .. } => false,
        }
    }

    /// Whether the server refuses a name that both have: it has a list of the constraints of each table, and a list of the
    /// indexes of each schema, those of constraints among them.
    pub(crate) fn shares_names(&self, other: &Self) -> bool {
        let only_index = |it: &Self| matches!(it, Self::Index { .. });
        let without_index = |it: &Self| matches!(it, Self::ForeignKey(_) | Self::Check { .. });
        !(only_index(self) && without_index(other) || without_index(self) && only_index(other))
    }

    /// The columns that its index stores in addition to the keys.
    pub(crate) fn include(&self) -> &[ConstraintColumn] {
        match self {
            Self::PrimaryKey { options, .. }
            | Self::Unique(options)
            | Self::Index { options, .. }
            | Self::Exclusion { options, .. } => &options.include,
            Self::ForeignKey(_) | Self::Check { .. } => &[],
        }
    }
}

/// The attribute that declares an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IndexKind {
    /// `index`.
    Plain,
    /// `unique_index`.
    UniqueIndex,
    /// `unique`: a constraint, unless it has what only an index can have.
    Unique,
    /// `exclude`.
    Exclusion,
    /// `primary_key`.
    PrimaryKey,
}

/// An index, or a constraint that has one; its columns are named by fields.
pub(crate) struct Index {
    pub(crate) span: Span,
    pub(crate) kind: IndexKind,
    pub(crate) name: Option<Located<String>>,
    pub(crate) constant: Option<Located<Ident>>,
    pub(crate) keys: Vec<IndexKey<FieldPath>>,
    pub(crate) options: IndexOptions<FieldPath>,
}

/// The options of an index, whose columns are named as `F` says.
pub(crate) struct IndexOptions<F> {
    pub(crate) method: Option<Located<String>>,
    pub(crate) condition: Option<Located<String>>,
    pub(crate) storage: Option<Located<String>>,
    pub(crate) nulls_not_distinct: Option<Located<()>>,
    pub(crate) deferrable: Option<Located<Deferrable>>,
    pub(crate) include: Vec<F>,
}

impl<F> IndexOptions<F> {
    /// The same options with other names of the columns.
    pub(crate) fn with_columns<G>(self, include: Vec<G>) -> IndexOptions<G> {
        let Self { method, condition, storage, nulls_not_distinct, deferrable, include: _ } = self;
        IndexOptions { method, condition, storage, nulls_not_distinct, deferrable, include }
    }
}

impl<F> Default for IndexOptions<F> {
    fn default() -> Self {
        Self {
            method: None,
            condition: None,
            storage: None,
            nulls_not_distinct: None,
            deferrable: None,
            include: Vec::new(),
        }
    }
}

/// When a constraint can be checked later than at each statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deferrable {
    /// When a transaction asks for it.
    InitiallyImmediate,
    /// Unless a transaction asks for the opposite.
    InitiallyDeferred,
}

/// One key of an index, whose column is named as `F` says.
pub(crate) struct IndexKey<F> {
    pub(crate) span: Span,
    pub(crate) part: KeyPart<F>,
    pub(crate) collation: Option<Located<String>>,
    pub(crate) operator_class: Option<Located<String>>,
    pub(crate) descending: Option<Located<bool>>,
    pub(crate) nulls_first: Option<Located<bool>>,
    /// How an exclusion constraint compares it.
    pub(crate) operator: Option<Located<String>>,
}

/// What a key of an index is.
pub(crate) enum KeyPart<F> {
    Column(F),
    /// SQL.
    Expression(String),
}

impl<F> IndexKey<F> {
    /// The key of a column without further options.
    pub(crate) fn column(span: Span, column: F) -> Self {
        Self::new(span, KeyPart::Column(column))
    }

    pub(crate) fn new(span: Span, part: KeyPart<F>) -> Self {
        let (collation, operator_class, descending, nulls_first, operator) = (None, None, None, None, None);
        Self { span, part, collation, operator_class, descending, nulls_first, operator }
    }

    /// Whether it is a column with nothing that only the key of an index can have.
    pub(crate) fn is_plain(&self) -> bool {
        matches!(self.part, KeyPart::Column(_))
            && self.collation.is_none()
            && self.operator_class.is_none()
            && self.descending.is_none()
            && self.nulls_first.is_none()
    }

    /// The same key with `part`.
    pub(crate) fn with_part<G>(self, part: KeyPart<G>) -> IndexKey<G> {
        let Self { span, part: _, collation, operator_class, descending, nulls_first, operator } = self;
        IndexKey { span, part, collation, operator_class, descending, nulls_first, operator }
    }
}

/// A check constraint.
pub(crate) struct Check {
    pub(crate) span: Span,
    pub(crate) name: Option<String>,
    pub(crate) constant: Option<Ident>,
    pub(crate) condition: String,
    /// Whether older rows may break it.
    pub(crate) not_valid: bool,
}

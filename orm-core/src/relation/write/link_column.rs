//! The columns of a junction table that say which two rows are linked.

use bytes::BytesMut;

use crate::{
    error::{Error, ErrorKind},
    model::Model,
    relation::Path,
    schema::{Deferrable, Index, Table, Unique},
    value::Bind,
};

/// The columns of a junction table that refer to the two rows of a link.
#[derive(Debug, Clone, Copy)]
pub(super) struct LinkColumns {
    pub(super) table: &'static Table,
    /// Those that refer to the parent: `post_id`.
    pub(super) near: &'static [&'static str],
    /// Those that refer to the other model: `tag_id`. A column can be in both: that of a tenant, which all three tables
    /// have.
    pub(super) far: &'static [&'static str],
}

impl LinkColumns {
    /// Those of a relation; `None` without a junction table.
    pub(super) fn of<P: Model>(path: &Path<P>) -> Option<Self> {
        let junction = path.junction?;
        Some(Self { table: junction.table, near: path.compared(), far: junction.columns })
    }

    /// The columns that refer to the other model only.
    pub(super) fn far_only(&self) -> impl Iterator<Item = &'static str> {
        self.far.iter().copied().filter(|it| !self.near.contains(it))
    }

    /// All columns, each once.
    pub(super) fn columns(&self) -> Vec<&'static str> {
        self.near.iter().copied().chain(self.far_only()).collect()
    }

    /// Returns why links cannot be stored, if so: the junction table has a column that a link has no value for.
    pub(super) fn refused(&self) -> Option<String> {
        let table = self.table;
        if table.view {
            return Some(format!("`{}` is a view, which is read only: link through the model of a table", table.model));
        }
        let columns = self.columns();
        let lacking = table.columns.iter().find(|it| !it.optional() && !columns.contains(&it.name))?;
        let (field, model) = (lacking.field, table.model);
        Some(format!(
            "a link cannot fill `{field}` of `{model}`, which has no default and cannot be NULL: insert a `{model}` with \
             its value, or give the field a default, as in `#[orm(default = \"0\")]`"
        ))
    }

    /// Returns whether the junction table has a unique key of exactly these columns. Only then does the server refuse a
    /// second link of the same two rows.
    pub(super) fn are_unique(&self) -> bool {
        let columns = self.columns();
        let same = |key: &[&str]| key.len() == columns.len() && columns.iter().all(|it| key.contains(it));
        let keys = |it: &Index| it.keys.iter().map(|key| key.column).collect::<Option<Vec<_>>>();
        let index = |it: &Index| it.unique && it.condition.is_none() && keys(it).is_some_and(|it| same(&it));
        // ON CONFLICT accepts no constraint that is deferred.
        let unique = |it: &Unique| it.deferrable == Deferrable::No && same(it.columns);
        let table = self.table;
        let key = !table.primary_key.absent && table.primary_key.deferrable == Deferrable::No && same(table.key);
        key || table.uniques.iter().any(unique) || table.indexes.iter().any(index)
    }

    /// Returns the values of [`far_only`](Self::far_only) for a link of two rows; `None` if the rows have different
    /// values for a column that refers to both.
    pub(super) fn far_values(&self, parent: &[Bind], child: Vec<Bind>) -> Option<Vec<Bind>> {
        let mut values = Vec::with_capacity(child.len());
        for (column, value) in self.far.iter().zip(child) {
            match self.near.iter().position(|it| it == column) {
                None => values.push(value),
                Some(at) if parent.get(at).is_some_and(|it| it.has_same_value(&value)) => {}
                Some(_) => return None,
            }
        }
        Some(values)
    }

    /// The text of the error if [`far_values`](Self::far_values) returns `None`.
    pub(super) fn different_values(&self) -> String {
        let shared = self.far.iter().find(|it| self.near.contains(it)).copied().unwrap_or_default();
        format!(
            "the rows have different values of `{shared}`, and a link in `{}` has one column for both",
            self.table.name
        )
    }

    /// The number of the advisory lock that changes of the parent's links take if there is no unique key: otherwise two
    /// of them could add the same link at the same time.
    pub(super) fn lock(&self, parent: &[Bind]) -> i64 {
        let mut bytes = BytesMut::new();
        let names = [self.table.schema.unwrap_or_default(), self.table.name];
        for name in names.iter().chain(self.near) {
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(&[0]);
        }
        for value in parent {
            // A value without bytes only makes more parents share a lock.
            value.bytes(&mut bytes);
        }
        // FNV-1a
        let hash = bytes
            .iter()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
        hash.cast_signed()
    }
}

/// An error before any I/O.
pub(super) fn refused(text: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidStatement, text)
}

/// The text of the error for a parent whose key is NULL, if the junction table refers to a unique column.
pub(super) const NO_KEY: &str = "the row cannot be linked: it has NULL in a column that links refer to";

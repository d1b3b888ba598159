//! The two ends of a link: which columns of a table in between say what is linked with what.

use bytes::BytesMut;

use crate::{
    error::{Error, ErrorKind},
    model::Model,
    relation::Path,
    schema::Table,
    value::Bind,
};

/// The columns of a table in between that refer to what it links.
#[derive(Debug, Clone, Copy)]
pub(super) struct LinkColumns {
    pub(super) table: &'static Table,
    /// Those that refer to the parent.
    pub(super) near: &'static [&'static str],
    /// Those that refer to the other model. A column can be one of both: a tenant, which all three tables have.
    pub(super) far: &'static [&'static str],
}

impl LinkColumns {
    /// The ends of a relation; nothing where there is no table in between.
    pub(super) fn of<P: Model>(path: &Path<P>) -> Option<Self> {
        let (table, near, through) = path.link()?;
        Some(Self { table, near, far: through.columns })
    }

    /// The columns of the far end that are not those of the near one.
    pub(super) fn own(&self) -> impl Iterator<Item = &'static str> {
        self.far.iter().copied().filter(|it| !self.near.contains(it))
    }

    /// All columns, each once.
    pub(super) fn columns(&self) -> Vec<&'static str> {
        self.near.iter().copied().chain(self.own()).collect()
    }

    /// Says why a link cannot be stored, if so: the table in between has columns that only its own rows can fill.
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

    /// Whether the model has a unique key of just these columns. Only then does the server refuse a second link of the
    /// same two rows.
    pub(super) fn are_unique(&self) -> bool {
        let columns = self.columns();
        let same = |key: &[&str]| key.len() == columns.len() && columns.iter().all(|it| key.contains(it));
        same(self.table.key) || self.table.uniques.iter().any(|it| same(it.columns))
    }

    /// The values of the far end's own columns, for a link of two rows; nothing where the two have different values for a
    /// column that is one of both ends.
    pub(super) fn own_values(&self, parent: &[Bind], child: Vec<Bind>) -> Option<Vec<Bind>> {
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

    /// What to say where [`own_values`](Self::own_values) gives nothing.
    pub(super) fn differ(&self) -> String {
        let shared = self.far.iter().find(|it| self.near.contains(it)).copied().unwrap_or_default();
        format!("the rows differ in `{shared}`, of which a link in `{}` has one for both", self.table.name)
    }

    /// The number of the lock that changes of the parent's links take where nothing else keeps two of them from adding the
    /// same link at the same time.
    pub(super) fn lock(&self, parent: &[Bind]) -> i64 {
        let mut bytes = BytesMut::new();
        let names = [self.table.schema.unwrap_or_default(), self.table.name];
        for name in names.iter().chain(self.near) {
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(&[0]);
        }
        for value in parent {
            // Without the bytes of a value more rows share a lock, no more.
            value.bytes(&mut bytes);
        }
        // FNV-1a
        let hash = bytes
            .iter()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
        hash.cast_signed()
    }
}

pub(super) fn refused(text: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidStatement, text)
}

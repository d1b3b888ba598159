//! The column of a field, with its options.

use super::{constraint::Index, reference::Reference};
use crate::ctxt::Located;

/// The column of a field.
#[derive(Default)]
pub(crate) struct Column {
    /// The name in the database.
    pub(crate) name: String,
    pub(crate) key: Option<Located<()>>,
    pub(crate) identity: Option<Located<Numbering>>,
    pub(crate) default: Option<Located<String>>,
    pub(crate) generated: Option<Located<String>>,
    /// Whether a generated column is not stored.
    pub(crate) virtual_generated: bool,
    pub(crate) collation: Option<Located<String>>,
    pub(crate) comment: Option<Located<String>>,
    pub(crate) version: Option<Located<()>>,
    pub(crate) on_update: Option<Located<String>>,
    pub(crate) json: Option<Located<()>>,
    pub(crate) renamed_from: Option<Located<String>>,
    pub(crate) sql_type: Option<Located<String>>,
    pub(crate) references: Option<Located<Reference>>,
    pub(crate) unique: Option<Located<Index>>,
    pub(crate) unique_index: Option<Located<Index>>,
    pub(crate) index: Option<Located<Index>>,
}

/// How the database numbers an identity column.
#[derive(Default)]
pub(crate) struct Numbering {
    /// Whether an insert cannot give a value.
    pub(crate) always: Option<Located<()>>,
    pub(crate) start: Option<Located<i64>>,
    pub(crate) increment: Option<Located<i64>>,
    pub(crate) min: Option<Located<i64>>,
    pub(crate) max: Option<Located<i64>>,
    pub(crate) cache: Option<Located<i64>>,
    pub(crate) cycle: Option<Located<()>>,
}

impl Column {
    /// Whether only the database writes it.
    pub(crate) fn is_automatic(&self) -> bool {
        self.identity.is_some() || self.generated.is_some()
    }

    /// Whether an insert may leave it to a default.
    pub(crate) fn has_default(&self) -> bool {
        self.default.is_some() || self.version.is_some() || self.is_serial()
    }

    /// Whether PostgreSQL numbers it by a sequence that is created with it.
    fn is_serial(&self) -> bool {
        let serial = |it: &Located<String>| matches!(it.value.as_str(), "smallserial" | "serial" | "bigserial");
        self.sql_type.as_ref().is_some_and(serial)
    }
}

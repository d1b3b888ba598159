//! A table or view with its names in Rust.

use crate::schema::catalog::{Table, View};

/// A model, once it has names.
#[derive(Debug)]
pub(super) struct Model<'a> {
    pub(super) ident: String,
    /// The name of the table, from which relations are named.
    pub(super) short: String,
    pub(super) table: Option<&'a Table>,
    pub(super) view: Option<&'a View>,
    /// The columns with their fields.
    pub(super) fields: Vec<(String, String)>,
}

impl Model<'_> {
    /// The field of a column.
    pub(super) fn field(&self, column: &str) -> Option<&str> {
        self.fields.iter().find(|(it, _)| it == column).map(|(_, field)| field.as_str())
    }
}

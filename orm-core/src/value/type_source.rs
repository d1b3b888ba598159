//! Where the server takes the type of a bind from.

use crate::{
    ident::{ColumnName, QueryId},
    schema::Table,
};

/// Where the server takes the type of a bind from. Only binds of Rust types that several PostgreSQL types can hold, mainly
/// text, take it from elsewhere than from themselves.
#[derive(Debug, Clone, Copy)]
pub(crate) enum TypeSource {
    /// The declared type, which follows from the Rust type.
    Declared,
    /// The neighbour of the bind.
    Beside(Neighbour),
    /// A column of a table, which the text names.
    Column {
        table: &'static Table,
        name: &'static str,
        /// Whether the bind is an array of values of that column.
        items: bool,
    },
}

/// The neighbour of a bind, which gives it a type: a column, or an expression over one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Neighbour {
    pub(crate) query: QueryId,
    pub(crate) source: u8,
    pub(crate) name: ColumnName,
    /// The expression over the column, if it may have another type: an attribute of the column, SQL of the user.
    pub(crate) part: Option<&'static str>,
}

impl Neighbour {
    /// The column `name` of a table that is written to.
    pub(crate) const fn target(name: &'static str) -> Self {
        Self { query: QueryId::NONE, source: 0, name: ColumnName::Named(name), part: None }
    }

    /// An expression that is known by its text only.
    pub(crate) const fn text(text: &'static str) -> Self {
        Self { part: Some(text), ..Self::target("") }
    }

    /// The column's name, for messages.
    pub(crate) fn column(self) -> Option<&'static str> {
        self.name.named().filter(|it| !it.is_empty())
    }
}

impl PartialEq for TypeSource {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Declared, Self::Declared) => true,
            (Self::Beside(one), Self::Beside(other)) => one == other,
            (Self::Column { table: t1, name: n1, items: i1 }, Self::Column { table: t2, name: n2, items: i2 }) => {
                t1.name == t2.name && t1.schema == t2.schema && n1 == n2 && i1 == i2
            }
            _ => false,
        }
    }
}

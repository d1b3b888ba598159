//! Where the server takes the type of a bind from.

use crate::{
    ident::{ColumnName, QueryId},
    schema::Table,
};

/// Where the server takes the type of a bind from. Only binds of Rust types that are held by several types of the server's,
/// text above all, take it from anywhere but from themselves.
#[derive(Debug, Clone, Copy)]
pub(crate) enum TypeSource {
    /// It is declared: that of the Rust type.
    Declared,
    /// From what stands beside the bind.
    Beside(Neighbour),
    /// From a column of a table, which the text names.
    Column {
        table: &'static Table,
        name: &'static str,
        /// Whether the bind is an array of values of the column.
        items: bool,
    },
}

/// What stands beside a bind and gives it a type: a column, or an expression that is made of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Neighbour {
    pub(crate) query: QueryId,
    pub(crate) source: u8,
    pub(crate) name: ColumnName,
    /// What is made of the column, where that may have another type: an attribute of it, SQL of the user.
    pub(crate) part: Option<&'static str>,
}

impl Neighbour {
    /// The column `name` of a table that is written to.
    pub(crate) const fn target(name: &'static str) -> Self {
        Self { query: QueryId::NONE, source: 0, name: ColumnName::Named(name), part: None }
    }

    /// Something that is known by its text only.
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

//! Columns that several models share: a struct with `#[derive(Flatten)]`, which a model takes in with
//! `#[orm(flatten)]`.

use std::fmt;

use super::InsertSink;
use crate::{
    error::Result,
    expr::{Mode, Origin, Selection},
    row::{Cursor, FromRow},
    schema::{ColumnDef, Table},
    value::PgType,
};

/// A struct whose columns stand in the tables of other models. Derive it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no columns to share",
    label = "expected a struct with `#[derive(Flatten)]`",
    note = "add `#[derive(Flatten)]` to the struct, or store it in one column with `#[orm(json)]`"
)]
pub trait Flatten: FromRow {
    /// The columns, for closures.
    type Columns<N: Mode>: Copy + fmt::Debug + Send + Sync + Selection<Output = N::Row<Self>>;
    /// The part of a row to insert.
    type New;

    /// The columns.
    const COLUMNS: &'static [ColumnDef];
    /// How many of the columns an insert may name.
    const INSERTABLE: usize;

    /// Makes the columns; `origin` starts at the first of them.
    #[doc(hidden)]
    fn columns<N: Mode>(origin: Origin) -> Self::Columns<N>;

    /// Hands the values to an insert; `first` is the place of the first.
    #[doc(hidden)]
    fn insert<S: InsertSink>(new: Self::New, first: usize, sink: &mut S);
}

/// How many columns come before a field: `own`, and those of the flattened fields before it.
#[doc(hidden)]
#[must_use]
pub const fn columns_before(own: u16, flattened: &[&[ColumnDef]]) -> u16 {
    let mut count = own;
    let mut parts = flattened;
    while let [part, rest @ ..] = parts {
        let mut columns = *part;
        while let [_, tail @ ..] = columns {
            count += 1;
            columns = tail;
        }
        parts = rest;
    }
    count
}

/// Puts the columns of a model together, its own and the flattened ones.
#[doc(hidden)]
#[must_use]
pub const fn join_columns<const LEN: usize>(parts: &[&[ColumnDef]]) -> [ColumnDef; LEN] {
    let mut all = [ColumnDef::new("", "", PgType::builtin("", 0, 0), false); LEN];
    let mut free: &mut [ColumnDef] = &mut all;
    let mut parts = parts;
    while let [part, rest @ ..] = parts {
        let mut columns = *part;
        while let [column, tail @ ..] = columns {
            let [place, more @ ..] = free else { break };
            *place = *column;
            free = more;
            columns = tail;
        }
        parts = rest;
    }
    all
}

/// Stops the compilation where two columns of a table have one name.
#[doc(hidden)]
#[expect(clippy::panic, reason = "runs while the user's crate is compiled, and is its error message")]
pub const fn check_columns(table: &Table) {
    let mut columns = table.columns;
    while let [column, rest @ ..] = columns {
        let mut others = rest;
        while let [other, tail @ ..] = others {
            if super::field::equal(column.name.as_bytes(), other.name.as_bytes()) {
                let text = super::field::Message::new()
                    .text("the table of `")
                    .text(table.model)
                    .text("` would have two columns `")
                    .text(column.name)
                    .text("`, one of them from a flattened struct");
                panic!("{}", text.as_str());
            }
            others = tail;
        }
        columns = rest;
    }
}

/// The place of the first column that cannot be NULL; the number of columns when all may be.
#[doc(hidden)]
#[must_use]
pub const fn first_required_column(columns: &[ColumnDef]) -> usize {
    let mut rest = columns;
    while let [column, tail @ ..] = rest
        && column.nullable
    {
        rest = tail;
    }
    columns.len() - rest.len()
}

/// Whether the next `count` values are all NULL.
#[doc(hidden)]
pub fn all_null(row: &Cursor<'_>, count: usize) -> Result<bool> {
    for ahead in 0..count {
        if !row.is_null(ahead)? {
            return Ok(false);
        }
    }
    Ok(true)
}

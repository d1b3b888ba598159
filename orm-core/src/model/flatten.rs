//! Columns that several models share: a struct with `#[derive(Flatten)]`, which models include with `#[orm(flatten)]`.

use super::const_check;
use crate::{
    error::Result,
    expr::{Flatten, FlattenedField, NewFlattened, Selection},
    row::{Cursor, FromRow, Layout},
    schema::ColumnDef,
    value::{InsertSink, PgType},
};

/// The part of a row to insert that belongs to a flattened struct: `NewTimes` for `Times`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a row of shared columns",
    label = "expected the struct that `#[derive(Flatten)]` writes",
    note = "for a flattened field of type `Times` this is `NewTimes`"
)]
pub trait FlattenNew {
    /// The struct with the columns.
    type Of: Flatten<New = Self>;
}

/// Passes the values of a flattened field to an insert; the columns determine the type of the field.
#[doc(hidden)]
pub fn insert_flattened<C, V, S>(_: C, row: V, first: usize, sink: &mut S)
where
    V: FlattenNew,
    C: Selection<Output = V::Of>,
    S: InsertSink,
{
    <V::Of as Flatten>::insert(row, first, sink);
}

/// The columns of the field.
#[doc(hidden)]
#[must_use]
pub const fn flattened_columns<M: FlattenedField<I>, const I: usize>() -> &'static [ColumnDef] {
    <M::Type as Flatten>::COLUMNS
}

/// The name of one column of the field; empty if there is none, which [`check_flattened_column`] reports.
#[doc(hidden)]
#[must_use]
pub const fn flattened_column<M: FlattenedField<I>, const I: usize>(field: &str) -> &'static str {
    let mut columns = flattened_columns::<M, I>();
    while let [column, rest @ ..] = columns {
        if const_check::equal(column.field.as_bytes(), field.as_bytes()) {
            return column.name;
        }
        columns = rest;
    }
    ""
}

/// Stops the compilation where the flattened field `part` has no column of the field `field`.
#[doc(hidden)]
#[track_caller]
#[expect(clippy::panic, reason = "runs while the user's crate is compiled, and is its error message")]
pub const fn check_flattened_column<M: FlattenedField<I>, const I: usize>(part: &str, field: &str) {
    if flattened_column::<M, I>(field).is_empty() {
        let text = const_check::ConstMessage::new()
            .text("the flattened field `")
            .text(part)
            .text("` has no column `")
            .text(field);
        panic!("{}", text.text("`").as_str());
    }
}

/// How many columns of the field an insert may name.
#[doc(hidden)]
#[must_use]
pub const fn flattened_insertable<M: FlattenedField<I>, const I: usize>() -> usize {
    <M::Type as Flatten>::INSERTABLE
}

/// Hands the values of the field to an insert.
#[doc(hidden)]
pub fn insert_flattened_new<M: FlattenedField<I>, const I: usize, S: InsertSink>(
    new: <M as NewFlattened<I>>::New,
    first: usize,
    sink: &mut S,
) {
    <M::Type as Flatten>::insert(new, first, sink);
}

/// Takes the columns of the field from a result.
#[doc(hidden)]
pub fn layout_flattened<M: FlattenedField<I>, const I: usize>(layout: &mut Layout<'_>) -> Result<()> {
    <M::Type as FromRow>::layout(layout)
}

/// Reads the field.
#[doc(hidden)]
pub fn read_flattened<M: FlattenedField<I>, const I: usize>(row: &mut Cursor<'_>) -> Result<M::Type> {
    <M::Type as FromRow>::from_row(row)
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

/// Joins the columns of a model: its own and the flattened ones.
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
pub const fn check_columns(model: &str, own: &[&str], flattened: &[&[ColumnDef]]) {
    let mut parts = flattened;
    while let [part, rest @ ..] = parts {
        let mut columns = *part;
        while let [column, tail @ ..] = columns {
            if const_check::contains(own, column.name) || const_check::is_column_of(rest, column.name) {
                let text = const_check::ConstMessage::new()
                    .text("the table of `")
                    .text(model)
                    .text("` would have two columns `")
                    .text(column.name)
                    .text("`, one of them from a flattened struct: rename one with `#[orm(column = ..)]`");
                panic!("{}", text.as_str());
            }
            columns = tail;
        }
        parts = rest;
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

/// Returns whether the next `count` values are all NULL.
#[doc(hidden)]
pub fn all_null(row: &Cursor<'_>, count: usize) -> Result<bool> {
    for ahead in 0..count {
        if !row.is_null(ahead)? {
            return Ok(false);
        }
    }
    Ok(true)
}

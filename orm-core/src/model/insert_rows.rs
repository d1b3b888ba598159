//! Collects the values of an insert: one row as binds, many rows column by column.

use std::any::Any;

use super::Insertable;
use crate::{
    ast::{Cell, InsertSource},
    builder::InsertRows,
    schema::Table,
    value::{Bind, InsertSink, Neighbour, SqlType},
};

/// Collects one row. Columns with their default are not named. Renders `VALUES ($1, $2)`.
pub(crate) fn one<M>(row: impl Insertable<M>) -> InsertRows {
    let mut sink = RowCells { columns: vec![], cells: vec![] };
    row.write(&mut sink);
    InsertRows { columns: sink.columns, rows: InsertSource::Values(vec![sink.cells]), count: 1 }
}

/// The cells of one row.
struct RowCells {
    columns: Vec<&'static str>,
    cells: Vec<Cell>,
}

impl InsertSink for RowCells {
    fn value<T: SqlType>(&mut self, _: usize, column: &'static str, value: T) {
        self.columns.push(column);
        self.cells.push(Cell::Bind(Bind::new(value).beside(Neighbour::target(column))));
    }

    fn default<T: SqlType>(&mut self, _: usize, _: &'static str) {}
}

/// Collects many rows. Renders `SELECT * FROM unnest($1, $2)` if all rows have the same columns, otherwise
/// `VALUES ($1, DEFAULT), (DEFAULT, $2)`.
pub(crate) fn many<M, R: Insertable<M>>(table: &'static Table, rows: impl IntoIterator<Item = R>) -> InsertRows {
    let rows = rows.into_iter();
    let mut sink = ColumnBuffers { expected: rows.size_hint().0, ..Default::default() };
    rows.for_each(|row| sink.push(row));
    sink.finish(table)
}

/// Rows to insert, column by column.
#[derive(Default)]
pub(crate) struct ColumnBuffers {
    columns: Vec<(&'static str, Box<dyn Buffer>)>,
    rows: usize,
    expected: usize,
}

/// The values of one column. A missing one is a default.
trait Buffer: Any + Send {
    fn count(&self) -> usize;
    /// Returns whether `unnest` would return other columns than the values: it flattens arrays and splits composites.
    fn is_unnested_wrong(&self) -> bool;
    fn into_array(self: Box<Self>, table: &'static Table, column: &'static str) -> Bind;
    fn into_cells(self: Box<Self>, column: &'static str, rows: usize) -> Vec<Cell>;
}

struct ColumnBuffer<T> {
    values: Vec<T>,
    /// The rows that have a value, kept only from the first row on that has none.
    present: Option<Vec<usize>>,
}

impl<T: SqlType> Buffer for ColumnBuffer<T> {
    fn count(&self) -> usize {
        self.values.len()
    }

    fn is_unnested_wrong(&self) -> bool {
        use crate::value::Scalar;
        let ty = T::Base::TYPE;
        // The last one is any type, an array too.
        ty.array || !ty.attributes.is_empty() || ty == crate::value::Opaque::TYPE
    }

    fn into_array(self: Box<Self>, table: &'static Table, column: &'static str) -> Bind {
        let array = Bind::array(self.values);
        // The elements of an array of text are not `xml` or `ltree`, and casting them would truncate long texts.
        match table.column(column) {
            Some(it) if it.sql_type.is_some() => array.items_typed_as(table, column),
            _ => array.of_column(column),
        }
    }

    fn into_cells(self: Box<Self>, column: &'static str, rows: usize) -> Vec<Cell> {
        let Self { values, present } = *self;
        let values = values.into_iter().map(|it| Cell::Bind(Bind::new(it).beside(Neighbour::target(column))));
        let Some(present) = present else { return values.collect() };
        let mut cells = vec![Cell::Default; rows];
        for (row, value) in present.into_iter().zip(values) {
            if let Some(cell) = cells.get_mut(row) {
                *cell = value;
            }
        }
        cells
    }
}

impl ColumnBuffers {
    /// Adds a row. All rows are of one type.
    pub(crate) fn push<M>(&mut self, row: impl Insertable<M>) {
        row.write(self);
        self.rows += 1;
    }

    fn column<T: SqlType>(&mut self, index: usize, name: &'static str) -> Option<&mut ColumnBuffer<T>> {
        if index == self.columns.len() {
            let values = ColumnBuffer::<T> { values: Vec::with_capacity(self.expected), present: None };
            self.columns.push((name, Box::new(values)));
        }
        let (_, values) = self.columns.get_mut(index)?;
        let values: &mut dyn Any = &mut **values;
        values.downcast_mut()
    }

    pub(crate) fn finish(self, table: &'static Table) -> InsertRows {
        let Self { columns, rows, .. } = self;
        let set = columns.into_iter().filter(|(_, values)| values.count() > 0);
        let (names, columns): (Vec<_>, Vec<_>) = set.unzip();
        if names.is_empty() {
            // Rows of nothing but defaults: some column must be named.
            let any = table.columns.first().map(|it| it.name);
            return InsertRows {
                columns: if rows == 0 { vec![] } else { any.into_iter().collect() },
                rows: InsertSource::Values(vec![vec![Cell::Default]; rows]),
                count: rows,
            };
        }
        let count = rows;
        let rows = if columns.iter().all(|it| it.count() == rows && !it.is_unnested_wrong()) {
            InsertSource::Unnest(columns.into_iter().zip(&names).map(|(it, name)| it.into_array(table, name)).collect())
        } else {
            let mut table: Vec<Vec<Cell>> = (0..rows).map(|_| Vec::with_capacity(names.len())).collect();
            for (column, name) in columns.into_iter().zip(&names) {
                for (row, cell) in table.iter_mut().zip(column.into_cells(name, rows)) {
                    row.push(cell);
                }
            }
            InsertSource::Values(table)
        };
        InsertRows { columns: names, rows, count }
    }
}

impl InsertSink for ColumnBuffers {
    fn value<T: SqlType>(&mut self, index: usize, column: &'static str, value: T) {
        let row = self.rows;
        if let Some(column) = self.column::<T>(index, column) {
            if let Some(present) = &mut column.present {
                present.push(row);
            }
            column.values.push(value);
        }
    }

    fn default<T: SqlType>(&mut self, index: usize, column: &'static str) {
        if let Some(column) = self.column::<T>(index, column) {
            let before = column.values.len();
            column.present.get_or_insert_with(|| (0..before).collect());
        }
    }
}

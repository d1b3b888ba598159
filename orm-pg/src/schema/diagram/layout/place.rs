//! The parts of a layout, and its sizes.

/// The height of a row.
pub(in super::super) const ROW: f64 = 22.0;
/// The height of the title.
pub(in super::super) const TITLE: f64 = 32.0;
/// The space below the last row.
const FOOT: f64 = 6.0;
/// The space between boxes of a layer.
pub(in super::super) const GAP: f64 = 28.0;
/// The space that a line takes in a layer that it passes.
pub(in super::super) const LANE: f64 = 14.0;
/// The least space between layers.
pub(in super::super) const CHANNEL: f64 = 84.0;
/// The space around everything.
pub(in super::super) const MARGIN: f64 = 32.0;

/// A diagram with places.
#[derive(Debug, Default)]
pub(in super::super) struct Layout {
    pub(in super::super) width: f64,
    pub(in super::super) height: f64,
    /// The place of each table.
    pub(in super::super) boxes: Vec<Rect>,
    /// For each foreign key the points of its line, from the table that refers.
    pub(in super::super) lines: Vec<Vec<(f64, f64)>>,
}

/// The place of a box.
#[derive(Debug, Clone, Copy, Default)]
pub(in super::super) struct Rect {
    pub(in super::super) x: f64,
    pub(in super::super) y: f64,
    pub(in super::super) width: f64,
    pub(in super::super) height: f64,
}

impl Rect {
    /// The height of the middle of a row.
    pub(super) fn row(&self, row: usize) -> f64 {
        self.y + row_offset(row)
    }
}

pub(super) fn row_offset(row: usize) -> f64 {
    TITLE + ROW * (small(row) + 0.5)
}

/// A count as a length.
pub(super) fn small(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

/// One thing in a layer: a table, or a line that passes.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) layer: usize,
    pub(super) table: Option<usize>,
    pub(in super::super) height: f64,
    pub(super) y: f64,
    /// The nodes to the left and right that lines lead to, each with the heights at which they leave here and arrive there.
    pub(super) left: Vec<Link>,
    pub(super) right: Vec<Link>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Link {
    pub(super) to: usize,
    pub(super) here: f64,
    pub(super) there: f64,
}

/// The height of a box.
pub(super) fn height(rows: usize) -> f64 {
    TITLE + ROW * small(rows) + FOOT
}

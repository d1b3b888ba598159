//! Places for the boxes and lines of a diagram.
//!
//! Tables stand in layers from left to right, each to the right of those that it refers to. Lines that pass a layer get a place
//! in it, so that they cross no box. The order in a layer keeps crossings few: each moves to the mean of its neighbours, to and
//! fro. Then the heights follow the same neighbours, as far as the distances allow.

mod layer;
mod order;
mod place;

use std::collections::BTreeSet;

use self::place::{CHANNEL, GAP, MARGIN, height, small};
pub(super) use self::place::{Layout, ROW, Rect, TITLE};
use super::graph::Graph;

#[cfg(test)]
mod tests;

/// Finds places for the tables, whose widths are given.
pub(super) fn layout(graph: &Graph, widths: &[f64]) -> Layout {
    let mut layout = Layout {
        boxes: graph
            .tables
            .iter()
            .zip(widths)
            .map(|(it, width)| Rect { x: 0.0, y: 0.0, width: *width, height: height(it.columns.len()) })
            .collect(),
        lines: vec![Vec::new(); graph.keys.len()],
        ..Layout::default()
    };
    let mut parts = components(graph);
    parts.sort_by_key(|it| std::cmp::Reverse(it.len()));
    let mut blocks = Vec::new();
    for part in &parts {
        blocks.push(place(graph, &mut layout, part));
    }
    pack(&mut layout, graph, &parts, &blocks);
    for (number, key) in graph.keys.iter().enumerate().filter(|(_, it)| it.from.0 == it.to.0) {
        if let (Some(rect), Some(line)) = (layout.boxes.get(key.from.0), layout.lines.get_mut(number)) {
            let x = rect.x + rect.width;
            *line = vec![(x, rect.row(key.from.1)), (x, rect.row(key.to.1))];
        }
    }
    layout
}

/// The tables that hang together, in groups.
fn components(graph: &Graph) -> Vec<Vec<usize>> {
    let mut all = Vec::new();
    let mut seen = BTreeSet::new();
    for first in 0..graph.tables.len() {
        let mut open = vec![first];
        let mut part = Vec::new();
        while let Some(table) = open.pop() {
            if !seen.insert(table) {
                continue;
            }
            part.push(table);
            for key in &graph.keys {
                if key.from.0 == table {
                    open.push(key.to.0);
                } else if key.to.0 == table {
                    open.push(key.from.0);
                }
            }
        }
        if !part.is_empty() {
            part.sort_unstable();
            all.push(part);
        }
    }
    all
}

/// Places the tables of one group from the origin on, and returns its width and height.
fn place(graph: &Graph, layout: &mut Layout, part: &[usize]) -> (f64, f64) {
    if let [only] = part {
        return layout.boxes.get(*only).map_or((0.0, 0.0), |it| (it.width, it.height));
    }
    let layers = layer::assign(graph, layout, part);
    let (mut nodes, chains) = order::nodes(graph, layout, part, &layers);
    let mut rows = order::rows(&nodes);
    order::sort(&mut nodes, &mut rows);
    order::heights(&mut nodes, &rows);
    let top = nodes.iter().map(|it| it.y).fold(f64::INFINITY, f64::min);
    let (mut x, mut bottom) = (0.0, 0.0_f64);
    let mut lefts = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        let tables = || row.iter().filter_map(|it| nodes.get(*it));
        let boxes = || tables().filter_map(|it| it.table).filter_map(|it| layout.boxes.get(it));
        let width = boxes().map(|it| it.width).fold(0.0, f64::max);
        let lines = tables().map(|it| it.left.len()).sum::<usize>();
        if number > 0 {
            x += CHANNEL + 5.0 * small(lines.min(24));
        }
        lefts.push((x, width));
        x += width;
        bottom = tables().map(|it| it.y - top + it.height).fold(bottom, f64::max);
    }
    for node in &nodes {
        let Some(rect) = node.table.and_then(|it| layout.boxes.get_mut(it)) else { continue };
        let (left, width) = lefts.get(node.layer).copied().unwrap_or_default();
        rect.x = left + (width - rect.width) / 2.0;
        rect.y = node.y - top;
    }
    for (key, chain, reversed) in chains {
        let Some(edge) = graph.keys.get(key) else { continue };
        let (Some(from), Some(to)) = (layout.boxes.get(edge.from.0), layout.boxes.get(edge.to.0)) else { continue };
        // A line leaves on the side where its other end is.
        let start = (if reversed { from.x + from.width } else { from.x }, from.row(edge.from.1));
        let end = (if reversed { to.x } else { to.x + to.width }, to.row(edge.to.1));
        let mut points = Vec::new();
        for node in chain.iter().filter_map(|it| nodes.get(*it)) {
            let (left, width) = lefts.get(node.layer).copied().unwrap_or_default();
            let y = node.y - top + node.height / 2.0;
            points.extend([(left, y), (left + width, y)]);
        }
        if !reversed {
            points.reverse();
        }
        points.insert(0, start);
        points.push(end);
        if let Some(line) = layout.lines.get_mut(key) {
            *line = points;
        }
    }
    (x, bottom)
}

/// Puts the groups beside and below each other.
fn pack(layout: &mut Layout, graph: &Graph, parts: &[Vec<usize>], blocks: &[(f64, f64)]) {
    let area: f64 = blocks.iter().map(|(width, height)| (width + GAP * 2.0) * (height + GAP * 2.0)).sum();
    let widest = blocks.iter().map(|it| it.0).fold(0.0, f64::max);
    let limit = widest.max((area * 1.6).sqrt());
    let (mut x, mut y, mut row) = (0.0, 0.0, 0.0_f64);
    for (part, (width, height)) in parts.iter().zip(blocks) {
        if x > 0.0 && x + width > limit {
            (x, y, row) = (0.0, y + row + GAP * 1.5, 0.0);
        }
        let (left, top) = (MARGIN + x, MARGIN + y);
        for table in part {
            if let Some(rect) = layout.boxes.get_mut(*table) {
                (rect.x, rect.y) = (rect.x + left, rect.y + top);
            }
        }
        for (key, line) in graph.keys.iter().zip(&mut layout.lines) {
            if part.binary_search(&key.from.0).is_ok() {
                line.iter_mut().for_each(|it| *it = (it.0 + left, it.1 + top));
            }
        }
        (x, row) = (x + width + GAP * 2.0, row.max(*height));
        layout.width = layout.width.max(left + width + MARGIN);
        layout.height = layout.height.max(top + height + MARGIN);
    }
}

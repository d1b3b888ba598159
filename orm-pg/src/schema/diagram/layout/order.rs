//! The order in each layer, and the heights.

use std::collections::BTreeMap;

use super::{
    super::graph::Graph,
    place::{GAP, LANE, Layout, Link, Node, row_offset},
};

/// A foreign key with the nodes of the layers that its line passes, from left to right, and whether the table that refers
/// stands to the left.
type Chain = (usize, Vec<usize>, bool);

/// Makes the nodes of a group: its tables, and one for each layer that a line passes.
pub(super) fn nodes(
    graph: &Graph,
    layout: &Layout,
    part: &[usize],
    layers: &BTreeMap<usize, usize>,
) -> (Vec<Node>, Vec<Chain>) {
    let layer = |table: usize| layers.get(&table).copied().unwrap_or_default();
    let mut nodes: Vec<Node> = Vec::new();
    let mut of_table = BTreeMap::new();
    for table in part {
        of_table.insert(*table, nodes.len());
        let height = layout.boxes.get(*table).map_or(0.0, |it| it.height);
        nodes.push(Node { layer: layer(*table), table: Some(*table), height, y: 0.0, left: vec![], right: vec![] });
    }
    let mut chains = Vec::new();
    for (number, key) in graph.keys.iter().enumerate() {
        let (Some(from), Some(to)) = (of_table.get(&key.from.0), of_table.get(&key.to.0)) else { continue };
        if from == to {
            continue;
        }
        let reversed = layer(key.from.0) < layer(key.to.0);
        let (left, right) =
            if reversed { ((*from, key.from.1), (*to, key.to.1)) } else { ((*to, key.to.1), (*from, key.from.1)) };
        let (first, last) = (layer(key.from.0).min(layer(key.to.0)), layer(key.from.0).max(layer(key.to.0)));
        let mut before = (left.0, row_offset(left.1));
        let mut chain = Vec::new();
        for layer in first + 1..last {
            let node = nodes.len();
            nodes.push(Node { layer, table: None, height: LANE, y: 0.0, left: vec![], right: vec![] });
            link(&mut nodes, before, (node, LANE / 2.0));
            before = (node, LANE / 2.0);
            chain.push(node);
        }
        link(&mut nodes, before, (right.0, row_offset(right.1)));
        chains.push((number, chain, reversed));
    }
    (nodes, chains)
}

fn link(nodes: &mut [Node], left: (usize, f64), right: (usize, f64)) {
    if let Some(node) = nodes.get_mut(left.0) {
        node.right.push(Link { to: right.0, here: left.1, there: right.1 });
    }
    if let Some(node) = nodes.get_mut(right.0) {
        node.left.push(Link { to: left.0, here: right.1, there: left.1 });
    }
}

/// The nodes of each layer.
pub(super) fn rows(nodes: &[Node]) -> Vec<Vec<usize>> {
    let mut rows = vec![Vec::new(); nodes.iter().map(|it| it.layer + 1).max().unwrap_or(0)];
    for (number, node) in nodes.iter().enumerate() {
        if let Some(row) = rows.get_mut(node.layer) {
            row.push(number);
        }
    }
    rows
}

/// Orders the layers, and keeps the order with the fewest crossings.
pub(super) fn sort(nodes: &mut [Node], rows: &mut Vec<Vec<usize>>) {
    stack(nodes, rows);
    let mut best = (crossings(nodes, rows), rows.clone());
    for round in 0..24 {
        let forth = round % 2 == 0;
        let count = rows.len();
        for step in 0..count {
            let layer = if forth { step } else { count - 1 - step };
            let Some(row) = rows.get_mut(layer) else { continue };
            let key = |number: &usize| {
                let node = nodes.get(*number)?;
                let links = if forth { &node.left } else { &node.right };
                // In some rounds both sides count.
                let links = links.iter().chain(if round % 6 > 3 {
                    if forth { &node.right } else { &node.left }
                } else {
                    &[][..]
                });
                mean(links.filter_map(|it| nodes.get(it.to).map(|to| to.y + it.there)))
            };
            let own = |number: &usize| nodes.get(*number).map_or(0.0, |it| it.y + it.height / 2.0);
            let mut keyed: Vec<(f64, usize)> = row.iter().map(|it| (key(it).unwrap_or_else(|| own(it)), *it)).collect();
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
            *row = keyed.into_iter().map(|it| it.1).collect();
            let row = row.clone();
            pile(nodes, &row);
        }
        swap_neighbours(nodes, rows);
        stack(nodes, rows);
        let found = crossings(nodes, rows);
        if found < best.0 {
            best = (found, rows.clone());
        }
    }
    rows.clone_from(&best.1);
    stack(nodes, rows);
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), it| (sum + it, count + 1.0));
    (count > 0.0).then(|| sum / count)
}

/// Puts all layers around one middle.
fn stack(nodes: &mut [Node], rows: &[Vec<usize>]) {
    rows.iter().for_each(|row| pile(nodes, row));
}

fn pile(nodes: &mut [Node], row: &[usize]) {
    let total: f64 = row.iter().filter_map(|it| nodes.get(*it)).map(|it| it.height + space(it)).sum();
    let mut y = -total / 2.0;
    for number in row {
        if let Some(node) = nodes.get_mut(*number) {
            node.y = y;
            y += node.height + space(node);
        }
    }
}

/// The space below a node.
fn space(node: &Node) -> f64 {
    if node.table.is_some() { GAP } else { LANE / 2.0 }
}

/// Swaps neighbours in a layer where that removes crossings.
fn swap_neighbours(nodes: &[Node], rows: &mut [Vec<usize>]) {
    let mut places = BTreeMap::new();
    for row in rows.iter() {
        places.extend(row.iter().enumerate().map(|(place, number)| (*number, place)));
    }
    for row in rows.iter_mut() {
        for _ in 0..4 {
            let mut swapped = false;
            for place in 1..row.len() {
                let (Some(a), Some(b)) = (row.get(place - 1).copied(), row.get(place).copied()) else { continue };
                let (Some(upper), Some(lower)) = (nodes.get(a), nodes.get(b)) else { continue };
                let count =
                    |x: &Node, y: &Node| between(&x.left, &y.left, &places) + between(&x.right, &y.right, &places);
                if count(lower, upper) < count(upper, lower) {
                    row.swap(place - 1, place);
                    places.insert(a, place);
                    places.insert(b, place - 1);
                    swapped = true;
                }
            }
            if !swapped {
                break;
            }
        }
    }
}

/// How many lines of an upper node cross those of a lower one.
fn between(upper: &[Link], lower: &[Link], places: &BTreeMap<usize, usize>) -> usize {
    let place = |link: &Link| (places.get(&link.to).copied().unwrap_or_default(), link.there);
    upper.iter().map(|a| lower.iter().filter(|b| place(a) > place(b)).count()).sum()
}

/// How many lines cross.
fn crossings(nodes: &[Node], rows: &[Vec<usize>]) -> usize {
    let mut all = 0;
    for row in rows {
        let mut lines: Vec<(f64, f64)> = Vec::new();
        for node in row.iter().filter_map(|it| nodes.get(*it)) {
            let ends = node.right.iter().filter_map(|it| Some((node.y + it.here, nodes.get(it.to)?.y + it.there)));
            lines.extend(ends);
        }
        lines.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        for (place, a) in lines.iter().enumerate() {
            all += lines.iter().skip(place + 1).filter(|b| b.1 < a.1).count();
        }
    }
    all
}

/// Gives each node a height near those that it is linked to, without changing the order.
pub(super) fn heights(nodes: &mut [Node], rows: &[Vec<usize>]) {
    let count = rows.len();
    for round in 0..30 {
        for step in 0..count {
            let layer = if round % 2 == 0 { step } else { count - 1 - step };
            let Some(row) = rows.get(layer) else { continue };
            let wanted = row.iter().filter_map(|it| nodes.get(*it)).map(|node| {
                let sides: [&[Link]; 2] = match round {
                    // At last both sides count.
                    20.. => [&node.left, &node.right],
                    _ if round % 2 == 0 => [&node.left, &[]],
                    _ => [&node.right, &[]],
                };
                let links = sides.into_iter().flatten();
                let near = mean(links.filter_map(|it| Some(nodes.get(it.to)?.y + it.there - it.here)));
                let weight = if node.table.is_some() { 1.0 } else { 4.0 };
                (near.unwrap_or(node.y), weight, node.height + space(node))
            });
            let wanted: Vec<(f64, f64, f64)> = wanted.collect();
            for (number, y) in row.iter().zip(nearest(&wanted)) {
                if let Some(node) = nodes.get_mut(*number) {
                    node.y = y;
                }
            }
        }
    }
}

/// The heights that are nearest to the wanted ones and keep order and distances: each has a wish, a weight and a size. Those
/// that would overlap form a block at the mean of their wishes.
fn nearest(wanted: &[(f64, f64, f64)]) -> Vec<f64> {
    let mut blocks: Vec<(f64, f64, usize)> = Vec::new();
    let mut offset = 0.0;
    let mut offsets = Vec::new();
    for (wish, weight, size) in wanted {
        offsets.push(offset);
        let mut block = (wish - offset, *weight, 1);
        while let Some(last) = blocks.pop() {
            if last.0 <= block.0 {
                blocks.push(last);
                break;
            }
            let weight = last.1 + block.1;
            block = ((last.0 * last.1 + block.0 * block.1) / weight, weight, last.2 + block.2);
        }
        blocks.push(block);
        offset += size;
    }
    let places = blocks.iter().flat_map(|(place, _, count)| std::iter::repeat_n(*place, *count));
    places.zip(offsets).map(|(place, offset)| place + offset).collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn wishes_are_met_where_there_is_room() {
        assert_eq!(nearest(&[(0.0, 1.0, 10.0), (50.0, 1.0, 10.0)]), [0.0, 50.0]);
        assert_eq!(nearest(&[(0.0, 1.0, 10.0), (0.0, 1.0, 10.0)]), [-5.0, 5.0]);
        assert_eq!(nearest(&[(9.0, 1.0, 4.0), (0.0, 3.0, 4.0), (100.0, 1.0, 4.0)]), [-0.75, 3.25, 100.0]);
    }
}

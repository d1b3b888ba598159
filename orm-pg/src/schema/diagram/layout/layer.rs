//! The layer of each table.

use std::collections::BTreeMap;

use super::{
    super::graph::Graph,
    place::{GAP, Layout},
};

/// Returns the layer of each table of a group: to the right of those that it refers to, unless that would be a cycle. A layer
/// that is high enough takes no more.
pub(super) fn assign(graph: &Graph, layout: &Layout, part: &[usize]) -> BTreeMap<usize, usize> {
    let size = |table: usize| layout.boxes.get(table).map_or(0.0, |it| it.height + GAP);
    let width = |table: usize| layout.boxes.get(table).map_or(0.0, |it| it.width + 2.0 * GAP);
    let area: f64 = part.iter().map(|it| size(*it) * (width(*it) + 60.0)).sum();
    let highest = part.iter().map(|it| size(*it)).fold(0.0, f64::max);
    let limit = highest.max((area * 0.75).sqrt());
    let parents = parents(graph, part);
    let mut layers: BTreeMap<usize, usize> = BTreeMap::new();
    let mut heights: Vec<f64> = Vec::new();
    for table in sorted(graph, part, &parents) {
        let own = parents.get(&table).map(Vec::as_slice).unwrap_or_default();
        let after = own.iter().filter_map(|it| layers.get(it)).map(|it| it + 1).max().unwrap_or(0);
        let full = |layer: usize| heights.get(layer).is_some_and(|it| *it > 0.0 && it + size(table) > limit);
        let layer = (after..).find(|it| !full(*it)).unwrap_or(after);
        if heights.len() <= layer {
            heights.resize(layer + 1, 0.0);
        }
        if let Some(height) = heights.get_mut(layer) {
            *height += size(table);
        }
        layers.insert(table, layer);
    }
    pull(graph, &mut layers, part);
    // No layer is empty.
    let mut used: Vec<usize> = layers.values().copied().collect();
    used.sort_unstable();
    used.dedup();
    layers.into_iter().map(|(table, layer)| (table, used.binary_search(&layer).unwrap_or(layer))).collect()
}

/// Moves tables that refer to nothing next to the first one that refers to them.
fn pull(graph: &Graph, layers: &mut BTreeMap<usize, usize>, part: &[usize]) {
    for table in part.iter().rev() {
        if graph.keys.iter().any(|it| it.from.0 == *table && it.to.0 != *table) {
            continue;
        }
        let users = graph.keys.iter().filter(|it| it.to.0 == *table && it.from.0 != *table);
        let first = users.filter_map(|it| layers.get(&it.from.0)).min().copied();
        if let Some(first) = first.filter(|it| *it > 0) {
            layers.insert(*table, first - 1);
        }
    }
}

/// The tables that each one refers to, without those that would close a cycle.
fn parents(graph: &Graph, part: &[usize]) -> BTreeMap<usize, Vec<usize>> {
    let mut parents: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let keys = graph.keys.iter().filter(|it| it.from.0 != it.to.0 && part.binary_search(&it.from.0).is_ok());
    for key in keys {
        let (from, to) = (key.from.0, key.to.0);
        if !reaches(&parents, to, from) {
            let own = parents.entry(from).or_default();
            if !own.contains(&to) {
                own.push(to);
            }
        }
    }
    parents
}

fn reaches(parents: &BTreeMap<usize, Vec<usize>>, from: usize, to: usize) -> bool {
    let (mut open, mut seen) = (vec![from], std::collections::BTreeSet::new());
    while let Some(table) = open.pop() {
        if table == to {
            return true;
        }
        if seen.insert(table) {
            open.extend(parents.get(&table).into_iter().flatten());
        }
    }
    false
}

/// The tables, each after those that it refers to; of several that are ready, those first that more refer to.
fn sorted(graph: &Graph, part: &[usize], parents: &BTreeMap<usize, Vec<usize>>) -> Vec<usize> {
    let popular = |table: usize| graph.keys.iter().filter(|it| it.to.0 == table).count();
    let mut left: Vec<usize> = part.to_vec();
    left.sort_by_key(|it| (std::cmp::Reverse(popular(*it)), *it));
    let mut sorted: Vec<usize> = Vec::new();
    while !left.is_empty() {
        let ready = |table: &usize| parents.get(table).is_none_or(|it| it.iter().all(|it| sorted.contains(it)));
        let next = left.iter().position(ready).unwrap_or(0);
        sorted.push(left.remove(next));
    }
    sorted
}

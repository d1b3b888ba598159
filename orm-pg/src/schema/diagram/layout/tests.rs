//! Boxes and lines keep apart, whatever the foreign keys.

use proptest::prelude::*;

use super::{
    super::graph::{Card, Edge, Graph, Row},
    layout,
};

fn table(number: usize, columns: usize) -> Card {
    let row = |it| Row {
        name: format!("c{it}"),
        ty: "integer".to_owned(),
        nullable: false,
        key: it == 0,
        foreign: false,
        unique: false,
    };
    Card { title: format!("t{number}"), columns: (0..columns).map(row).collect() }
}

fn graph(sizes: &[usize], keys: &[(usize, usize)]) -> Graph {
    let tables: Vec<Card> = sizes.iter().enumerate().map(|(number, size)| table(number, *size)).collect();
    let count = tables.len();
    let keys = keys.iter().map(|(from, to)| Edge {
        from: (from % count, from % sizes[from % count]),
        to: (to % count, 0),
        label: String::new(),
        optional: false,
        one: false,
    });
    Graph { keys: keys.collect(), tables }
}

proptest! {
    #[test]
    fn no_boxes_overlap_and_no_line_passes_one(
        sizes in prop::collection::vec(1_usize..12, 1..24),
        keys in prop::collection::vec((0_usize..24, 0_usize..24), 0..40),
    ) {
        let graph = graph(&sizes, &keys);
        let widths: Vec<f64> = sizes.iter().map(|it| 120.0 + 10.0 * f64::from(u32::try_from(*it).unwrap())).collect();
        let found = layout(&graph, &widths);
        for (number, a) in found.boxes.iter().enumerate() {
            prop_assert!(a.x >= 0.0 && a.y >= 0.0 && a.x + a.width <= found.width && a.y + a.height <= found.height);
            for b in &found.boxes[number + 1..] {
                let apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
                prop_assert!(apart, "{a:?} {b:?}");
            }
        }
        for (key, line) in graph.keys.iter().zip(&found.lines) {
            let (from, to) = (found.boxes[key.from.0], found.boxes[key.to.0]);
            let (start, end) = (line[0], line[line.len() - 1]);
            prop_assert!(start.0 == from.x || start.0 == from.x + from.width, "{start:?} {from:?}");
            prop_assert!(end.0 == to.x || end.0 == to.x + to.width, "{end:?} {to:?}");
            prop_assert!(from.y < start.1 && start.1 < from.y + from.height && to.y < end.1 && end.1 < to.y + to.height);
            // Where it passes a layer, it is between the boxes.
            for pass in line[1..line.len() - 1].chunks(2) {
                for it in &found.boxes {
                    let beside = pass[0].0.max(pass[1].0) <= it.x || it.x + it.width <= pass[0].0.min(pass[1].0);
                    prop_assert!(beside || pass[0].1 <= it.y || it.y + it.height <= pass[0].1, "{pass:?} {it:?}");
                }
            }
        }
    }
}

#[test]
fn a_chain_has_no_crossings_and_its_tables_stand_in_a_row() {
    let graph = graph(&[2, 2, 2], &[(1, 0), (2, 1)]);
    let found = layout(&graph, &[120.0; 3]);
    assert!(found.boxes[0].x < found.boxes[1].x && found.boxes[1].x < found.boxes[2].x, "{found:?}");
}

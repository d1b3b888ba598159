//! A diagram as SVG.

use super::{
    graph::{Card, Edge, Graph, Row},
    layout::{ROW, Rect, TITLE, layout},
};
use crate::schema::catalog::Catalog;

/// The colours of lines; those to one table have the same.
const COLOURS: usize = 8;

/// Dark and light, by the preference of the reader.
const STYLE: &str = "\
svg{--paper:#fff;--card:#fff;--head:#eef2f7;--edge:#c5cdd8;--text:#1c2430;--muted:#66717f;--rule:#eef1f5;\
--c0:#3b6fd4;--c1:#c2571a;--c2:#2a8a57;--c3:#a13fb0;--c4:#b3343f;--c5:#16808f;--c6:#7a6a12;--c7:#6155cf}
@media(prefers-color-scheme:dark){svg{--paper:#0f141a;--card:#171e27;--head:#222c3a;--edge:#3b4757;--text:#e4e9f0;\
--muted:#93a0b0;--rule:#202935;--c0:#7aa5ff;--c1:#f09a5f;--c2:#5fc78f;--c3:#d98be6;--c4:#f08089;--c5:#56c4d3;--c6:#d0bd54;\
--c7:#a79dff}}
text{font:13px ui-sans-serif,system-ui,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;fill:var(--text)}
.title{font-weight:600;font-size:14px}.type{fill:var(--muted);font-size:12px;text-anchor:end}
.mark{font-size:9px;font-weight:700;fill:var(--muted);letter-spacing:.03em}.key{font-weight:600}
.card{fill:var(--card);stroke:var(--edge)}.head{fill:var(--head)}.rule{stroke:var(--rule)}.frame{fill:none;stroke:var(--edge)}
.line{fill:none;stroke-width:1.5}.line:hover{stroke-width:3}.dot{fill:var(--paper)}
";

/// Returns a picture of the tables, their columns and foreign keys, as SVG: tables stand to the right of those that they refer
/// to. It follows the reader's preference for light or dark. Partitions are left out.
///
/// A line ends in a crow's foot where many rows may refer to one, and in a circle where a row may refer to nothing.
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// use orm_pg::schema::{diagram, introspect};
///
/// let picture = diagram::svg(&introspect(&db).await?);
/// assert!(picture.starts_with("<svg "));
/// # Ok(()) }
/// ```
#[must_use]
pub fn svg(catalog: &Catalog) -> String {
    let graph = Graph::of(catalog);
    let widths: Vec<f64> = graph.tables.iter().map(width).collect();
    let layout = layout(&graph, &widths);
    let (width, height) = (layout.width.max(64.0).ceil(), layout.height.max(64.0).ceil());
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"tables and foreign keys\" width=\"{width}\" \
         height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n<style>\n{STYLE}</style>\n\
         <rect width=\"{width}\" height=\"{height}\" style=\"fill:var(--paper)\"/>\n"
    );
    let colours = colours(&graph);
    for (key, points) in graph.keys.iter().zip(&layout.lines) {
        line(&mut out, &graph, key, points, colours.get(key.to.0).copied().unwrap_or_default());
    }
    for (table, rect) in graph.tables.iter().zip(&layout.boxes) {
        card(&mut out, table, rect);
    }
    out.push_str("</svg>\n");
    out
}

/// A colour for each table: those that most refer to get different ones.
fn colours(graph: &Graph) -> Vec<usize> {
    let mut order: Vec<usize> = (0..graph.tables.len()).collect();
    order.sort_by_key(|table| std::cmp::Reverse(graph.keys.iter().filter(|it| it.to.0 == *table).count()));
    let mut colours = vec![0; graph.tables.len()];
    for (place, table) in order.into_iter().enumerate() {
        if let Some(colour) = colours.get_mut(table) {
            *colour = place % COLOURS;
        }
    }
    colours
}

/// About the width of a text of 13 pixels, rather too much: fonts differ.
fn text_width(text: &str) -> f64 {
    let one = |it: char| match it {
        'i' | 'j' | 'l' | '.' | ',' | '\'' | '(' | ')' | '[' | ']' | ' ' => 4.8,
        'f' | 'r' | 't' => 5.6,
        'm' | 'w' | 'M' | 'W' => 11.6,
        '_' | 's' | 'c' | 'z' | 'k' => 7.2,
        it if it.is_ascii_uppercase() => 9.4,
        it if it.is_ascii() => 8.1,
        _ => 13.0,
    };
    text.chars().map(one).sum()
}

fn type_text(row: &Row) -> String {
    if row.nullable { format!("{} null", row.ty) } else { row.ty.clone() }
}

/// Where the names of columns begin, to the right of the marks.
fn left(table: &Card) -> f64 {
    if table.columns.iter().any(|it| it.key && it.foreign) { 50.0 } else { 36.0 }
}

fn width(table: &Card) -> f64 {
    let longest = |of: &dyn Fn(&Row) -> f64| table.columns.iter().map(of).fold(0.0, f64::max);
    let names = longest(&|it| text_width(&it.name) * if it.key { 1.06 } else { 1.0 });
    let types = longest(&|it| text_width(&type_text(it)) * 0.93);
    (text_width(&table.title) * 1.15 + 24.0).max(left(table) + names + 20.0 + types + 12.0).max(120.0).ceil()
}

fn card(out: &mut String, table: &Card, rect: &Rect) {
    let Rect { x, y, width, height } = rect;
    let (x, y) = (x.round(), y.round());
    out.push_str(&format!(
        "<g transform=\"translate({x} {y})\">\n<rect class=\"card\" width=\"{width}\" height=\"{height}\" rx=\"6\"/>\
         <path class=\"head\" d=\"M0 {TITLE}V6a6 6 0 0 1 6-6H{}a6 6 0 0 1 6 6V{TITLE}z\"/>\
         <text class=\"title\" x=\"12\" y=\"21\">{}</text>\n",
        width - 6.0,
        escaped(&table.title)
    ));
    let left = left(table);
    let mut top = TITLE;
    for row in &table.columns {
        let base = top + ROW * 0.5 + 4.5;
        let mark = match row {
            Row { key: true, foreign: true, .. } => "PK FK",
            Row { key: true, .. } => "PK",
            Row { foreign: true, .. } => "FK",
            Row { unique: true, .. } => "UQ",
            _ => "",
        };
        if top > TITLE {
            out.push_str(&format!("<path class=\"rule\" d=\"M1 {top}H{}\"/>", width - 1.0));
        }
        if !mark.is_empty() {
            out.push_str(&format!("<text class=\"mark\" x=\"12\" y=\"{base}\">{mark}</text>"));
        }
        let class = if row.key { " class=\"key\"" } else { "" };
        out.push_str(&format!(
            "<text{class} x=\"{left}\" y=\"{base}\">{}</text><text class=\"type\" x=\"{}\" y=\"{base}\">{}</text>\n",
            escaped(&row.name),
            width - 12.0,
            escaped(&type_text(row))
        ));
        top += ROW;
    }
    out.push_str(&format!("<rect class=\"frame\" width=\"{width}\" height=\"{height}\" rx=\"6\"/></g>\n"));
}

/// The line of a foreign key, from the table that refers.
fn line(out: &mut String, graph: &Graph, key: &Edge, points: &[(f64, f64)], colour: usize) {
    let own = key.from.0 == key.to.0;
    let [start, .., end] = points else { return };
    // The side of the boxes that the line leaves and reaches.
    let leftwards = points.get(1).is_some_and(|it| it.0 < start.0);
    let (from_side, to_side) = match (own, leftwards) {
        (true, _) => (1.0, 1.0),
        (false, true) => (-1.0, 1.0),
        (false, false) => (1.0, -1.0),
    };
    let (x, y) = (start.0.round(), start.1.round());
    let mut path = format!("M{x} {y}h{}", 14.0 * from_side);
    let mut at = (x + 14.0 * from_side, y);
    if own {
        let (right, to) = (x + 52.0, end.1.round());
        path.push_str(&format!("C{right} {y} {right} {to} {} {to}", at.0));
    } else {
        let inner = points.get(1..points.len() - 1).unwrap_or_default().iter().copied();
        let last = (end.0.round() + 14.0 * to_side, end.1.round());
        for next in inner.chain([last]) {
            let middle = (at.0 + next.0) / 2.0;
            let flat = (at.1 - next.1).abs() < 0.5;
            path.push_str(&if flat {
                format!("L{:.1} {:.1}", next.0, next.1)
            } else {
                format!("C{middle:.1} {:.1} {middle:.1} {:.1} {:.1} {:.1}", at.1, next.1, next.0, next.1)
            });
            at = next;
        }
    }
    path.push_str(&format!("L{} {}", end.0.round(), end.1.round()));
    let name = |(table, column): (usize, usize)| {
        let table = graph.tables.get(table)?;
        Some(format!("{}.{}", table.title, table.columns.get(column)?.name))
    };
    let title = [key.from, key.to].into_iter().filter_map(name).collect::<Vec<_>>().join(" → ");
    let title = escaped(&title);
    out.push_str(&format!(
        "<g class=\"line\" style=\"stroke:var(--c{colour})\"><title>{title}</title><path d=\"{path}\"/>"
    ));
    // The ends: a crow's foot or a bar, a circle or a bar.
    let foot = x + 11.0 * from_side;
    out.push_str(&if key.one {
        format!("<path d=\"M{} {}v10\"/>", x + 7.0 * from_side, y - 5.0)
    } else {
        format!("<path d=\"M{x} {}L{foot} {y}L{x} {}\"/>", y - 5.0, y + 5.0)
    });
    let (x, y) = (end.0.round(), end.1.round());
    let bar = x + 7.0 * to_side;
    out.push_str(&if key.optional {
        format!("<circle class=\"dot\" cx=\"{bar}\" cy=\"{y}\" r=\"3.5\"/>")
    } else {
        format!("<path d=\"M{bar} {}v10\"/>", y - 5.0)
    });
    out.push_str("</g>\n");
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

//! A diagram as text for Mermaid.

use super::graph::{Edge, Graph, Row};
use crate::schema::catalog::Catalog;

/// Returns an `erDiagram` for [Mermaid](https://mermaid.js.org), which GitHub and GitLab show in Markdown: the tables with their
/// columns, and the foreign keys. Partitions are left out.
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// use orm_pg::schema::{diagram, introspect};
///
/// let text = diagram::mermaid(&introspect(&db).await?);
/// assert!(text.starts_with("erDiagram\n"));
/// # Ok(()) }
/// ```
#[must_use]
pub fn mermaid(catalog: &Catalog) -> String {
    let graph = Graph::of(catalog);
    let mut out = "erDiagram\n".to_owned();
    for table in &graph.tables {
        if table.columns.is_empty() {
            out.push_str(&format!("    {}\n", quoted(&table.title)));
            continue;
        }
        out.push_str(&format!("    {} {{\n", quoted(&table.title)));
        for row in &table.columns {
            out.push_str(&format!("        {}\n", attribute(row)));
        }
        out.push_str("    }\n");
    }
    for key in &graph.keys {
        let title = |number: usize| graph.tables.get(number).map(|it| quoted(&it.title)).unwrap_or_default();
        let (from, to, label) = (title(key.from.0), title(key.to.0), quoted(&key.label));
        out.push_str(&format!("    {to} {} {from} : {label}\n", line(key)));
    }
    out
}

/// `||--o{`: the side that is referred to comes first.
fn line(key: &Edge) -> String {
    let to = if key.optional { "|o" } else { "||" };
    let from = if key.one { "o|" } else { "o{" };
    format!("{to}--{from}")
}

/// `bigint author_id FK`. The grammar has only letters, digits and a few signs in types and names.
fn attribute(row: &Row) -> String {
    let mut keys = Vec::new();
    keys.extend(row.key.then_some("PK"));
    keys.extend(row.foreign.then_some("FK"));
    keys.extend((row.unique && !row.key).then_some("UK"));
    let keys = if keys.is_empty() { String::new() } else { format!(" {}", keys.join(", ")) };
    let comment = if row.nullable { " \"NULL\"" } else { "" };
    format!("{} {}{keys}{comment}", plain(&row.ty), plain(&row.name))
}

fn plain(text: &str) -> String {
    let kept = |it: char| it.is_alphanumeric() || "_-()[]".contains(it);
    let plain: String = text.chars().map(|it| if kept(it) { it } else { '_' }).collect();
    if plain.starts_with(|it: char| it.is_alphabetic() || it == '_') { plain } else { format!("_{plain}") }
}

fn quoted(text: &str) -> String {
    let text = text.replace('"', "'").replace(['%', '\\', '\n', '\r'], "_");
    format!("\"{text}\"")
}

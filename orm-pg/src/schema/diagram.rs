//! Diagrams of a catalog: text for Mermaid, and an SVG.
//!
//! `graph` has the tables and foreign keys, `layout` the places of the boxes and lines, and `svg` and `mermaid` the text.

mod graph;
mod layout;
mod mermaid;
mod svg;

pub use self::{mermaid::mermaid, svg::svg};

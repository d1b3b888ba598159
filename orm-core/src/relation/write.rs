//! Writing relations: links, and rows that are inserted with the rows that belong to them.

mod branch;
mod children;
mod foreign_key;
mod junction_rows;
mod link;
mod link_columns;
mod nested_insert;
mod one_row;

pub use self::{
    branch::{Branch, Branches, Grows},
    children::{Children, Level, Linked, NewChildren, Rest, children, linked},
    link::{Link, Links},
    nested_insert::Graph,
};

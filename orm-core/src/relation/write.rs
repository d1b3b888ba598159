//! Writing relations: links, and rows that are inserted with the rows that belong to them.

mod child;
mod foreign_key;
mod junction_row;
mod link;
mod link_column;
mod nested_insert;
mod nested_relation;
mod one_row;

pub use self::{
    child::{Children, LevelRows, Linked, NestedOf, NewChildren, children, linked},
    link::{Link, Links},
    nested_insert::NestedInsert,
    nested_relation::{InsertNested, NestedRelation, NestedRelations},
};

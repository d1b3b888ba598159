//! The rules across options, and between options and types.
//!
//! A mistake is reported and then left out, so that the code is written as if it had not been made, and uses of the
//! struct give no further messages. Where too little is left, a `Stub` takes the place of the code.

mod column;
mod constraint;
mod folder;
mod index;
mod model;
mod pg_type;
mod projection;
mod reference;
mod relation;
mod row;
mod shape;
mod sql;
mod test;

pub(crate) use self::{
    folder::folder,
    model::{flatten, model},
    pg_type::{pg_composite, pg_enum, scalar},
    projection::projection,
    row::{changes, from_row, insert},
    sql::sql,
    test::test,
};

#[cfg(test)]
mod tests;

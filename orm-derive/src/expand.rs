//! Writes the code of what `valid` has checked. Each file writes one kind of item.
//!
//! Generated code names absolute paths only, so that nothing in the user's scope can change its meaning, and it stands in
//! `const _`, except for the items that users name.

mod changes;
mod columns;
mod const_check;
mod constraint;
mod flatten;
mod folder;
mod from_row;
mod generics;
mod index;
mod insert;
mod member;
mod model;
mod new_row;
mod pg_composite;
mod pg_enum;
mod projection;
mod relation;
mod row;
mod scalar;
mod sql;
mod table;
mod test;
mod tokens;

pub(crate) use self::{
    changes::changes, flatten::flatten, folder::folder, from_row::from_row, insert::insert, model::model,
    pg_composite::pg_composite, pg_enum::pg_enum, projection::projection, scalar::scalar, sql::sql, test::test,
};

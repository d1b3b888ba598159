//! Checks of the fields of projections, which run while the user's crate is compiled: a field that does not fit is one
//! message, which says what would fit.
#![expect(clippy::panic, reason = "runs while the user's crate is compiled, and is its error message")]

use std::marker::PhantomData;

use super::{Member, Reads};
use crate::{
    model::const_check::{ConstMessage, equal},
    schema::{ColumnDef, Table},
    value::{Nullability, PgType, Scalar, SqlType},
};

/// What a name stands for, if `M` has a column or relation of that name.
#[doc(hidden)]
#[derive(Debug)]
pub struct ProbeMember<M, const NAME: u64>(PhantomData<fn() -> M>);

impl<M: Member<NAME>, const NAME: u64> ProbeMember<M, NAME> {
    /// It exists.
    pub const THERE: bool = true;
    /// The column, if it is one whose type can be compared.
    pub const COLUMN: Option<(&'static Table, &'static str)> = match M::COLUMN {
        Some(name) => Some((M::TABLE, name)),
        None => None,
    };
    /// What a relation gives.
    pub const GIVES: &'static str = M::GIVES;
}

/// What [`ProbeMember`] says about other names.
#[doc(hidden)]
pub trait NoMember {
    /// It does not exist.
    const THERE: bool = false;
    /// No column.
    const COLUMN: Option<(&'static Table, &'static str)> = None;
    /// Nothing.
    const GIVES: &'static str = "";
}

impl<M, const NAME: u64> NoMember for ProbeMember<M, NAME> {}

/// Whether a field of type `F` can be read from the column or relation of `M` that has a name.
#[doc(hidden)]
#[derive(Debug)]
pub struct ProbeReads<M, F, const NAME: u64>(PhantomData<fn() -> (M, F)>);

impl<M: Member<NAME>, F, const NAME: u64> ProbeReads<M, F, NAME>
where
    M::Is: Reads<F>,
{
    /// It can.
    pub const READS: bool = true;
}

/// What [`ProbeReads`] says about other fields.
#[doc(hidden)]
pub trait NoReading {
    /// It cannot.
    const READS: bool = false;
}

impl<M, F, const NAME: u64> NoReading for ProbeReads<M, F, NAME> {}

/// The type of the column that a field of type `F` is stored in, if there is one.
#[doc(hidden)]
#[derive(Debug)]
pub struct ProbeType<F>(PhantomData<fn() -> F>);

impl<F: SqlType> ProbeType<F> {
    /// The type, and whether it takes NULL.
    pub const TYPE: Option<(PgType, bool)> =
        Some((<F::Base as Scalar>::TYPE, <F::Nullability as Nullability>::NULLABLE));
}

/// What [`ProbeType`] says about types that cannot be stored.
#[doc(hidden)]
pub trait NoType {
    /// No type.
    const TYPE: Option<(PgType, bool)> = None;
}

impl<F> NoType for ProbeType<F> {}

/// Stops the compilation if a model has neither a column nor a relation of a name.
#[doc(hidden)]
#[track_caller]
pub const fn check_member(table: Option<&Table>, members: &[&str], there: bool, name: &str) {
    let Some(table) = table else { return };
    let ([first, rest @ ..], false) = (members, there) else { return };
    let text = ConstMessage::new().text("`").text(table.model).text("` has no column or relation `").text(name);
    let mut text = text.text("`; it has `").text(first).text("`");
    let mut rest = rest;
    while let [next, tail @ ..] = rest {
        if text.len() > 600 {
            text = text.text(", …");
            break;
        }
        text = text.text(", `").text(next).text("`");
        rest = tail;
    }
    panic!("{}", text.text("; a computed field names a function: `#[orm(expr = ..)]`").as_str());
}

/// Stops the compilation if a field reads a column of another type.
#[doc(hidden)]
#[track_caller]
pub const fn check_part(column: Option<(&Table, &str)>, field: Option<(PgType, bool)>, name: &str) {
    let (Some((table, column)), Some((ty, nullable))) = (column, field) else { return };
    let Some(def) = find(table, column) else { return };
    let same = ty.follows_column
        || def.ty.follows_column
        || (equal(def.ty.name.as_bytes(), ty.name.as_bytes()) && def.ty.array == ty.array);
    let text = ConstMessage::new().text("the field `").text(name).text("`");
    if !same {
        let text = text.text(" is a `").text(ty.name).text(if ty.array { "[]" } else { "" });
        let text = text.text("`, but the column of `").text(table.model).text("` is a `").text(def.ty.name);
        let text = text.text(if def.ty.array { "[]`" } else { "`" });
        panic!("{}", text.as_str());
    }
    if def.nullable && !nullable {
        let text = text.text(" cannot hold NULL, but the column of `").text(table.model);
        let text = text.text("` can be NULL: make it an `Option`");
        panic!("{}", text.as_str());
    }
}

/// Stops the compilation if a field reads a column as a type that no column has.
#[doc(hidden)]
#[track_caller]
pub const fn check_column(column: Option<(&Table, &str)>, reads: bool, name: &str, of_field: &str) {
    let (Some((table, column)), false) = (column, reads) else { return };
    let Some(def) = find(table, column) else { return };
    let text = ConstMessage::new().text("the field `").text(name).text("` is of type `").text(of_field);
    let text =
        text.text("`, which no column has; the column of `").text(table.model).text("` is a `").text(def.ty.name);
    panic!("{}", text.text(if def.ty.array { "[]`" } else { "`" }).as_str());
}

const fn find(table: &Table, name: &str) -> Option<&'static ColumnDef> {
    let mut columns = table.columns;
    while let [def, rest @ ..] = columns {
        if equal(def.name.as_bytes(), name.as_bytes()) {
            return Some(def);
        }
        columns = rest;
    }
    None
}

/// Stops the compilation if a field is not what a relation gives.
#[doc(hidden)]
#[track_caller]
pub const fn check_relation(table: Option<&Table>, gives: &str, reads: bool, name: &str, of_field: &str) {
    let Some(table) = table else { return };
    if reads || gives.is_empty() {
        return;
    }
    let text = ConstMessage::new()
        .text("the field `")
        .text(name)
        .text("` is of type `")
        .text(of_field)
        .text("`, but the relation of `");
    panic!("{}", text.text(table.model).text("` gives ").text(gives).as_str());
}

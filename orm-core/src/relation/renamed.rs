//! Old names, deprecated until 0.2.

use super::{AddRelation, Exists, JunctionModel, NestedInsert, NestedRelations, Recursive, SameModel, ToMany};
use crate::query::OneRow;

/// The kind of a recursive relation.
#[deprecated(note = "renamed to `Recursive`")]
pub type Deep = Recursive;

/// Whether rows of `C` belong to one of `P`.
#[deprecated(note = "renamed to `Exists`")]
pub type Found<P, C> = Exists<P, C>;

/// Rows to insert with the rows that belong to them.
#[deprecated(note = "renamed to `NestedInsert`")]
pub type Graph<M, L, N = OneRow> = NestedInsert<M, L, N>;

/// The model of a junction table.
#[deprecated(note = "renamed to `JunctionModel`")]
pub trait Between: JunctionModel {}
#[expect(deprecated, reason = "the old name keeps its meaning")]
impl<V: JunctionModel> Between for V {}

/// The relations of a nested insert.
#[deprecated(note = "renamed to `NestedRelations`")]
pub trait Branches<M>: NestedRelations<M> {}
#[expect(deprecated, reason = "the old name keeps its meaning")]
impl<M, L: NestedRelations<M>> Branches<M> for L {}

/// A model that a relation leads to and that it starts from.
#[deprecated(note = "renamed to `SameModel`")]
pub trait Itself<P>: SameModel<P> {}
#[expect(deprecated, reason = "the old name keeps its meaning")]
impl<P, C: SameModel<P>> Itself<P> for C {}

/// Relations that one more can be added to.
#[deprecated(note = "renamed to `AddRelation`")]
pub trait Push<R>: AddRelation<R> {}
#[expect(deprecated, reason = "the old name keeps its meaning")]
impl<R, L: AddRelation<R>> Push<R> for L {}

/// The kinds of relations that lead to any number of rows.
#[deprecated(note = "renamed to `ToMany`")]
pub trait Several: ToMany {}
#[expect(deprecated, reason = "the old name keeps its meaning")]
impl<K: ToMany> Several for K {}

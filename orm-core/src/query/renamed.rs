//! Names from before 0.2 of traits that have other names now.

use super::{AddSource, CanJoin, JoinCondition};

/// Sources that one more can join.
#[deprecated(note = "renamed to `CanJoin`")]
pub trait Room: CanJoin {}
#[expect(deprecated, reason = "the old name keeps its meaning")]
impl<S: CanJoin> Room for S {}

/// Sources that one more is added to.
#[deprecated(note = "renamed to `AddSource`")]
pub trait Append<M>: AddSource<M> {}
#[expect(deprecated, reason = "the old name keeps its meaning")]
impl<M, S: AddSource<M>> Append<M> for S {}

/// A closure from columns to the condition of a join.
#[deprecated(note = "renamed to `JoinCondition`")]
pub trait On<A>: JoinCondition<A> {}
#[expect(deprecated, reason = "the old name keeps its meaning")]
impl<A, F: JoinCondition<A>> On<A> for F {}

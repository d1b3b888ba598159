//! Relations of a model to itself, followed to the end: descendants and ancestors.

mod depth;
mod recursive;
mod walk;

pub(super) use self::walk::Walk;
pub use self::{
    depth::{Depth, WithDepth},
    recursive::{Deep, Downward, Itself, Several, Tree, Upward},
};

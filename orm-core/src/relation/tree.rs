//! Relations of a model to itself, followed to the end: descendants and ancestors.

mod depth;
mod recursion;
mod walk;

pub use self::{
    depth::{Depth, WithDepth},
    recursion::{SameModel, Tree},
};

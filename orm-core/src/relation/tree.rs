//! Relations of a model to itself, followed to the end: descendants and ancestors.

mod depth;
mod recursive;
mod walk;

pub use self::{
    depth::{Depth, WithDepth},
    recursive::{Itself, Tree},
};

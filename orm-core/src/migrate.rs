//! Changes of a schema, from one [`Catalog`](crate::catalog::Catalog) to another, as plain data and text (feature `migrate`).
//!
//! Pure: nothing here asks a server. `orm-pg` runs the steps, and proves them on a scratch database.

mod allow;
mod desired;
mod diff;
mod effect;
pub mod file;
mod history;
mod mention;
mod needs;
mod options;
mod order;
mod part;
mod plan;
mod stated;

pub use self::{
    allow::Allow,
    desired::desired,
    diff::{diff, renames},
    effect::{Effect, Effects, LockMode, RelationKind},
    history::{Applied, Conflict, HISTORY_TABLE, Review, State, review},
    options::{Options, Rename},
    plan::{Mode, Phase, Plan, Step},
    stated::{Kind, Stated, is_volatile, keeps_rows, stated},
};

//! Changes of a schema, from one [`Catalog`](crate::catalog::Catalog) to another, as plain data and text (feature `migrate`).
//!
//! Pure: nothing here asks a server. `orm-pg` runs the steps, and proves them on a scratch database.

mod allow;
mod plan;

pub use self::{
    allow::Allow,
    plan::{Mode, Phase, Plan, Step},
};

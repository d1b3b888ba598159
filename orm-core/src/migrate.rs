//! Changes of a schema, from one [`Catalog`](crate::catalog::Catalog) to another, as plain data and text (feature `migrate`).
//!
//! Pure: nothing here asks a server. `orm-pg` runs the steps, and proves them on a scratch database.

mod allow;
mod declared;
mod desired;
mod diff;
mod effect;
pub mod expand;
pub mod file;
mod history;
mod lint;
mod live;
mod mention;
mod needs;
mod offline;
mod options;
mod order;
mod part;
mod plan;
pub mod snapshot;
mod stated;
mod verification;

pub use self::{
    allow::Allow,
    declared::declared,
    desired::desired,
    diff::{diff, renamed, renames},
    effect::{Effect, Effects, LockMode, RelationKind},
    history::{Applied, Conflict, HISTORY_TABLE, Review, State, review},
    lint::{Finding, Level, LintOptions, Measured, lint},
    live::{live, postpone_replaced},
    offline::{Known, Unread, mark_unread},
    options::{Options, Rename, ReplacedLabel},
    plan::{Mode, Phase, Plan, Step},
    stated::{Kind, Stated, is_volatile, keeps_rows, stated},
    verification::{Difference, DifferenceKind, Sides, Verification, verify},
};

/// The name as the words of files write it: without the schema if that is `public`.
fn plain(name: &crate::catalog::Name) -> String {
    name.short()
}

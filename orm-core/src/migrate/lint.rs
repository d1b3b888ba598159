//! What is dangerous about steps, from what they did on a scratch database: not from their text.
//!
//! The names of the rules are those of Squawk or `strong_migrations` where one of them has the rule.

mod change;
mod column;
mod constraint;
mod finding;
mod index;
mod locks;
mod object;
mod recipe;
mod style;

use self::change::Change;
pub use self::{
    change::{LintOptions, Measured},
    finding::{Finding, Level},
};

/// Returns what is dangerous about steps that have been run one after the other.
///
/// Tables that the steps themselves make are left out, and those that [`LintOptions`] says are small.
///
/// ```
/// use orm_pg::schema::migrate::{LintOptions, lint};
///
/// assert!(lint(&[], &LintOptions::default()).is_empty());
/// ```
#[must_use]
pub fn lint(steps: &[Measured<'_>], options: &LintOptions) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (position, step) in steps.iter().enumerate() {
        let mut change = Change { steps, step: *step, position, options, findings: Vec::new() };
        column::check(&mut change);
        constraint::check(&mut change);
        index::check(&mut change);
        object::check(&mut change);
        style::check(&mut change);
        locks::check(&mut change);
        // Only now: what is allowed explains the locks that it takes.
        change.findings.retain(|it| !options.allow.contains(&it.allow));
        findings.append(&mut change.findings);
    }
    findings
}

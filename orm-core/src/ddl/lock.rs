//! Locks on tables.

use crate::catalog::Name;

/// Returns the statement that locks `tables` in `mode`: `LOCK TABLE "app"."a", "app"."b" IN ACCESS SHARE MODE`.
///
/// ```
/// use orm_pg::{ddl, schema::{catalog::Name, migrate::LockMode}};
///
/// let text = ddl::lock_tables(&[&Name::new("app", "users")], LockMode::Share);
/// assert_eq!(text, r#"LOCK TABLE "app"."users" IN SHARE MODE"#);
/// ```
#[must_use]
pub fn lock_tables(tables: &[&Name], mode: impl std::fmt::Display) -> String {
    let names: Vec<_> = tables.iter().map(ToString::to_string).collect();
    format!("LOCK TABLE {} IN {mode} MODE", names.join(", "))
}

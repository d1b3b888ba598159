//! Comments on objects that are kept as whole statements.

use crate::catalog::Definition;

impl Definition {
    /// Returns what follows `COMMENT ON`: `AGGREGATE app.total(integer)`.
    ///
    /// PostgreSQL names an object there as it does in DROP.
    #[must_use]
    pub fn label(&self) -> &str {
        self.drop.strip_prefix("DROP ").unwrap_or(&self.drop)
    }
}

//! What a gate has found.

use std::fmt;

use orm_core::{
    error::{Error, ErrorKind, Result},
    migrate::Verification,
};

use super::LiveComparison;
#[cfg(feature = "sources")]
use super::Statements;

/// What a gate has found: each part that was asked for, which `Display` writes one below the other.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GateReport {
    /// The models, compared with what the migrations lead to.
    pub models: Verification,
    /// The database of [`live`](super::Gate::live), compared with what the migrations that ran on it lead to.
    pub live: Option<LiveComparison>,
    /// The statements of [`sources`](super::Gate::sources).
    #[cfg(feature = "sources")]
    pub statements: Option<Statements>,
}

impl GateReport {
    /// Returns whether there is nothing to mend.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let clean = self.models.is_clean() && self.live.as_ref().is_none_or(LiveComparison::is_clean);
        #[cfg(feature = "sources")]
        let clean = clean && self.statements.as_ref().is_none_or(Statements::is_clean);
        clean
    }

    /// Returns an error if there is something to mend, for `?` in a test.
    ///
    /// # Errors
    /// [`ErrorKind::Migration`] with the whole report.
    pub fn into_result(self) -> Result<()> {
        if self.is_clean() { Ok(()) } else { Err(Error::new(ErrorKind::Migration, self.to_string())) }
    }
}

/// ```text
/// MODELS, compared with a database that the migrations have made:
/// the models and the database agree
///
/// LIVE DATABASE, compared with what the migrations that ran on it lead to:
/// …
/// ```
impl fmt::Display for GateReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MODELS, compared with a database that the migrations have made:\n{}", self.models)?;
        if let Some(live) = &self.live {
            write!(f, "\n\nLIVE DATABASE, compared with what the migrations that ran on it lead to:\n{live}")?;
        }
        #[cfg(feature = "sources")]
        if let Some(statements) = &self.statements {
            write!(f, "\n\nSTATEMENTS, prepared on a database that the migrations have made:\n{statements}")?;
        }
        Ok(())
    }
}

//! Which throw-away server is asked for.

use orm_core::error::Result;

use super::failed;

/// Asks for one way to a server; a failure of it is an error then.
pub(super) const VARIABLE: &str = "ORM_PG_TEST_SERVER";

/// A way to a throw-away server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// A container if that can be had, or else the installed PostgreSQL.
    Any,
    /// A container.
    Docker,
    /// The installed PostgreSQL.
    Local,
}

impl Way {
    /// Returns what the environment asks for.
    pub(super) fn asked() -> Result<Self> {
        match std::env::var(VARIABLE) {
            Ok(value) => match value.as_str() {
                "" => Ok(Self::Any),
                "docker" => Ok(Self::Docker),
                "local" => Ok(Self::Local),
                _ => Err(failed(format!("{VARIABLE} is {value:?}, which is neither \"docker\" nor \"local\""))),
            },
            Err(std::env::VarError::NotPresent) => Ok(Self::Any),
            Err(error) => Err(failed(format!("{VARIABLE} cannot be used: {error}"))),
        }
    }
}

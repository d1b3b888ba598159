//! [`ServerKind`]: which kind of throw-away server is requested.

use orm_core::error::Result;

use super::{failure::failed, variable::SERVER};

/// A kind of throw-away server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ServerKind {
    /// A container if possible, or else the installed PostgreSQL.
    Any,
    /// A container.
    Docker,
    /// The installed PostgreSQL.
    Local,
}

impl ServerKind {
    /// Returns the kind that the environment requests.
    pub(super) fn asked() -> Result<Self> {
        match std::env::var(SERVER) {
            Ok(value) => match value.as_str() {
                "" => Ok(Self::Any),
                "docker" => Ok(Self::Docker),
                "local" => Ok(Self::Local),
                _ => Err(failed(format!("{SERVER} is {value:?}, which is neither \"docker\" nor \"local\""))),
            },
            Err(std::env::VarError::NotPresent) => Ok(Self::Any),
            Err(error) => Err(failed(format!("{SERVER} cannot be used: {error}"))),
        }
    }
}

//! How long statements may take that have no limit of their own.

use std::time::Duration;

use orm_core::statement::Limit;

/// How long statements on a connection may take that say nothing themselves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum DefaultLimit {
    /// As long as they take.
    #[default]
    Unlimited,
    /// So long each: as the handle says that took the connection.
    PerStatement(Duration),
    /// All together so long: those of one verb.
    Shared(Limit),
}

impl DefaultLimit {
    /// What a handle says.
    pub(crate) fn each(limit: Option<Duration>) -> Self {
        limit.map_or(Self::Unlimited, Self::PerStatement)
    }

    /// What a verb says, or else the handle.
    pub(crate) fn of(verb: Option<Limit>, handle: Option<Duration>) -> Self {
        verb.map_or(Self::each(handle), Self::Shared)
    }
}

//! How long statements may take that have no limit of their own.

use std::time::Duration;

use orm_core::statement::Limit;

/// How long statements on a connection may take that say nothing themselves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Allowed {
    /// As long as they take.
    #[default]
    Ever,
    /// So long each: as the handle says that took the connection.
    Each(Duration),
    /// All together so long: those of one verb.
    Until(Limit),
}

impl Allowed {
    /// What a handle says.
    pub(crate) fn each(limit: Option<Duration>) -> Self {
        limit.map_or(Self::Ever, Self::Each)
    }

    /// What a verb says, or else the handle.
    pub(crate) fn of(verb: Option<Limit>, handle: Option<Duration>) -> Self {
        verb.map_or(Self::each(handle), Self::Until)
    }
}

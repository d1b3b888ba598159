//! [`DefaultLimit`]: how long statements without their own limit may take.

use std::time::Duration;

use orm_core::statement::Limit;

/// The limit of statements on a connection that do not set one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum DefaultLimit {
    /// No limit.
    #[default]
    Unlimited,
    /// Each statement may take this long: the limit of the handle.
    PerStatement(Duration),
    /// All statements of one verb share this limit.
    Shared(Limit),
}

impl DefaultLimit {
    /// The limit of a handle.
    pub(crate) fn each(limit: Option<Duration>) -> Self {
        limit.map_or(Self::Unlimited, Self::PerStatement)
    }

    /// The limit of the verb, or else of the handle.
    pub(crate) fn of(verb: Option<Limit>, handle: Option<Duration>) -> Self {
        verb.map_or(Self::each(handle), Self::Shared)
    }
}

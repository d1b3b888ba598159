//! The pauses between attempts to connect or to run a transaction.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    time::Duration,
};

/// Returns a random pause between half of `pause` and all of it, so that callers that failed together do not retry
/// together.
pub(crate) fn jitter(pause: Duration) -> Duration {
    let parts = u32::try_from(random(1024)).unwrap_or(0);
    pause / 2 + pause * parts / 2048
}

/// A random number below `end`, good enough to spread load.
pub(super) fn random(end: usize) -> usize {
    // The standard library seeds its hash maps randomly.
    let bits = RandomState::new().build_hasher().finish();
    usize::try_from(bits >> 33).unwrap_or(0).checked_rem(end).unwrap_or(0)
}

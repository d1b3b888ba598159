//! [`Retries`]: how often a transaction is run again, and the pauses before it.

use std::time::Duration;

use tokio::time::sleep;

use super::TransactionOptions;
use crate::pool::backoff::jitter;

/// The first pause before a retry; it doubles each time, up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// The retries that a transaction has left.
pub(crate) struct Retries {
    left: u32,
    pause: Duration,
}

impl Retries {
    pub(crate) fn new(options: TransactionOptions) -> Self {
        Self { left: options.retries(), pause: FIRST_PAUSE }
    }

    /// Returns whether to run the transaction again after `outcome`, which may have failed because of a `conflict`.
    /// Waits before it does.
    pub(crate) async fn again<T, E>(&mut self, outcome: &Result<T, E>, conflict: bool) -> bool {
        if outcome.is_ok() || !conflict || self.left == 0 {
            return false;
        }
        self.left -= 1;
        sleep(jitter(self.pause)).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        true
    }
}

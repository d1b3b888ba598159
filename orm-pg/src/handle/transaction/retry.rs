//! Running a transaction again.

use std::time::Duration;

use tokio::time::sleep;

use super::TransactionOptions;
use crate::pool::backoff::jitter;

/// The first pause before a transaction is run again; it doubles each time.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// How often a transaction may still be run again.
pub(crate) struct Retries {
    left: u32,
    pause: Duration,
}

impl Retries {
    pub(crate) fn new(options: TransactionOptions) -> Self {
        Self { left: options.retries(), pause: FIRST_PAUSE }
    }

    /// Whether the transaction is run again after `outcome`, which may have failed for a `conflict`: waits a moment then.
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

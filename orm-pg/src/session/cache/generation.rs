//! How all connections of a pool learn that their prepared statements are out of date.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts the changes of the schema that the connections of a pool have met.
#[derive(Debug, Default)]
pub(crate) struct Generation(AtomicU64);

impl Generation {
    pub(crate) fn now(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }

    /// Says that what was prepared in the generation `seen` is out of date. Many may say it of one change, and the first
    /// is heard; whoever prepared in a later one meets a later change by itself.
    pub(crate) fn end(&self, seen: u64) {
        self.0.fetch_max(seen + 1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generation_ends_once_for_all_who_prepared_in_it() {
        let generation = Generation::default();
        for _ in 0..10 {
            generation.end(0);
        }
        assert_eq!(generation.now(), 1);
        generation.end(1);
        // Who is late has nothing to say of what was prepared since.
        generation.end(0);
        assert_eq!(generation.now(), 2);
    }
}

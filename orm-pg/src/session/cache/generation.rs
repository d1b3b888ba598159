//! [`Generation`]: how the connections of a pool learn that their prepared statements are out of date.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts the changes of the schema that the connections of a pool have met.
#[derive(Debug, Default)]
pub(crate) struct Generation(AtomicU64);

impl Generation {
    pub(crate) fn now(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }

    /// Notes that statements of the generation `seen` are out of date. Many connections may report the same change, but
    /// only the first report counts.
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
        // A late report says nothing about statements that were prepared since.
        generation.end(0);
        assert_eq!(generation.now(), 2);
    }
}

//! From when on something is worth a finding.

use serde::{Deserialize, Serialize};

/// From when on [`doctor_with`](super::doctor_with) reports something.
///
/// ```
/// use orm_pg::schema::doctor::Limits;
///
/// let limits = Limits { idle_seconds: 5, ..Limits::default() };
/// assert_eq!(limits.used_percent, 75);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// How much of its values a sequence or a key may have used. 75 by default; from 90 on it is a problem.
    pub used_percent: u32,
    /// How large an index must be to be reported as unused. One MiB by default.
    pub unused_index_bytes: u64,
    /// For how many days the server must have counted before an unused index is more than a note. 7 by default.
    pub unused_index_days: u32,
    /// How many transactions old the oldest row of a table may be. 500 million by default; VACUUM usually removes them at 200
    /// million, and from 1200 million on it is a problem.
    pub transaction_age: u32,
    /// How many seconds a session may be idle in a transaction. 60 by default.
    pub idle_seconds: u32,
    /// How large a table must be to need statistics. 64 KiB by default.
    pub statistics_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            used_percent: 75,
            unused_index_bytes: 1 << 20,
            unused_index_days: 7,
            transaction_age: 500_000_000,
            idle_seconds: 60,
            statistics_bytes: 64 << 10,
        }
    }
}

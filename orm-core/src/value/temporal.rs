//! Dates and times of `chrono`, `time` and `jiff`.
//!
//! The types of these crates cannot hold `infinity` and 24:00:00: both are errors, never a similar value.

#[cfg(any(feature = "chrono", feature = "time"))]
mod by_codec;
#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
mod shared;
#[cfg(feature = "jiff")]
mod with_jiff;

use super::Scalar;

/// A type with `infinity` and `-infinity`: dates and timestamps. [`OrInfinity`](super::OrInfinity) takes them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no infinity in PostgreSQL",
    note = "dates and timestamps have one: `OrInfinity<NaiveDate>`, `OrInfinity<DateTime<Utc>>`"
)]
pub trait MayBeInfinite: Scalar {}

/// The largest value of a date or timestamp stands for `infinity`, the smallest for `-infinity`.
pub(super) fn infinity(raw: &[u8]) -> Option<std::cmp::Ordering> {
    use std::cmp::Ordering::{Greater, Less};
    match raw {
        [0x7f, rest @ ..] if matches!(rest.len(), 3 | 7) && rest.iter().all(|it| *it == 0xff) => Some(Greater),
        [0x80, rest @ ..] if matches!(rest.len(), 3 | 7) && rest.iter().all(|it| *it == 0) => Some(Less),
        _ => None,
    }
}

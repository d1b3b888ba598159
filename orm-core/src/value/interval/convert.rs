//! Intervals from and into the durations of other crates: exact, or an error.

use std::{fmt, time::Duration};

use super::Interval;

/// The error of a duration that is not an [`Interval`], or the reverse: it has a fraction of a microsecond, is too long, or has
/// months or days, whose length depends on where they start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InexactInterval {
    /// It has a fraction of a microsecond.
    Fraction,
    /// It is too long, or negative where the target has no sign.
    OutOfRange,
    /// It has months or days, which have no fixed length.
    Calendar,
}

impl fmt::Display for InexactInterval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fraction => "the duration has a fraction of a microsecond, which an interval cannot hold",
            Self::OutOfRange => "the duration is out of the target's range",
            Self::Calendar => "the interval has months or days, which have no fixed length",
        })
    }
}

impl std::error::Error for InexactInterval {}

impl Interval {
    /// The microseconds, where that is all there is.
    fn exact(self) -> Result<i64, InexactInterval> {
        if (self.months, self.days) == (0, 0) { Ok(self.microseconds) } else { Err(InexactInterval::Calendar) }
    }
}

impl TryFrom<Duration> for Interval {
    type Error = InexactInterval;

    fn try_from(duration: Duration) -> Result<Self, InexactInterval> {
        if !duration.subsec_nanos().is_multiple_of(1_000) {
            return Err(InexactInterval::Fraction);
        }
        i64::try_from(duration.as_micros()).map(Self::microseconds).map_err(|_| InexactInterval::OutOfRange)
    }
}

impl TryFrom<Interval> for Duration {
    type Error = InexactInterval;

    fn try_from(interval: Interval) -> Result<Self, InexactInterval> {
        u64::try_from(interval.exact()?).map(Self::from_micros).map_err(|_| InexactInterval::OutOfRange)
    }
}

#[cfg(feature = "chrono")]
impl TryFrom<chrono::TimeDelta> for Interval {
    type Error = InexactInterval;

    fn try_from(delta: chrono::TimeDelta) -> Result<Self, InexactInterval> {
        if delta.subsec_nanos() % 1_000 != 0 {
            return Err(InexactInterval::Fraction);
        }
        delta.num_microseconds().map(Self::microseconds).ok_or(InexactInterval::OutOfRange)
    }
}

#[cfg(feature = "chrono")]
impl TryFrom<Interval> for chrono::TimeDelta {
    type Error = InexactInterval;

    fn try_from(interval: Interval) -> Result<Self, InexactInterval> {
        interval.exact().map(Self::microseconds)
    }
}

#[cfg(feature = "time")]
impl TryFrom<time::Duration> for Interval {
    type Error = InexactInterval;

    fn try_from(duration: time::Duration) -> Result<Self, InexactInterval> {
        if duration.subsec_nanoseconds() % 1_000 != 0 {
            return Err(InexactInterval::Fraction);
        }
        let micros = i64::try_from(duration.whole_microseconds()).map_err(|_| InexactInterval::OutOfRange)?;
        Ok(Self::microseconds(micros))
    }
}

#[cfg(feature = "time")]
impl TryFrom<Interval> for time::Duration {
    type Error = InexactInterval;

    fn try_from(interval: Interval) -> Result<Self, InexactInterval> {
        interval.exact().map(Self::microseconds)
    }
}

#[cfg(feature = "jiff")]
mod with_jiff {
    use jiff::{SignedDuration, Span};

    use super::{InexactInterval, Interval};

    impl TryFrom<SignedDuration> for Interval {
        type Error = InexactInterval;

        fn try_from(duration: SignedDuration) -> Result<Self, InexactInterval> {
            if duration.subsec_nanos() % 1_000 != 0 {
                return Err(InexactInterval::Fraction);
            }
            let micros = i64::try_from(duration.as_micros()).map_err(|_| InexactInterval::OutOfRange)?;
            Ok(Self::microseconds(micros))
        }
    }

    impl TryFrom<Interval> for SignedDuration {
        type Error = InexactInterval;

        fn try_from(interval: Interval) -> Result<Self, InexactInterval> {
            interval.exact().map(Self::from_micros)
        }
    }

    /// Years become months, weeks days, and hours to nanoseconds one count of microseconds.
    impl TryFrom<Span> for Interval {
        type Error = InexactInterval;

        fn try_from(span: Span) -> Result<Self, InexactInterval> {
            let sum = |parts: [(i64, i64); 2]| {
                let sum: i64 = parts.iter().map(|(count, unit)| count * unit).sum();
                i32::try_from(sum).map_err(|_| InexactInterval::OutOfRange)
            };
            let months = sum([(span.get_years().into(), 12), (span.get_months().into(), 1)])?;
            let days = sum([(span.get_weeks().into(), 7), (span.get_days().into(), 1)])?;
            let nanos = [
                (i64::from(span.get_hours()), 3_600_000_000_000_i128),
                (span.get_minutes(), 60_000_000_000),
                (span.get_seconds(), 1_000_000_000),
                (span.get_milliseconds(), 1_000_000),
                (span.get_microseconds(), 1_000),
                (span.get_nanoseconds(), 1),
            ];
            let nanos: i128 = nanos.iter().map(|(count, unit)| i128::from(*count) * unit).sum();
            if nanos % 1_000 != 0 {
                return Err(InexactInterval::Fraction);
            }
            let microseconds = i64::try_from(nanos / 1_000).map_err(|_| InexactInterval::OutOfRange)?;
            Ok(Self { months, days, microseconds })
        }
    }

    /// A span has one sign for all its parts and less room than an interval.
    impl TryFrom<Interval> for Span {
        type Error = InexactInterval;

        fn try_from(interval: Interval) -> Result<Self, InexactInterval> {
            let signs = [i64::from(interval.months), i64::from(interval.days), interval.microseconds].map(i64::signum);
            if signs.contains(&1) && signs.contains(&-1) {
                return Err(InexactInterval::OutOfRange);
            }
            Self::new()
                .try_months(interval.months)
                .and_then(|it| it.try_days(interval.days))
                .and_then(|it| it.try_microseconds(interval.microseconds))
                .map_err(|_| InexactInterval::OutOfRange)
        }
    }
}

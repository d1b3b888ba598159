//! Intervals.

mod convert;

pub use self::convert::InexactInterval;

use std::fmt;

use bytes::{BufMut, BytesMut};
use postgres_types::Type;

use super::{CodecError, Element, PgType, Scalar, reader::Reader, scalar::base_type};

/// An interval as PostgreSQL stores it: months, days and microseconds, each with its own sign.
///
/// The three are not converted into each other, since a month has 28 to 31 days and a day 23 to 25 hours. `==` of Rust
/// compares the parts; in a query a month counts as 30 days and a day as 24 hours.
///
/// ```
/// # use blog::*;
/// let span = Interval { months: 1, days: -2, microseconds: 3_500_000 };
/// assert_eq!(span.to_string(), "P1M-2DT3.5S");
/// assert_eq!(Interval::days(1).checked_add(Interval::hours(6)).map(|it| it.to_string()).as_deref(), Some("P1DT6H"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Interval {
    /// Months, twelve of which are a year.
    pub months: i32,
    /// Days.
    pub days: i32,
    /// Hours, minutes and seconds.
    pub microseconds: i64,
}

const SECOND: i64 = 1_000_000;

impl Interval {
    /// The empty interval.
    pub const ZERO: Self = Self { months: 0, days: 0, microseconds: 0 };
    /// `infinity`: PostgreSQL 17 and later.
    pub const INFINITY: Self = Self { months: i32::MAX, days: i32::MAX, microseconds: i64::MAX };
    /// `-infinity`: PostgreSQL 17 and later.
    pub const NEG_INFINITY: Self = Self { months: i32::MIN, days: i32::MIN, microseconds: i64::MIN };

    /// That many years of twelve months.
    ///
    /// ```
    /// # use blog::*;
    /// assert_eq!(Interval::years(2).to_string(), "P2Y");
    /// ```
    #[must_use]
    pub const fn years(years: i16) -> Self {
        Self::months(years as i32 * 12)
    }

    /// That many months.
    ///
    /// ```
    /// # use blog::*;
    /// assert_eq!(Interval::months(3).to_string(), "P3M");
    /// ```
    #[must_use]
    pub const fn months(months: i32) -> Self {
        Self { months, ..Self::ZERO }
    }

    /// That many weeks of seven days.
    ///
    /// ```
    /// # use blog::*;
    /// assert_eq!(Interval::weeks(2).to_string(), "P14D");
    /// ```
    #[must_use]
    pub const fn weeks(weeks: i16) -> Self {
        Self::days(weeks as i32 * 7)
    }

    /// That many days.
    ///
    /// ```
    /// # use blog::*;
    /// assert_eq!(Interval::days(-1).to_string(), "P-1D");
    /// ```
    #[must_use]
    pub const fn days(days: i32) -> Self {
        Self { days, ..Self::ZERO }
    }

    /// That many hours.
    ///
    /// ```
    /// # use blog::*;
    /// assert_eq!(Interval::hours(36).to_string(), "PT36H");
    /// ```
    #[must_use]
    pub const fn hours(hours: i32) -> Self {
        Self::microseconds(hours as i64 * 3_600 * SECOND)
    }

    /// That many minutes.
    ///
    /// ```
    /// # use blog::*;
    /// assert_eq!(Interval::minutes(90).to_string(), "PT1H30M");
    /// ```
    #[must_use]
    pub const fn minutes(minutes: i32) -> Self {
        Self::microseconds(minutes as i64 * 60 * SECOND)
    }

    /// That many seconds.
    ///
    /// ```
    /// # use blog::*;
    /// assert_eq!(Interval::seconds(90).to_string(), "PT1M30S");
    /// ```
    #[must_use]
    pub const fn seconds(seconds: i32) -> Self {
        Self::microseconds(seconds as i64 * SECOND)
    }

    /// That many milliseconds.
    ///
    /// ```
    /// # use blog::*;
    /// assert_eq!(Interval::milliseconds(1500).to_string(), "PT1.5S");
    /// ```
    #[must_use]
    pub const fn milliseconds(milliseconds: i32) -> Self {
        Self::microseconds(milliseconds as i64 * 1_000)
    }

    /// That many microseconds.
    ///
    /// ```
    /// # use blog::*;
    /// assert_eq!(Interval::microseconds(250).to_string(), "PT0.00025S");
    /// ```
    #[must_use]
    pub const fn microseconds(microseconds: i64) -> Self {
        Self { microseconds, ..Self::ZERO }
    }

    /// Returns the sum, part by part; `None` if a part is too large.
    ///
    /// ```
    /// # use blog::*;
    /// let day_and_a_half = Interval::days(1).checked_add(Interval::hours(12));
    /// assert_eq!(day_and_a_half, Some(Interval { months: 0, days: 1, microseconds: 43_200_000_000 }));
    /// assert_eq!(Interval::months(i32::MAX).checked_add(Interval::months(1)), None);
    /// ```
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        let (months, days) = (self.months.checked_add(other.months), self.days.checked_add(other.days));
        match (months, days, self.microseconds.checked_add(other.microseconds)) {
            (Some(months), Some(days), Some(microseconds)) => Some(Self { months, days, microseconds }),
            _ => None,
        }
    }

    /// Returns the interval with all signs reversed; `None` if a part is the smallest possible number.
    ///
    /// ```
    /// # use blog::*;
    /// assert_eq!(Interval::days(3).checked_neg(), Some(Interval::days(-3)));
    /// ```
    #[must_use]
    pub const fn checked_neg(self) -> Option<Self> {
        match (self.months.checked_neg(), self.days.checked_neg(), self.microseconds.checked_neg()) {
            (Some(months), Some(days), Some(microseconds)) => Some(Self { months, days, microseconds }),
            _ => None,
        }
    }
}

/// As ISO 8601 with signs, which PostgreSQL reads as well: `P1Y2M-3DT4H5M6.5S`.
impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("P")?;
        let parts = [(self.months / 12, 'Y'), (self.months % 12, 'M'), (self.days, 'D')];
        for (count, unit) in parts.into_iter().filter(|(count, _)| *count != 0) {
            write!(f, "{count}{unit}")?;
        }
        let seconds = self.microseconds / SECOND;
        let fraction = (self.microseconds % SECOND).unsigned_abs();
        if self.microseconds == 0 {
            return if *self == Self::ZERO { f.write_str("T0S") } else { Ok(()) };
        }
        f.write_str("T")?;
        for (count, unit) in [(seconds / 3_600, 'H'), (seconds / 60 % 60, 'M')] {
            if count != 0 {
                write!(f, "{count}{unit}")?;
            }
        }
        let rest = seconds % 60;
        if fraction != 0 {
            let sign = if self.microseconds < 0 { "-" } else { "" };
            let digits = format!("{fraction:06}");
            write!(f, "{sign}{}.{}S", rest.unsigned_abs(), digits.trim_end_matches('0'))?;
        } else if rest != 0 {
            write!(f, "{rest}S")?;
        }
        Ok(())
    }
}

impl Scalar for Interval {
    const TYPE: PgType = PgType::builtin("interval", 1186, 1187);

    fn accepts(ty: &Type) -> bool {
        *base_type(ty) == Type::INTERVAL
    }

    fn encode(&self, _: &Type, out: &mut BytesMut) -> Result<(), CodecError> {
        out.put_i64(self.microseconds);
        out.put_i32(self.days);
        out.put_i32(self.months);
        Ok(())
    }

    fn decode(_: &Type, raw: &[u8]) -> Result<Self, CodecError> {
        let mut reader = Reader(raw);
        let microseconds = i64::from_be_bytes(reader.array()?);
        let (days, months) = (reader.i32()?, reader.i32()?);
        reader.end()?;
        Ok(Self { months, days, microseconds })
    }
}

impl Element for Interval {}

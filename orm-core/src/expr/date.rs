//! Dates and times.

use super::{
    Expr, Expression,
    expression::{Base, NullableLike},
};
use crate::{ast::Node, value::Scalar};

/// A point in time, or a day.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a date or time", label = "this needs a date or time")]
pub trait Temporal: Scalar {}

#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
macro_rules! dates {
    (
        $(#[$doc:meta])* $module:ident: $local:ty;
        $(#[$now:meta])* now $moment:ty;
        $(#[$today:meta])* current_date $day:ty
    ) => {
        $(#[$doc])*
        pub mod $module {
            use super::Temporal;
            use crate::{ast::Node, expr::Expr};

            impl Temporal for $moment {}
            impl Temporal for $local {}
            impl Temporal for $day {}

            /// The time at which the transaction began. Renders `now()`.
            $(#[$now])*
            #[must_use]
            pub fn now() -> Expr<$moment> {
                Expr::new(Node::call("now", vec![]))
            }

            /// The day on which the transaction began, in the session's time zone. Renders `current_date`.
            $(#[$today])*
            #[must_use]
            pub fn current_date() -> Expr<$day> {
                Expr::new(Node::Constant("current_date"))
            }
        }
    };
}

#[cfg(feature = "chrono")]
dates! {
    /// The server's clock in types of `chrono`.
    with_chrono: chrono::NaiveDateTime;
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().filter(|u| u.joined.lt(now()));
    /// ```
    now chrono::DateTime<chrono::Utc>;
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().select(|_| current_date());
    /// ```
    current_date chrono::NaiveDate
}
#[cfg(feature = "time")]
dates! {
    /// The server's clock in types of `time`.
    with_time: time::PrimitiveDateTime;
    now time::OffsetDateTime;
    current_date time::Date
}
#[cfg(feature = "jiff")]
dates! {
    /// The server's clock in types of `jiff`.
    with_jiff: jiff::civil::DateTime;
    now jiff::Timestamp;
    current_date jiff::civil::Date
}

#[cfg(feature = "chrono")]
impl Temporal for chrono::DateTime<chrono::FixedOffset> {}

#[cfg(feature = "chrono")]
pub use with_chrono::{current_date, now};

/// A part of a date or time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DatePart {
    /// The year.
    Year,
    /// The quarter, from 1.
    Quarter,
    /// The month, from 1.
    Month,
    /// The ISO week, from 1.
    Week,
    /// The day of the month, from 1.
    Day,
    /// The day of the week, Sunday 0. Not for [`Dates::date_trunc`].
    DayOfWeek,
    /// The hour.
    Hour,
    /// The minute.
    Minute,
    /// The second with its fraction.
    Second,
    /// Seconds since 1970. Not for [`Dates::date_trunc`].
    Epoch,
}

impl DatePart {
    const fn literal(self) -> &'static str {
        match self {
            Self::Year => "'year'",
            Self::Quarter => "'quarter'",
            Self::Month => "'month'",
            Self::Week => "'week'",
            Self::Day => "'day'",
            Self::DayOfWeek => "'dow'",
            Self::Hour => "'hour'",
            Self::Minute => "'minute'",
            Self::Second => "'second'",
            Self::Epoch => "'epoch'",
        }
    }
}

/// The functions on dates and times.
///
/// ```
/// # use blog::*;
/// use orm_pg::{expr::DatePart, prelude::*};
///
/// let per_year = User::query().group_by(|u| u.joined.date_part(DatePart::Year));
/// let per_year = per_year.select(|u| (u.joined.date_part(DatePart::Year), count_all()));
/// ```
pub trait Dates: Expression {
    /// The start of the year, month, day, … of the value, in the session's time zone. Renders `date_trunc(part, x)`.
    ///
    /// ```
    /// # use blog::*;
    /// use orm_pg::expr::DatePart;
    /// let months = User::query().group_by(|u| u.joined.date_trunc(DatePart::Month));
    /// let months = months.select(|u| (u.joined.date_trunc(DatePart::Month), count_all()));
    /// ```
    fn date_trunc(self, part: DatePart) -> Expr<Self::Type>
    where
        Base<Self>: Temporal,
    {
        if matches!(part, DatePart::DayOfWeek | DatePart::Epoch) {
            return Expr::new(Node::Invalid(format!("`date_trunc` cannot cut at {part:?}")));
        }
        let call = Node::call("date_trunc", vec![Node::Constant(part.literal()), self.node()]);
        Expr::new(call.cast_to::<Base<Self>>())
    }

    /// A part of the value as a number. Renders `date_part(part, x)`.
    ///
    /// ```
    /// # use blog::*;
    /// use orm_pg::expr::DatePart;
    /// let years = User::query().select(|u| u.joined.date_part(DatePart::Year));
    /// ```
    fn date_part(self, part: DatePart) -> Expr<NullableLike<Self, f64>>
    where
        Base<Self>: Temporal,
    {
        Expr::new(Node::call("date_part", vec![Node::Constant(part.literal()), self.node()]))
    }
}

impl<E: Expression> Dates for E {}

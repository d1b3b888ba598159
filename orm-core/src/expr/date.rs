//! Dates and times.

use super::{
    Expr, Expression,
    expression::{Base, Like},
};
use crate::{ast::Node, value::Scalar};

/// A type that is a point in time or a day.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a date or time", label = "this needs a date or time")]
pub trait Temporal: Scalar {}

#[cfg(feature = "chrono")]
mod with_chrono {
    use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, Utc};

    use super::Temporal;
    use crate::{ast::Node, expr::Expr};

    impl Temporal for DateTime<Utc> {}
    impl Temporal for DateTime<FixedOffset> {}
    impl Temporal for NaiveDateTime {}
    impl Temporal for NaiveDate {}

    /// When the transaction began. Renders `now()`.
    #[must_use]
    pub fn now() -> Expr<DateTime<Utc>> {
        Expr::new(Node::call("now", vec![]))
    }

    /// The day on which the transaction began, in the session's time zone. Renders `current_date`.
    #[must_use]
    pub fn current_date() -> Expr<NaiveDate> {
        Expr::new(Node::Constant("current_date"))
    }
}

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
pub trait Dates: Expression {
    /// The start of the year, month, day, … of the value, in the session's time zone. Renders `date_trunc(part, x)`.
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
    fn date_part(self, part: DatePart) -> Expr<Like<Self, f64>>
    where
        Base<Self>: Temporal,
    {
        Expr::new(Node::call("date_part", vec![Node::Constant(part.literal()), self.node()]))
    }
}

impl<E: Expression> Dates for E {}

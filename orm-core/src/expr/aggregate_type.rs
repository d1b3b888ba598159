//! Which types aggregates take, and what they return for each.

use crate::value::{Element, Interval, MayBeInfinite, Money, Oid, OrInfinity, Scalar};

/// A type for which the server has `min` and `max`: numbers, text, dates and times, intervals,
/// addresses, enums, arrays.
#[diagnostic::on_unimplemented(
    message = "PostgreSQL has no smallest or largest `{Self}`",
    label = "`min` and `max` are for numbers, text, dates, times, addresses, enums and arrays",
    note = "change the type first, such as a `bool` with `.cast::<i32>()`, or take the first row in some order"
)]
pub trait MinMax: Scalar {}

macro_rules! min_max {
    ($($(#[$cfg:meta])? $ty:ty)+) => { $(
        $(#[$cfg])?
        impl MinMax for $ty {}
    )+ };
}

min_max! {
    i16 i32 i64 f32 f64 String std::net::IpAddr Interval Money Oid
    #[cfg(feature = "rust_decimal")] rust_decimal::Decimal
    #[cfg(feature = "cidr")] cidr::IpInet
    #[cfg(feature = "chrono")] chrono::DateTime<chrono::Utc>
    #[cfg(feature = "chrono")] chrono::DateTime<chrono::FixedOffset>
    #[cfg(feature = "chrono")] chrono::NaiveDateTime
    #[cfg(feature = "chrono")] chrono::NaiveDate
    #[cfg(feature = "chrono")] chrono::NaiveTime
    #[cfg(feature = "time")] time::OffsetDateTime
    #[cfg(feature = "time")] time::PrimitiveDateTime
    #[cfg(feature = "time")] time::Date
    #[cfg(feature = "time")] time::Time
    #[cfg(feature = "jiff")] jiff::Timestamp
    #[cfg(feature = "jiff")] jiff::civil::DateTime
    #[cfg(feature = "jiff")] jiff::civil::Date
    #[cfg(feature = "jiff")] jiff::civil::Time
}
impl<T: MayBeInfinite> MinMax for OrInfinity<T> {}
impl<T: Element> MinMax for Vec<T> where Self: Scalar {}
impl<T: Element> MinMax for Vec<Option<T>> {}

/// A type whose values can be summed up, and the type of the sum.
#[diagnostic::on_unimplemented(
    message = "the sum of `{Self}` has no Rust type here",
    label = "cannot be summed up",
    note = "the server sums up `i64` as `numeric`: turn on the feature `rust_decimal`, or change the type first: `.cast::<f64>()`"
)]
pub trait Sum: Scalar {
    /// The type of the sum.
    type Output: Scalar;
}

impl Sum for Interval {
    type Output = Self;
}
impl Average for Interval {
    type Output = Self;
}
impl Sum for Money {
    type Output = Self;
}
impl Sum for i16 {
    type Output = i64;
}
impl Sum for i32 {
    type Output = i64;
}
impl Sum for f32 {
    type Output = Self;
}
impl Sum for f64 {
    type Output = Self;
}
#[cfg(feature = "rust_decimal")]
impl Sum for i64 {
    type Output = rust_decimal::Decimal;
}
#[cfg(feature = "rust_decimal")]
impl Sum for rust_decimal::Decimal {
    type Output = Self;
}

/// A type whose values have an average, and the type of the average.
#[diagnostic::on_unimplemented(
    message = "the average of `{Self}` has no Rust type here",
    label = "has no average",
    note = "the server averages integers to `numeric`: turn on the feature `rust_decimal`, or change the type first: `.cast::<f64>()`"
)]
pub trait Average: Scalar {
    /// The type of the average.
    type Output: Scalar;
}

impl Average for f32 {
    type Output = f64;
}
impl Average for f64 {
    type Output = Self;
}
#[cfg(feature = "rust_decimal")]
mod decimal {
    use rust_decimal::Decimal;

    use super::Average;

    impl Average for i16 {
        type Output = Decimal;
    }
    impl Average for i32 {
        type Output = Decimal;
    }
    impl Average for i64 {
        type Output = Decimal;
    }
    impl Average for Decimal {
        type Output = Self;
    }
}

//! The crates that have types of dates and times.

/// The crate whose types dates and times have. Each is a feature of orm-pg.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dates {
    /// `chrono`.
    #[default]
    Chrono,
    /// `time`.
    Time,
    /// `jiff`.
    Jiff,
}

/// The types of dates and times.
#[derive(Clone, Copy)]
pub(super) enum DateType {
    Date,
    Time,
    Timestamp,
    Zoned,
}

impl Dates {
    /// The Rust type, and the feature that has it.
    pub(super) fn rust(self, ty: DateType) -> (&'static str, &'static str) {
        match self {
            Self::Chrono => match ty {
                DateType::Date => ("NaiveDate", "chrono"),
                DateType::Time => ("NaiveTime", "chrono"),
                DateType::Timestamp => ("NaiveDateTime", "chrono"),
                DateType::Zoned => ("DateTime<Utc>", "chrono"),
            },
            Self::Time => match ty {
                DateType::Date => ("orm_pg::types::time::Date", "time"),
                DateType::Time => ("orm_pg::types::time::Time", "time"),
                DateType::Timestamp => ("PrimitiveDateTime", "time"),
                DateType::Zoned => ("OffsetDateTime", "time"),
            },
            Self::Jiff => match ty {
                DateType::Date => ("orm_pg::types::jiff::civil::Date", "jiff"),
                DateType::Time => ("orm_pg::types::jiff::civil::Time", "jiff"),
                DateType::Timestamp => ("orm_pg::types::jiff::civil::DateTime", "jiff"),
                DateType::Zoned => ("Timestamp", "jiff"),
            },
        }
    }
}

//! The names of files, which begin with a time.

use crate::error::{Error, ErrorKind, Result};

/// The digits of a time: `20261127090000`.
const DIGITS: usize = 14;

/// Returns the name of a migration of this time, in seconds since 1970, as its file has it: `20261127090000_add_mood`.
/// Everything in `name` that is no letter, digit or `_` becomes `_`.
///
/// ```
/// use orm_pg::schema::migrate::file::id;
///
/// assert_eq!(id(1_795_770_000, "Add mood!"), "20261127090000_add_mood");
/// ```
#[must_use]
pub fn id(seconds: u64, name: &str) -> String {
    let lower = name.trim().to_lowercase();
    let words = lower.split(|it: char| !it.is_alphanumeric()).filter(|it| !it.is_empty());
    let mut id = utc_time(seconds);
    for word in words {
        id.push('_');
        id.push_str(word);
    }
    id
}

/// Returns a time, in seconds since 1970, as names of files have it, in UTC: `20261127090000`.
///
/// ```
/// assert_eq!(orm_pg::schema::migrate::file::utc_time(0), "19700101000000");
/// ```
#[must_use]
pub fn utc_time(seconds: u64) -> String {
    let (mut days, of_day) = (seconds / 86_400, seconds % 86_400);
    let mut year = 1970_u64;
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    // In 400 years the days repeat.
    year += days / 146_097 * 400;
    days %= 146_097;
    while days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
    }
    let mut month = 1;
    for length in [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}{month:02}{:02}{hour:02}{minute:02}{second:02}", days + 1)
}

/// Checks that `id` can be the name of a migration: a time of 14 digits, `_`, and letters, digits, `_` and `-`.
///
/// # Errors
/// [`ErrorKind::Migration`], which shows the form.
///
/// ```
/// use orm_pg::schema::migrate::file::check_id;
///
/// assert!(check_id("20261127090000_add_mood").is_ok());
/// assert!(check_id("V1__init").is_err());
/// ```
pub fn check_id(id: &str) -> Result<()> {
    let (time, name) = id.split_at_checked(DIGITS).unwrap_or((id, ""));
    let word = |it: char| it.is_alphanumeric() || matches!(it, '_' | '-');
    let fits = time.len() == DIGITS
        && time.chars().all(|it| it.is_ascii_digit())
        && name.strip_prefix('_').is_some_and(|it| !it.is_empty() && it.chars().all(word));
    if fits {
        return Ok(());
    }
    let text = format!("{id:?} is no name of a migration: it must be like 20261127090000_add_mood");
    Err(Error::new(ErrorKind::Migration, text))
}

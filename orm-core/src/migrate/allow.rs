//! The words that permit a destructive step.

use std::{fmt, str::FromStr};

use crate::error::{Error, ErrorKind, Result};

/// What permits one destructive step: `drop_column(users.nick)`.
///
/// A plan that holds such a step is refused unless exactly this is allowed, so nothing is lost by mistake.
///
/// ```
/// use orm_pg::schema::migrate::Allow;
///
/// let allow: Allow = "drop_column(users.nick)".parse()?;
/// assert_eq!((allow.action.as_str(), allow.object.as_str()), ("drop_column", "users.nick"));
/// assert_eq!(allow.to_string(), "drop_column(users.nick)");
/// # Ok::<(), orm_pg::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Allow {
    /// What is done, such as `drop_column`.
    pub action: String,
    /// What it is done to, such as `users.nick`. The schema `public` is not written.
    pub object: String,
}

impl Allow {
    /// Returns what permits `action` on `object`.
    #[must_use]
    pub fn new(action: impl Into<String>, object: impl Into<String>) -> Self {
        Self { action: action.into(), object: object.into() }
    }
}

impl fmt::Display for Allow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.action, self.object)
    }
}

impl FromStr for Allow {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let parts = text.trim().strip_suffix(')').and_then(|it| it.split_once('('));
        match parts {
            Some((action, object)) if !action.trim().is_empty() && !object.trim().is_empty() => {
                Ok(Self::new(action.trim(), object.trim()))
            }
            _ => Err(Error::new(
                ErrorKind::Migration,
                format!("{text:?} permits nothing: write what is done and to what, as in `drop_column(users.nick)`"),
            )),
        }
    }
}

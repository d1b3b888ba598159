//! [`Secret`]: a password that is never shown.

use std::fmt;

/// A password. `Debug` hides it, and there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    /// Wraps `password`.
    pub(crate) fn new(password: impl Into<String>) -> Self {
        Self(password.into())
    }

    /// Returns the password, to be passed to the driver.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

//! A password that is never shown.

use std::fmt;

/// A password. `Debug` hides it, there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    /// Hides `password`.
    pub(crate) fn new(password: impl Into<String>) -> Self {
        Self(password.into())
    }

    /// Returns the password, for the one who hands it to the driver.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

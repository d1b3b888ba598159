//! Why a command has failed.

use std::{error::Error as StdError, fmt};

use orm_core::error::{Error, ErrorKind};

/// The result of a command: a [`Failure`] or an [`Error`], which [`Failure::of`] makes one. A conversion between the two types
/// would be among those that the compiler proposes to applications whose transactions have errors of an unknown type.
pub(super) type Result<T, E = Box<dyn StdError + Send + Sync>> = std::result::Result<T, E>;

/// An error with what the user can do about it.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: Error,
    /// What to do, one sentence each.
    pub(super) help: Vec<String>,
}

impl Failure {
    /// A failure of the command itself.
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { error: Error::new(ErrorKind::Config, text.into()), help: Vec::new() }
    }

    /// Any error, with what it says about mending it.
    pub(super) fn of(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        match error.into().downcast::<Self>().map_err(|other| other.downcast::<Error>()) {
            Ok(failure) => *failure,
            Err(Ok(error)) => {
                let help = error.hint().map(str::to_owned).into_iter().collect();
                Self { error: *error, help }
            }
            Err(Err(other)) => Self::new(other.to_string()).because(other),
        }
    }

    /// A failure to read or write a file.
    pub(super) fn file(action: &str, path: &std::path::Path, source: std::io::Error) -> Self {
        Self::new(format!("cannot {action} {}", path.display())).because(source)
    }

    /// Adds the cause.
    pub(super) fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.error = self.error.with_source(source);
        self
    }

    /// Adds what to do.
    pub(super) fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// The causes, from the outermost.
    pub(super) fn causes(&self) -> Vec<String> {
        let mut causes = Vec::new();
        let mut next = self.error.source();
        while let Some(cause) = next {
            causes.push(cause.to_string());
            next = cause.source();
        }
        causes
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl StdError for Failure {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.error.source()
    }
}

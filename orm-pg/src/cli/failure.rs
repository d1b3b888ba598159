//! Why a command has failed.

use std::fmt;

use orm_core::error::{Error, ErrorKind};

/// The result of a command.
pub(super) type Result<T, E = Failure> = std::result::Result<T, E>;

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
        Error::new(ErrorKind::Config, text.into()).into()
    }

    /// A failure to read or write a file.
    pub(super) fn file(action: &str, path: &std::path::Path, source: std::io::Error) -> Self {
        Error::new(ErrorKind::Config, format!("cannot {action} {}", path.display())).with_source(source).into()
    }

    /// Adds the cause.
    pub(super) fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
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
        let mut next = std::error::Error::source(&self.error);
        while let Some(cause) = next {
            causes.push(cause.to_string());
            next = cause.source();
        }
        causes
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let help = error.hint().map(|it| it.to_owned()).into_iter().collect();
        Self { error, help }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

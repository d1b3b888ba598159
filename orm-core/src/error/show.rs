//! What an error shows: never a bind value nor data of a row.

use std::{error::Error as StdError, fmt};

use super::{Error, ErrorKind, StatementName};

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(StatementName { operation, table }) = &self.0.statement {
            f.write_str(operation)?;
            if let Some(table) = table {
                write!(f, " {table}")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.0.text)?;
        if let Some(server) = &self.0.server {
            if !self.0.text.is_empty() {
                f.write_str(": ")?;
            }
            server.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut it = f.debug_struct("Error");
        it.field("kind", &self.0.kind);
        it.field("text", &self.to_string());
        if let Some(server) = &self.0.server {
            it.field("server", server);
        }
        if let Some(source) = &self.0.source {
            if self.0.kind.is_about_connecting() {
                it.field("source", &chain(&**source));
            } else {
                // The cause may quote values; its text is left to those who ask for `source()`.
                it.field("source", &"…");
            }
        }
        it.finish()
    }
}

impl ErrorKind {
    /// Whether the cause is about the way to the server: it quotes no values, and without it nobody knows what to do.
    fn is_about_connecting(self) -> bool {
        match self {
            Self::Config
            | Self::Connect
            | Self::PoolTimeout
            | Self::ConnectionLost
            | Self::OutcomeUnknown
            | Self::Closed
            | Self::Testing => true,
            Self::NotFound
            | Self::MoreThanOne
            | Self::Stale
            | Self::InvalidStatement
            | Self::Encode
            | Self::Decode
            | Self::Server
            | Self::StatementInvalidated
            | Self::Timeout
            | Self::RolledBack => false,
        }
    }
}

/// An error and its causes in one line.
fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(it) = cause {
        text = format!("{text}: {it}");
        cause = it.source();
    }
    text
}

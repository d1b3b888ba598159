//! What an error shows: never a bind value, nor data of a row.

use std::{error::Error as StdError, fmt};

use super::{Error, StatementName};
use crate::value::CodecMessage;

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
        if let Some(source) = self.0.source.as_deref() {
            if self.tells_causes() {
                causes(f, &self.0.text, source)?;
            } else if let Some(reason) = source.downcast_ref::<CodecMessage>() {
                // Other causes may quote a value.
                write!(f, ": {reason}")?;
            }
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
        match &self.0.source {
            Some(source) if self.0.explained && self.0.kind.is_about_connecting() => {
                it.field("source", &source.to_string());
            }
            // The cause may quote values; its text is left to callers of `source()`.
            Some(_) if !self.tells_causes() => {
                it.field("source", &"…");
            }
            Some(_) | None => {}
        }
        it.finish()
    }
}

impl Error {
    /// Returns whether `Display` shows the causes, so that `source()` does not return them.
    pub(super) fn tells_causes(&self) -> bool {
        self.0.kind.is_about_connecting() && !self.0.explained
    }
}

/// Writes `: ` and the text of each cause after `told`, each text once: some errors repeat the text of their cause.
fn causes(f: &mut fmt::Formatter<'_>, told: &str, source: &(dyn StdError + 'static)) -> fmt::Result {
    let mut told = told.to_owned();
    let mut next = Some(source);
    while let Some(cause) = next {
        let text = cause.to_string();
        if !told.ends_with(&text) {
            write!(f, ": {text}")?;
            told = text;
        }
        next = cause.source();
    }
    Ok(())
}

//! Messages and errors about the throw-away server.

use std::{io::Write, path::Path};

use orm_core::error::Error;

use super::super::failure::failed;

/// Prints a message for the user, past the test harness, which hides the output of passing tests.
pub(super) fn tell(text: &str) {
    drop(writeln!(std::io::stderr(), "orm_pg: {text}"));
}

pub(super) fn io(what: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let text = format!("{what} {}", path.display());
    move |error| failed(format!("{text}: {error}")).with_source(error)
}

//! The only place that prints: results to standard output, errors to standard error.

use std::{
    error::Error,
    io::{self, Write},
    process::ExitCode,
};

use serde_json::json;

use super::{
    failure::Failure,
    report::{BOLD, PROBLEM, Report},
};

/// An error.
const FAILED: u8 = 1;
/// A wrong command line.
const USAGE: u8 = 2;
/// Something was found.
const FOUND: u8 = 3;

/// Prints a report and returns the exit status.
pub(super) fn report(report: &Report, json: bool) -> ExitCode {
    let written = if json {
        serde_json::to_string_pretty(&report.json)
            .map_err(io::Error::from)
            .and_then(|text| writeln!(io::stdout().lock(), "{text}"))
    } else if report.source.is_empty() {
        write!(anstream::stdout().lock(), "{}", report.text)
    } else {
        let source = report.source.trim_end();
        writeln!(io::stdout().lock(), "{source}").and_then(|()| write!(anstream::stderr().lock(), "{}", report.text))
    };
    match written {
        // The reader has seen enough, as `head` does.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(FAILED),
        Ok(()) if report.found => ExitCode::from(FOUND),
        Ok(()) => ExitCode::SUCCESS,
    }
}

/// Prints why a command has failed and returns the exit status.
pub(super) fn failure(error: Box<dyn Error + Send + Sync>, json: bool) -> ExitCode {
    let failure = Failure::of(error);
    let text = if json {
        let error = json!({
            "kind": format!("{:?}", failure.error.kind()),
            "message": failure.to_string(),
            "detail": failure.error.detail(),
            "sql_state": failure.error.sql_state(),
            "causes": failure.causes(),
            "help": failure.help,
        });
        json!({ "error": error }).to_string()
    } else {
        let mut lines = vec![format!("{PROBLEM}error{PROBLEM:#}: {failure}")];
        lines.extend(failure.error.detail().map(|it| format!("  detail: {it}")));
        lines.extend(failure.causes().iter().map(|it| format!("  because: {it}")));
        lines.extend(failure.help.iter().map(|it| format!("  {BOLD}help{BOLD:#}: {it}")));
        lines.join("\n")
    };
    // There is nobody to tell that standard error cannot be written to.
    drop(writeln!(anstream::stderr().lock(), "{text}"));
    ExitCode::from(FAILED)
}

/// Prints the help or what is wrong with the command line, and returns the exit status.
pub(super) fn usage(error: &clap::Error) -> ExitCode {
    // As above; clap chooses the stream.
    drop(error.print());
    if error.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS }
}

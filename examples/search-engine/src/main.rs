//! Crawls, indexes and searches real pages: `search-engine help` tells how.

use std::io::{self, Write as _};
use std::process::ExitCode;

use search_engine::command::{Failed, USAGE, parse, run};

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let command = match parse(&arguments) {
        Ok(command) => command,
        Err(mistake) => {
            drop(writeln!(io::stderr(), "{mistake}\n\n{USAGE}"));
            return ExitCode::from(2);
        }
    };
    match run(command, &mut io::stdout()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            drop(writeln!(io::stderr(), "search-engine: {}", chain(&error)));
            ExitCode::FAILURE
        }
    }
}

/// An error and what has caused it, in one line.
fn chain(error: &Failed) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        line = format!("{line}: {error}");
        cause = error.source();
    }
    line
}

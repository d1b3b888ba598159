//! Crawls, indexes and searches real pages; `search-engine help` prints the usage.

use std::io::{self, Write as _};
use std::process::ExitCode;

use search_engine::command::{Failed, USAGE, parse, run};
#[cfg(unix)]
use search_engine::story::Part;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // The parts of the story choose their cores before they start any threads.
    #[cfg(unix)]
    if let Some(part) = arguments.first().and_then(|word| Part::read(word)) {
        return end(part.play(&mut io::stdout()));
    }
    search_engine(&arguments)
}

#[tokio::main]
async fn search_engine(arguments: &[String]) -> ExitCode {
    let command = match parse(arguments) {
        Ok(command) => command,
        Err(mistake) => {
            drop(writeln!(io::stderr(), "{mistake}\n\n{USAGE}"));
            return ExitCode::from(2);
        }
    };
    end(run(command, &mut io::stdout()).await)
}

fn end(done: Result<(), Failed>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            drop(writeln!(io::stderr(), "search-engine: {}", chain(&error)));
            ExitCode::FAILURE
        }
    }
}

/// Formats an error and its causes in one line.
fn chain(error: &Failed) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        line = format!("{line}: {error}");
        cause = error.source();
    }
    line
}

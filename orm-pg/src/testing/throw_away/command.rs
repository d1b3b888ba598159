//! Runs commands with a limit of time.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread::{sleep, spawn},
    time::{Duration, Instant},
};

/// A line that a command has printed.
enum Line {
    Out(String),
    Err(String),
}

/// Runs `command` and returns what it prints to its standard output.
///
/// # Errors
/// The last line of its standard error if it failed; if the limit is over, that it was killed.
pub(super) fn run(command: &mut Command, limit: Duration) -> Result<String, String> {
    follow(command, limit, |_| None)
}

/// As [`run`], showing each line to `watch`, which may return another limit, counted from the start as well.
pub(super) fn follow(
    command: &mut Command,
    mut limit: Duration,
    mut watch: impl FnMut(&str) -> Option<Duration>,
) -> Result<String, String> {
    let started = Instant::now();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("it cannot be run: {error}"))?;
    let lines = read(&mut child);
    let (mut out, mut last) = (String::new(), None);
    let status = loop {
        let left = limit.saturating_sub(started.elapsed());
        let line = match lines.recv_timeout(left) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout) => break None,
            Err(RecvTimeoutError::Disconnected) => break wait(&mut child, started + limit),
        };
        let (Line::Out(text) | Line::Err(text)) = &line;
        limit = watch(text).unwrap_or(limit);
        match line {
            Line::Out(text) => out.extend([text.as_str(), "\n"]),
            Line::Err(text) => last = Some(text).filter(|it| !it.trim().is_empty()).or(last),
        }
    };
    match status {
        Some(status) if status.success() => Ok(out),
        Some(status) => Err(last.unwrap_or_else(|| status.to_string())),
        None => {
            // It may just have ended on its own.
            drop(child.kill());
            drop(child.wait());
            Err(format!("no answer within {} s", limit.as_secs()))
        }
    }
}

/// Hands on the lines of both outputs. The threads end with the last process that holds these open, which may be one that
/// the command has started: nobody waits for them.
fn read(child: &mut Child) -> Receiver<Line> {
    fn hand_on(output: Option<impl Read + Send + 'static>, lines: Sender<Line>, line: fn(String) -> Line) {
        let Some(output) = output else { return };
        spawn(move || {
            for text in BufReader::new(output).split(b'\n').map_while(Result::ok) {
                if lines.send(line(String::from_utf8_lossy(&text).into_owned())).is_err() {
                    return;
                }
            }
        });
    }
    let (sender, receiver) = channel();
    hand_on(child.stdout.take(), sender.clone(), Line::Out);
    hand_on(child.stderr.take(), sender, Line::Err);
    receiver
}

fn wait(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < deadline => sleep(Duration::from_millis(2)),
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn the_output_or_the_last_word_on_the_failure_is_returned() {
        let limit = Duration::from_secs(10);
        assert_eq!(run(&mut sh("echo a; echo b >&2; echo c"), limit), Ok("a\nc\n".to_owned()));
        assert_eq!(run(&mut sh("echo a; echo b >&2; echo c >&2; echo >&2; exit 3"), limit), Err("c".to_owned()));
        assert_eq!(run(&mut sh("exit 3"), limit), Err("exit status: 3".to_owned()));
        let error = run(&mut Command::new("/no/such/program"), limit).unwrap_err();
        assert!(error.starts_with("it cannot be run: "), "{error}");
    }

    #[test]
    fn what_takes_too_long_is_killed_also_when_another_process_has_its_output() {
        let no_answer = Err("no answer within 1 s".to_owned());
        for script in
            ["exec sleep 60", "sleep 60 & wait", "exec >&- 2>&-; exec sleep 60", "while :; do echo a; sleep 1; done"]
        {
            assert_eq!(run(&mut sh(script), Duration::from_secs(1)), no_answer, "{script}");
        }
    }

    #[test]
    fn a_line_may_bring_more_time() {
        let slow = "echo begin; sleep 2; echo end";
        let longer =
            follow(&mut sh(slow), Duration::from_secs(1), |line| (line == "begin").then_some(Duration::from_secs(30)));
        assert_eq!(longer, Ok("begin\nend\n".to_owned()));
    }
}

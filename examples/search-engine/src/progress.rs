//! Progress output of long tasks: one line that is rewritten on a terminal, or an occasional line elsewhere.

use std::io::{self, IsTerminal as _, Write};
use std::time::{Duration, Instant};

/// How often a terminal's line is rewritten.
const REDRAW: Duration = Duration::from_millis(100);

/// How often a line is written if it cannot be rewritten, as in a log.
const LOG: Duration = Duration::from_secs(2);

/// A progress line on standard error, or on any writer.
#[derive(Debug)]
pub struct Progress<W: Write = io::Stderr> {
    to: W,
    rewrites: bool,
    began: Instant,
    shown: Option<Instant>,
    width: usize,
}

impl Progress {
    /// Starts on standard error; the clock starts now.
    #[must_use]
    pub fn new() -> Self {
        let to = io::stderr();
        Self { rewrites: to.is_terminal(), to, began: Instant::now(), shown: None, width: 0 }
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

impl<W: Write> Progress<W> {
    /// Shows a state if the last one has been visible long enough; cheap enough to call for every page.
    ///
    /// A closed terminal is no reason to stop working, so write errors are ignored.
    pub fn show(&mut self, line: impl FnOnce(Duration) -> String) {
        let pause = if self.rewrites { REDRAW } else { LOG };
        if self.shown.is_some_and(|shown| shown.elapsed() < pause) {
            return;
        }
        self.shown = Some(Instant::now());
        let line = line(self.began.elapsed());
        if self.rewrites {
            self.rewrite(&line);
        } else {
            drop(writeln!(self.to, "{line}"));
        }
    }

    /// Writes a permanent line above the rewritten one.
    pub fn say(&mut self, line: &str) {
        if self.rewrites {
            self.rewrite("");
            self.shown = None;
        }
        drop(writeln!(self.to, "{line}"));
    }

    /// Clears the rewritten line and returns the time since the start.
    pub fn finish(mut self) -> Duration {
        if self.rewrites {
            self.rewrite("");
        }
        self.began.elapsed()
    }

    /// Overwrites the last line, with blanks over the remainder of a longer one.
    fn rewrite(&mut self, line: &str) {
        let blanks = " ".repeat(self.width.saturating_sub(line.chars().count()));
        self.width = line.chars().count();
        let end = if line.is_empty() { "\r" } else { "" };
        drop(write!(self.to, "\r{line}{blanks}{end}"));
        drop(self.to.flush());
    }
}

/// Formats the last line of a crawl: `5120 pages in 8.5 s, 602 pages a second`.
#[must_use]
pub fn summary(pages: u64, took: Duration) -> String {
    format!("{pages} pages in {:.1} s, {:.0} pages a second", took.as_secs_f64(), rate(pages, took))
}

/// Returns the rate per second, without dividing by zero.
#[must_use]
pub fn rate(count: u64, took: Duration) -> f64 {
    let millis = u32::try_from(took.as_millis()).unwrap_or(u32::MAX).max(1);
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) * 1000.0 / f64::from(millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(rewrites: bool) -> Progress<Vec<u8>> {
        Progress { to: Vec::new(), rewrites, began: Instant::now(), shown: None, width: 0 }
    }

    #[test]
    fn a_terminal_line_is_rewritten() {
        let mut progress = progress(true);
        progress.show(|_| "100 pages".to_owned());
        progress.show(|_| "too early".to_owned());
        progress.shown = None;
        progress.show(|_| "99 left".to_owned());
        progress.say("done");
        assert_eq!(String::from_utf8(progress.to).unwrap(), "\r100 pages\r99 left  \r       \rdone\n");
    }

    #[test]
    fn a_log_gets_whole_lines_and_not_too_many() {
        let mut progress = progress(false);
        (0..1000).for_each(|page| progress.show(|_| format!("{page} pages")));
        assert_eq!(String::from_utf8(progress.to).unwrap(), "0 pages\n");
    }

    #[test]
    fn the_summary_says_pages_seconds_and_rate() {
        assert_eq!(summary(5120, Duration::from_millis(8500)), "5120 pages in 8.5 s, 602 pages a second");
        assert_eq!(summary(0, Duration::ZERO), "0 pages in 0.0 s, 0 pages a second");
    }
}

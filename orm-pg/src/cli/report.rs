//! What a command has to say, as text and as JSON.

use std::fmt;

use anstyle::{AnsiColor, Style};
use serde_json::Value;

pub(super) const BOLD: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();
pub(super) const GOOD: Style = AnsiColor::Green.on_default();
pub(super) const WARNING: Style = AnsiColor::Yellow.on_default();
pub(super) const PROBLEM: Style = AnsiColor::Red.on_default().bold();

/// What a command has to say.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// For people, with styles; they are removed where the output is not a terminal, or `NO_COLOR` is set.
    pub(super) text: String,
    /// A file that the command makes: printed as it is, and `text` to standard error.
    pub(super) source: String,
    /// The same for programs.
    pub(super) json: Value,
    /// Whether something was found that needs attention: exit status 3.
    pub(super) found: bool,
}

impl Report {
    /// A report with this JSON.
    pub(super) fn new(json: Value) -> Self {
        Self { json, ..Self::default() }
    }

    /// Adds a value to the JSON.
    pub(super) fn set(&mut self, name: &str, value: impl Into<Value>) {
        if let Value::Object(json) = &mut self.json {
            json.insert(name.to_owned(), value.into());
        }
    }

    /// Adds a line.
    pub(super) fn line(&mut self, line: impl fmt::Display) {
        self.text.push_str(&line.to_string());
        self.text.push('\n');
    }

    /// Adds how many objects of the database are not managed, which a clean result does not speak of.
    pub(super) fn unmanaged(&mut self, number: usize) {
        self.set("unmanaged", number);
        self.line(styled(DIM, format_args!("{} in the database", counted(number, "unmanaged object"))));
    }
}

/// Text in a style.
pub(super) fn styled(style: Style, text: impl fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// A number with a noun: `1 problem`, `2 problems`.
pub(super) fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

//! Writes files.

use std::fmt;

use super::{Action, Header, Script};
use crate::migrate::Phase;

impl fmt::Display for Header {
    /// Writes the comments, one a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::new();
        if !self.after.is_empty() {
            lines.push(format!("after = {}", self.after.join(", ")));
        }
        if !self.one_transaction {
            lines.push("transaction = none".to_owned());
        }
        if self.phase == Phase::Contract {
            lines.push("phase = contract".to_owned());
        }
        lines.extend(self.allow.iter().map(|it| format!("allow = {it}")));
        if let Some(touches) = &self.touches {
            let touches: Vec<_> = touches.iter().map(ToString::to_string).collect();
            lines.push(format!("touches = {}", touches.join(", ")).trim_end().to_owned());
        }
        lines.iter().try_for_each(|it| writeln!(f, "-- orm: {it}"))
    }
}

impl fmt::Display for Script {
    /// Writes the text of the file. What was parsed from it is printed as it was, if its header was in the order of
    /// [`Header`]'s fields.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = self.header.to_string();
        f.write_str(&header)?;
        for (i, step) in self.steps.iter().enumerate() {
            if i > 0 || !header.is_empty() {
                writeln!(f)?;
            }
            match (&step.action, i) {
                (Action::Sql(text), 0) => writeln!(f, "{text}")?,
                (Action::Sql(text), _) => writeln!(f, "-- orm: step\n{text}")?,
                (Action::Repeat(text), _) => writeln!(f, "-- orm: step = repeat\n{text}")?,
                (Action::Rust, _) => writeln!(f, "-- orm: step = rust")?,
            }
        }
        Ok(())
    }
}

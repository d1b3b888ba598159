//! Names that have changed, as the command line declares them.

use std::str::FromStr;

use orm_core::{catalog::Name, migrate::Rename};

/// A rename on the command line: `table(old, new)`, `column(users.nick, name)`, `type(old, new)`, `label(mood.bad, sad)`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RenameArg(pub(super) Rename);

impl FromStr for RenameArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text.trim().strip_suffix(')').and_then(|it| it.split_once('(')).and_then(|(kind, names)| {
            let (from, to) = names.split_once(',')?;
            rename(kind.trim(), from.trim(), to.trim())
        });
        parsed.map(Self).ok_or_else(|| {
            "write `table(old, new)`, `column(users.nick, name)`, `type(old, new)` or `label(mood.bad, sad)`".to_owned()
        })
    }
}

/// A label that goes, on the command line: `label(mood.bad, fair)`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ReplaceArg {
    pub(super) of: Name,
    pub(super) label: String,
    pub(super) by: String,
}

impl FromStr for ReplaceArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse::<RenameArg>() {
            Ok(RenameArg(Rename::Label { of, from, to })) => Ok(Self { of, label: from, by: to }),
            _ => Err("write `label(mood.bad, fair)`: rows with `bad` get `fair`".to_owned()),
        }
    }
}

fn rename(kind: &str, from: &str, to: &str) -> Option<Rename> {
    if from.is_empty() || to.is_empty() {
        return None;
    }
    Some(match kind {
        "table" => Rename::Table { from: name(from), to: name(to) },
        "type" => Rename::Type { from: name(from), to: name(to) },
        "column" => {
            let (table, column) = from.rsplit_once('.')?;
            Rename::Column { table: name(table), from: column.to_owned(), to: to.to_owned() }
        }
        "label" => {
            let (of, label) = from.rsplit_once('.')?;
            Rename::Label { of: name(of), from: label.to_owned(), to: to.to_owned() }
        }
        _ => return None,
    })
}

/// A name with its schema, or one in `public`.
fn name(text: &str) -> Name {
    let (schema, name) = text.split_once('.').unwrap_or(("public", text));
    Name::new(schema, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renames_of_the_command_line() {
        let parse = |text: &str| text.parse::<RenameArg>().map(|it| it.0);
        assert_eq!(
            parse("column(app.users.nick, name)"),
            Ok(Rename::Column { table: Name::new("app", "users"), from: "nick".into(), to: "name".into() })
        );
        assert_eq!(
            parse(" table(users, people) "),
            Ok(Rename::Table { from: Name::new("public", "users"), to: Name::new("public", "people") })
        );
        let (of, label, by) = (Name::new("public", "mood"), "bad".into(), "fair".into());
        assert_eq!("label(mood.bad, fair)".parse(), Ok(ReplaceArg { of, label, by }));
        assert!("column(users.nick, name)".parse::<ReplaceArg>().is_err());
        for wrong in ["column(nick, name)", "table(users)", "view(a, b)", "table(, b)", "users"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}

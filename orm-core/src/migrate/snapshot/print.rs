//! Writing a part of a catalog as TOML: one line for each fact, so that git compares facts.

use super::tree::{Tree, has_names};
use crate::{catalog::Catalog, error::Result};

/// Returns the text of a file; the first one also says which server it is from.
///
/// ```toml
/// unmanaged = [
///     { kind = "privileges of table", identity = "app.users" },
/// ]
///
/// [[tables]]
/// name = { schema = "app", name = "users" }
/// ```
pub(super) fn print(part: &Catalog, first: bool) -> Result<String> {
    let mut out = String::new();
    let Tree::Map(fields) = Tree::of(part)? else { return Ok(out) };
    let mut sections = Vec::new();
    for (key, value) in &fields {
        match value {
            Tree::Int(_) if first => pair(&mut out, key, value),
            value if value.is_default(key) => {}
            Tree::List(items) if !matches!(key.as_str(), "dependencies" | "unmanaged") => sections.push((key, items)),
            value => pair(&mut out, key, value),
        }
    }
    for (key, items) in sections {
        for item in items {
            if !out.is_empty() {
                out.push('\n');
            }
            out.extend(["[[", key, "]]\n"]);
            let Tree::Map(fields) = item else { continue };
            fields
                .iter()
                .filter(|(key, value)| !value.is_default(key))
                .for_each(|(key, value)| pair(&mut out, key, value));
        }
    }
    Ok(out)
}

/// Writes `key = value`, a list of several facts with a line for each.
fn pair(out: &mut String, key: &str, value: &Tree) {
    out.extend([key, " = "]);
    match value {
        Tree::List(items) if items.len() > 1 || items.iter().any(|it| matches!(it, Tree::Map(_))) => {
            out.push_str("[\n");
            for item in items {
                out.push_str("    ");
                inline(out, item);
                out.push_str(",\n");
            }
            out.push(']');
        }
        Tree::Text(text) if text.contains('\n') => lines(out, text),
        Tree::Map(entries) if has_names(key) => names(out, entries),
        value => inline(out, value),
    }
    out.push('\n');
}

/// Writes what is said about columns: `{ "Full Name" = "first and last" }`.
fn names(out: &mut String, entries: &[(String, Tree)]) {
    out.push('{');
    for (i, (name, value)) in entries.iter().enumerate() {
        out.push_str(if i > 0 { ", " } else { " " });
        quoted(out, name);
        out.push_str(" = ");
        inline(out, value);
    }
    out.push_str(" }");
}

/// Writes a value within one line.
fn inline(out: &mut String, value: &Tree) {
    match value {
        // Only where no key has it: a list of values that may be missing.
        Tree::Null => out.push_str("\"\""),
        Tree::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Tree::Int(value) => out.push_str(&value.to_string()),
        Tree::Text(text) => quoted(out, text),
        Tree::List(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i > 0 { ", " } else { "" });
                inline(out, item);
            }
            out.push(']');
        }
        Tree::Map(fields) => {
            out.push('{');
            let written = fields.iter().filter(|(key, value)| !value.is_default(key));
            for (i, (key, value)) in written.enumerate() {
                out.push_str(if i > 0 { ", " } else { " " });
                out.extend([key, " = "]);
                inline(out, value);
            }
            out.push_str(" }");
        }
    }
}

/// Writes a text in one line: in single quotes, which escape nothing, if double quotes would have to escape something.
fn quoted(out: &mut String, text: &str) {
    if text.contains(['"', '\\']) && !text.contains('\'') && !text.contains(char::is_control) {
        out.extend(["'", text, "'"]);
        return;
    }
    out.push('"');
    escaped(out, text, false);
    out.push('"');
}

/// Writes a text of several lines, each as it is.
fn lines(out: &mut String, text: &str) {
    let plain = !text.contains("'''")
        && !text.ends_with('\'')
        && !text.contains(|it: char| it != '\n' && it != '\t' && it.is_control());
    if plain {
        out.extend(["'''\n", text, "'''"]);
        return;
    }
    out.push_str("\"\"\"\n");
    escaped(out, text, true);
    out.push_str("\"\"\"");
}

fn escaped(out: &mut String, text: &str, several_lines: bool) {
    for it in text.chars() {
        match it {
            '"' | '\\' => out.extend(['\\', it]),
            '\n' if several_lines => out.push(it),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            it if it.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(it))),
            it => out.push(it),
        }
    }
}

//! Identifiers and string literals as SQL text: the one place that quotes them. How a column is named is in `column`.

mod column;

pub use self::column::{ColumnName, QueryId};
use crate::schema::PgType;

/// The longest identifier that the server keeps; it truncates longer ones with only a notice.
pub const MAX_IDENT_BYTES: usize = 63;

/// Appends `name` as a quoted identifier.
///
/// A `"` inside the name is doubled, so that any name is a single identifier.
pub fn push_ident(out: &mut String, name: &str) {
    out.push('"');
    if name.contains('"') {
        out.push_str(&name.replace('"', "\"\""));
    } else {
        out.push_str(name);
    }
    out.push('"');
}

/// Appends `text` as a string literal that does not depend on `standard_conforming_strings`.
pub fn push_literal(out: &mut String, text: &str) {
    let escaped = text.contains('\\');
    out.push_str(if escaped { "E'" } else { "'" });
    for c in text.chars() {
        if c == '\'' || c == '\\' {
            out.push(c);
        }
        out.push(c);
    }
    out.push('\'');
}

/// Appends an SQL expression of a model. A comment at its end must not comment out the following text.
pub(crate) fn push_sql(out: &mut String, sql: &str) {
    out.push_str(sql);
    if sql.contains("--") {
        out.push('\n');
    }
}

/// Appends the name of a type: that of a user-defined type quoted, that of a built-in type or one given as SQL unchanged.
pub fn push_type(out: &mut String, ty: PgType) {
    if ty.is_user_defined() && !ty.verbatim {
        if let Some(schema) = ty.schema {
            push_ident(out, schema);
            out.push('.');
        }
        push_ident(out, ty.name);
    } else {
        out.push_str(ty.name);
    }
    if ty.array {
        out.push_str("[]");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_inside_an_identifier_are_doubled() {
        let mut out = String::new();
        push_ident(&mut out, r#"a"; DROP TABLE users; --"#);
        assert_eq!(out, r#""a""; DROP TABLE users; --""#);
    }

    #[test]
    fn literals_double_quotes_and_backslashes() {
        let literal = |text| {
            let mut out = String::new();
            push_literal(&mut out, text);
            out
        };
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal(r"a\b'c"), r"E'a\\b''c'");
    }
}

//! Names in statements, and whether the server would keep them unchanged.

use crate::{
    error::{Error, ErrorKind, Result},
    ident::{MAX_IDENT_BYTES, push_ident},
};

/// Checks that the server would keep `name` unchanged; the error says `what` it names.
///
/// # Errors
/// [`ErrorKind::InvalidStatement`] for a name that is empty, holds a NUL, or is longer than [`MAX_IDENT_BYTES`].
pub(super) fn check_ident(what: &'static str, name: &str) -> Result<()> {
    let problem = if name.is_empty() {
        format!("the name of a {what} is empty")
    } else if name.contains('\0') {
        format!("the name of the {what} {name:?} holds a NUL character")
    } else if name.len() > MAX_IDENT_BYTES {
        format!(
            "the name of the {what} {name:?} has {} bytes, and PostgreSQL would cut it at {MAX_IDENT_BYTES}",
            name.len()
        )
    } else {
        return Ok(());
    };
    Err(Error::new(ErrorKind::InvalidStatement, problem))
}

/// The statement that starts with `start`.
pub(super) fn sql(start: &str, rest: impl FnOnce(&mut String)) -> String {
    let mut out = String::from(start);
    rest(&mut out);
    out
}

/// Appends `"schema"."name"`.
pub(super) fn push_qualified(out: &mut String, schema: Option<&str>, name: &str) {
    if let Some(schema) = schema {
        push_ident(out, schema);
        out.push('.');
    }
    push_ident(out, name);
}

/// Appends `("a", "b")`.
pub(super) fn push_columns(out: &mut String, columns: &[&str]) {
    out.push('(');
    for (i, column) in columns.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        push_ident(out, column);
    }
    out.push(')');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_the_server_would_change_are_refused() {
        for name in ["", "a\0b", &"x".repeat(64), &"é".repeat(32)] {
            let error = check_ident("column", name).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidStatement, "{name:?}");
        }
        assert!(check_ident("column", &"x".repeat(63)).is_ok());
    }
}

//! The options of a newtype with `#[derive(Scalar)]`.

use syn::{DeriveInput, Ident, Path};

use super::{
    item::{Item, Value, items},
    value::{krate, path, take, text},
};
use crate::{ctxt::Ctxt, name::did_you_mean};

/// The options of the struct.
pub(crate) struct ScalarOptions {
    /// The path of `orm_pg`.
    pub(crate) krate: Path,
    pub(crate) sql_type: Option<String>,
}

/// Reads the options of the struct.
pub(crate) fn scalar(ctxt: &mut Ctxt, input: &DeriveInput) -> ScalarOptions {
    let (mut given, mut sql) = (None, None);
    for item in items(ctxt, &input.attrs) {
        let name = item.name();
        match (name.as_str(), &item) {
            // Accepted, though every newtype is.
            ("transparent", Item::Path(_)) => {}
            ("sql_type", Item::Pair(key, value)) => take(ctxt, &mut sql, key, value, sql_type),
            ("crate", Item::Pair(key, value)) => take(ctxt, &mut given, key, value, path),
            _ => {
                let near = did_you_mean(&name, ["transparent", "sql_type", "crate"]);
                let expected = "expected `transparent`, `sql_type = \"..\"` or `crate = \"path\"`";
                ctxt.error(item.span(), format!("{expected}{near}"));
            }
        }
    }
    ScalarOptions { krate: krate(given), sql_type: sql.map(|it| it.value) }
}

/// Reads the name of a type without a length or dimension.
fn sql_type(ctxt: &mut Ctxt, key: &Ident, value: &Value) -> Option<String> {
    let text = text(ctxt, key, value)?;
    let sql = text.value();
    if sql.trim().is_empty() || sql.contains('\0') {
        ctxt.error(text.span(), "`sql_type` needs the name of a type: `sql_type = \"app.email\"`");
        return None;
    }
    if sql.contains(['(', '[']) || is_of_length_one(&sql) {
        let message = "a length or a dimension belongs on the field of the model: values are cast to this type, and a \
                       cast truncates a value that is too long";
        ctxt.error(text.span(), message);
        return None;
    }
    Some(sql)
}

/// Whether the name of the type alone means a length of one, to which a cast would truncate: `char`, `bit`.
fn is_of_length_one(sql: &str) -> bool {
    let words: Vec<_> = sql.split_whitespace().map(str::to_ascii_lowercase).collect();
    ["char", "character", "nchar", "national char", "national character", "bit"].contains(&words.join(" ").as_str())
}

#[cfg(test)]
mod tests {
    use super::is_of_length_one;

    #[test]
    fn types_that_are_of_length_one_without_saying_so_are_known() {
        for sql in ["char", " Character ", "nchar", "NATIONAL  character", "bit"] {
            assert!(is_of_length_one(sql), "{sql}");
        }
        for sql in ["\"char\"", "varchar", "bit varying", "bpchar", "app.char", "citext"] {
            assert!(!is_of_length_one(sql), "{sql}");
        }
    }
}

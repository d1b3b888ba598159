//! Reads the values of keys.

use syn::{Ident, LitStr, Path, ext::IdentExt, parse_quote};

use super::item::{Item, Value};
use crate::{
    ctxt::{Ctxt, Located},
    name::{self, Rename, did_you_mean},
};

/// Keeps the value of a key that may be given once.
pub(super) fn set<T>(ctxt: &mut Ctxt, slot: &mut Option<Located<T>>, key: &Ident, value: T) {
    if slot.is_some() {
        ctxt.error(key.span(), format!("`{}` is given twice: keep one", key.unraw()));
    } else {
        *slot = Some(Located::new(key.span(), value));
    }
}

/// Reads the value of a key by `read` and keeps it.
pub(super) fn take<T>(
    ctxt: &mut Ctxt,
    slot: &mut Option<Located<T>>,
    key: &Ident,
    value: &Value,
    read: impl FnOnce(&mut Ctxt, &Ident, &Value) -> Option<T>,
) {
    if let Some(it) = read(ctxt, key, value) {
        set(ctxt, slot, key, it);
    }
}

/// Reads a string.
pub(super) fn text(ctxt: &mut Ctxt, key: &Ident, value: &Value) -> Option<LitStr> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Path(_) => {
            ctxt.error(value.span(), format!("write a string: `{} = \"..\"`", key.unraw()));
            None
        }
        Value::Number(span, number) => {
            ctxt.error(*span, format!("write it as a string: `\"{number}\"`"));
            None
        }
    }
}

/// Reads SQL, which must not be empty.
pub(super) fn sql(ctxt: &mut Ctxt, key: &Ident, value: &Value) -> Option<String> {
    let text = text(ctxt, key, value)?;
    if text.value().trim().is_empty() {
        ctxt.error(text.span(), format!("`{}` needs an SQL expression", key.unraw()));
        return None;
    }
    Some(text.value())
}

/// Reads a collation: a name, or SQL if it contains a double quote.
pub(super) fn collation(ctxt: &mut Ctxt, key: &Ident, value: &Value) -> Option<String> {
    match value {
        Value::Text(text) if text.value().contains('"') => Some(text.value()),
        value => db_name(ctxt, key, value),
    }
}

/// Reads a text for people.
pub(super) fn comment(ctxt: &mut Ctxt, key: &Ident, value: &Value) -> Option<String> {
    let text = text(ctxt, key, value)?;
    if text.value().is_empty() || text.value().contains('\0') {
        ctxt.error(text.span(), format!("`{}` needs a text without NUL characters", key.unraw()));
        return None;
    }
    Some(text.value())
}

/// Reads a number.
pub(super) fn number(ctxt: &mut Ctxt, key: &Ident, value: &Value) -> Option<i64> {
    if let Value::Number(_, number) = value {
        return Some(*number);
    }
    ctxt.error(value.span(), format!("write a number: `{} = 1`", key.unraw()));
    None
}

/// Reads a name in the database.
pub(super) fn db_name(ctxt: &mut Ctxt, key: &Ident, value: &Value) -> Option<String> {
    let text = text(ctxt, key, value)?;
    if let Some(reason) = name::mistake(&text.value()) {
        ctxt.error(text.span(), reason);
        return None;
    }
    Some(text.value())
}

/// Reads a rule for names.
pub(super) fn rename(ctxt: &mut Ctxt, key: &Ident, value: &Value) -> Option<Rename> {
    let text = text(ctxt, key, value)?;
    match Rename::parse(&text.value()) {
        Ok(rule) => Some(rule),
        Err(message) => {
            ctxt.error(text.span(), message);
            None
        }
    }
}

/// Reads one of `words`, with or without quotes, with `_` or spaces between its parts.
pub(super) fn word<T: Copy>(ctxt: &mut Ctxt, key: &Ident, value: &Value, words: &[(&str, T)]) -> Option<T> {
    let text = match value {
        Value::Text(text) => text.value(),
        Value::Path(path) => path.get_ident().map(Ident::to_string).unwrap_or_default(),
        Value::Number(_, number) => number.to_string(),
    };
    let wanted = text.to_lowercase().replace(' ', "_");
    if let Some((_, it)) = words.iter().find(|(name, _)| *name == wanted) {
        return Some(*it);
    }
    let names: Vec<_> = words.iter().map(|(name, _)| format!("`{name}`")).collect();
    let one = if names.len() == 1 { "" } else { "one of " };
    let near = did_you_mean(&wanted, words.iter().map(|(name, _)| *name));
    ctxt.error(value.span(), format!("`{}` is {one}{}{near}", key.unraw(), names.join(", ")));
    None
}

/// Reads an identifier, with or without quotes.
pub(super) fn ident(ctxt: &mut Ctxt, key: &Ident, value: &Value) -> Option<Ident> {
    let ident = match value {
        Value::Path(path) => path.get_ident().cloned(),
        Value::Text(text) => text.parse().ok(),
        Value::Number(..) => None,
    };
    if ident.is_none() {
        ctxt.error(value.span(), format!("`{}` takes one identifier", key.unraw()));
    }
    ident
}

/// Reads an identifier, where `none` stands for no value.
pub(super) fn ident_or_none(ctxt: &mut Ctxt, key: &Ident, value: &Value) -> Option<Option<Ident>> {
    ident(ctxt, key, value).map(|it| Some(it).filter(|it| it != "none"))
}

/// Reads the names in `key(a, b)`.
pub(super) fn idents(ctxt: &mut Ctxt, key: &Ident, items: &[Item]) -> Vec<Ident> {
    let mut names = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Item::Path(path) if path.get_ident().is_some() => names.extend(path.get_ident().cloned()),
            item => ctxt.error(item.span(), format!("`{}(..)` takes names of fields", key.unraw())),
        }
    }
    names
}

/// Reads a path, with or without quotes.
pub(super) fn path(ctxt: &mut Ctxt, key: &Ident, value: &Value) -> Option<Path> {
    match value {
        Value::Path(path) => Some(path.clone()),
        Value::Text(text) => match text.parse() {
            Ok(path) => Some(path),
            Err(_) => {
                ctxt.error(text.span(), format!("`{}` takes a path, such as `crate::User`", key.unraw()));
                None
            }
        },
        Value::Number(span, _) => {
            ctxt.error(*span, format!("`{}` takes a path, such as `crate::User`", key.unraw()));
            None
        }
    }
}

/// The path of `orm_pg`: the one that was given, or its usual name.
pub(super) fn krate(given: Option<Located<Path>>) -> Path {
    given.map_or_else(|| parse_quote!(::orm_pg), |it| it.value)
}

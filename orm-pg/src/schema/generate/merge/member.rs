//! Changing a field: its options, and its type unless its author has chosen another one.

use std::collections::BTreeSet;

use super::{
    super::{
        item::{FieldType, Member},
        option::{Parsed, last_ident},
        previous::{OldMember, options},
    },
    edit::Edits,
    merged::merged,
};

/// Options of a field that only its author sets.
const OF_AUTHOR: [&str; 4] = ["json", "version", "on_update", "renamed_from"];

/// Types that this module may have written itself, by their last name.
const WRITTEN: &[&str] = &[
    "bool",
    "i16",
    "i32",
    "i64",
    "f32",
    "f64",
    "u8",
    "String",
    "Decimal",
    "Value",
    "Uuid",
    "DateTime",
    "NaiveDate",
    "NaiveDateTime",
    "NaiveTime",
    "OffsetDateTime",
    "PrimitiveDateTime",
    "Timestamp",
    "Date",
    "Time",
    "Interval",
    "IpInet",
    "IpCidr",
    "IpAddr",
    "MacAddr",
    "MacAddr8",
    "Money",
    "Oid",
    "PgChar",
    "BitVec",
    "Hstore",
    "Vector",
    "HalfVector",
    "SparseVector",
    "Opaque",
    "Utc",
];

/// Gives the field of the file what the new one has.
pub(super) fn update(edits: &mut Edits<'_>, old: &OldMember, new: &Member, view: bool, known: &BTreeSet<&str>) {
    let flag = |key: &str| options(&old.attributes).find(|it| it.key == key);
    let mut wanted = new.options.clone();
    if let (Some((range, tokens)), Some(ty)) = (&old.ty, &new.ty) {
        let text = edits.text(range.clone());
        let own = Own { text, last: core(tokens.to_string().as_str()), json: flag("json").is_some() };
        let (replacement, kept) = own.merge(ty, view, known);
        if let Some(replacement) = replacement {
            edits.replace(range.clone(), replacement);
        }
        if kept {
            // The type of the author may name its SQL type itself, or need one.
            let is = |it: &String| Parsed::of_text(it).key == "sql_type";
            match flag("sql_type").and_then(Parsed::string) {
                None => wanted.retain(|it| !is(it)),
                Some(sql) if !wanted.iter().any(is) => wanted.push(super::super::option::pair("sql_type", &sql)),
                Some(_) => {}
            }
        }
    }
    let kept = |it: &Parsed| {
        let key = it.key.as_str();
        OF_AUTHOR.contains(&key) || view && matches!(key, "key" | "references")
    };
    let wanted = merged(&old.attributes, &wanted, kept);
    edits.attributes(&old.attributes, old.head, wanted, 4);
}

/// The type that a field has.
struct Own<'a> {
    text: &'a str,
    /// The last name without `Option`, `Vec` and the like.
    last: String,
    json: bool,
}

impl Own<'_> {
    /// Returns the type that replaces it, and whether it stays apart from its `Option`.
    fn merge(&self, new: &FieldType, view: bool, known: &BTreeSet<&str>) -> (Option<String>, bool) {
        let inner = inside(self.text, "Option");
        let nullable = inner.is_some();
        let inner = inner.unwrap_or(self.text);
        let same = spaceless(inner) == spaceless(&new.rust.text);
        let last = core(&new.rust.text);
        let list = |text: &str| inside(text, "Vec").is_some() && core(text) != "u8";
        let own = !WRITTEN.contains(&self.last.as_str()) && !known.contains(self.last.as_str());
        let chosen =
            own || new.rust.others.contains(&self.last.as_str()) || self.last == last || new.rust.json && self.json;
        let kept = !same && chosen && (own || list(inner) == list(&new.rust.text));
        if !same && !kept {
            return (Some(new.text()), false);
        }
        if nullable == new.nullable || view && !nullable {
            return (None, kept);
        }
        let text = if new.nullable { format!("Option<{inner}>") } else { inner.to_owned() };
        (Some(text), kept)
    }
}

fn spaceless(text: &str) -> String {
    text.chars().filter(|it| !it.is_whitespace()).collect()
}

/// What stands in `wrapper<..>`.
fn inside<'a>(text: &'a str, wrapper: &str) -> Option<&'a str> {
    let (before, rest) = text.split_once('<')?;
    let named = before.trim().rsplit("::").next().is_some_and(|it| it.trim() == wrapper);
    rest.trim_end().strip_suffix('>').filter(|_| named).map(str::trim)
}

/// The last name of the type in `Option`, `Vec`, `Json`, `PgRange` and the like.
fn core(text: &str) -> String {
    for wrapper in ["Option", "Vec", "OrInfinity", "Json", "PgRange", "Multirange"] {
        if let Some(inner) = inside(text, wrapper) {
            return core(inner);
        }
    }
    let path = text.split('<').next().unwrap_or(text);
    last_ident(path.parse().unwrap_or_default())
}

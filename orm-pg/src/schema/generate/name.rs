//! Rust identifiers for names of the database, and which of them are taken.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};

use crate::schema::catalog::{ConstraintKind, Table};

/// Names that a model would hide: those of the prelude and of the standard library that generated code uses or that a reader
/// expects to mean something else.
const TAKEN: &[&str] = &[
    "Aggregates",
    "Arrays",
    "Auto",
    "Begin",
    "BitVec",
    "Bool",
    "Box",
    "Changes",
    "Clone",
    "Composites",
    "Cond",
    "Connection",
    "Copy",
    "Database",
    "DateTime",
    "Dates",
    "Debug",
    "Decimal",
    "Default",
    "Defaulted",
    "Direction",
    "Drop",
    "Eq",
    "Err",
    "Error",
    "ErrorKind",
    "Executor",
    "Expression",
    "Extend",
    "FixedOffset",
    "Flatten",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "FromRow",
    "Future",
    "HalfVector",
    "Hash",
    "Hstore",
    "Insert",
    "Interval",
    "Into",
    "IntoFuture",
    "IntoIterator",
    "IpCidr",
    "IpInet",
    "Isolation",
    "Iterator",
    "Json",
    "Keyed",
    "Links",
    "Model",
    "Multirange",
    "NaiveDate",
    "NaiveDateTime",
    "NaiveTime",
    "None",
    "Numeric",
    "OffsetDateTime",
    "Ok",
    "Opaque",
    "Option",
    "OrInfinity",
    "Ord",
    "Overlaps",
    "PartialEq",
    "PartialOrd",
    "PgComposite",
    "PgEnum",
    "PgRange",
    "PrimitiveDateTime",
    "Projection",
    "Ranges",
    "Result",
    "Scalar",
    "Self",
    "Send",
    "Sized",
    "Some",
    "SparseVector",
    "String",
    "Sync",
    "Textual",
    "Timestamp",
    "Transaction",
    "ToOwned",
    "ToString",
    "TransactionOptions",
    "TryFrom",
    "TryInto",
    "TryStreamExt",
    "Unpin",
    "Utc",
    "Uuid",
    "Vec",
    "Vector",
];

/// The identifiers of types that a file has.
#[derive(Debug, Default)]
pub(super) struct Taken(BTreeSet<String>);

impl Taken {
    /// Returns whether a struct of this name, with what its derive adds, is free.
    fn is_free(&self, names: &[String]) -> bool {
        names.iter().all(|it| !self.0.contains(it) && !TAKEN.contains(&it.as_str()))
    }

    /// Takes names without looking whether they are free.
    pub(super) fn insert(&mut self, names: impl IntoIterator<Item = String>) {
        self.0.extend(names);
    }

    /// Takes the first of `candidates` that is free together with the names that `with` adds; a number makes the last one
    /// free.
    pub(super) fn claim(&mut self, candidates: &[String], with: fn(&str) -> Vec<String>) -> String {
        let last = candidates.last().cloned().unwrap_or_else(|| "Table".to_owned());
        let numbered = (2..).map(|it| format!("{last}{it}"));
        let found = candidates.iter().cloned().chain(numbered).find(|it| self.is_free(&with(it)));
        let found = found.unwrap_or(last);
        self.insert(with(&found));
        found
    }
}

/// The names that a struct with `#[derive(Model)]` takes.
pub(super) fn of_model(name: &str) -> Vec<String> {
    vec![name.to_owned(), format!("{name}Columns"), format!("New{name}")]
}

/// The names that a struct with `#[derive(PgComposite)]` takes.
pub(super) fn of_composite(name: &str) -> Vec<String> {
    vec![name.to_owned(), format!("{name}Attributes")]
}

/// The name that an enum takes.
pub(super) fn of_enum(name: &str) -> Vec<String> {
    vec![name.to_owned()]
}

/// Returns the name as that of a type: `OrderLine`.
pub(super) fn camel(name: &str) -> String {
    let camel = name.to_upper_camel_case();
    let camel: String = camel.chars().filter(|it| it.is_alphanumeric()).collect();
    match camel.chars().next() {
        None => "Unnamed".to_owned(),
        Some(first) if first.is_alphabetic() => camel,
        Some(_) => format!("N{camel}"),
    }
}

/// Returns the name as that of a field or function: unchanged if rustc would not warn about it. Keywords are not raw yet.
pub(super) fn snake(name: &str) -> String {
    let plain = |it: char| it == '_' || it.is_alphanumeric() && !it.is_uppercase();
    let kept = name.chars().all(plain) && !name.contains("__") && name.chars().any(|it| it != '_');
    let snake = if kept { name.to_owned() } else { name.to_snake_case() };
    let snake: String = snake.chars().filter(|it| plain(*it)).collect();
    match snake.chars().next() {
        None => "unnamed".to_owned(),
        Some(first) if first.is_numeric() => format!("n{snake}"),
        Some(_) => snake,
    }
}

/// Returns the identifier as Rust writes it: `r#type`. Those that cannot be raw get an underscore.
pub(super) fn written(name: &str) -> String {
    match name {
        "self" | "Self" | "super" | "crate" => format!("{name}_"),
        // A keyword since edition 2024, which is not known here.
        "gen" => "r#gen".to_owned(),
        _ if syn::parse_str::<syn::Ident>(name).is_ok() => name.to_owned(),
        _ if syn::parse_str::<syn::Ident>(&format!("r#{name}")).is_ok() => format!("r#{name}"),
        _ => format!("n_{}", name.chars().filter(char::is_ascii_alphanumeric).collect::<String>()),
    }
}

/// Returns the identifier without `r#`.
pub(super) fn unraw(name: &str) -> &str {
    name.strip_prefix("r#").unwrap_or(name)
}

/// Takes the first of `candidates` that is free, or the last one with a number.
pub(super) fn first_free(taken: &mut BTreeSet<String>, candidates: &[String], joint: &str) -> String {
    let last = candidates.last().cloned().unwrap_or_default();
    let numbered = (2..).map(|it| format!("{last}{joint}{it}"));
    let found = candidates.iter().cloned().chain(numbered).find(|it| !it.is_empty() && !taken.contains(it));
    let found = found.unwrap_or(last);
    taken.insert(found.clone());
    found
}

/// Returns the name that PostgreSQL and the derive give to a constraint or index: `users_email_key`, cut to 63 bytes.
pub(super) fn of_constraint(table: &str, columns: &[&str], label: &str) -> String {
    let (mut table, mut columns) = (table.to_owned(), columns.join("_"));
    let joint = usize::from(!columns.is_empty());
    while table.len() + columns.len() + joint + 1 + label.len() > 63 {
        let shorter = if table.len() > columns.len() { table.pop() } else { columns.pop() };
        if shorter.is_none() {
            break;
        }
    }
    if columns.is_empty() { format!("{table}_{label}") } else { format!("{table}_{columns}_{label}") }
}

/// Returns the name of the constant that the derive writes for a constraint unless it is told another one.
fn constant(table: &str, constraint: &str) -> String {
    let short = constraint.strip_prefix(table).and_then(|it| it.strip_prefix('_'));
    let short = short.map(ToShoutySnakeCase::to_shouty_snake_case).filter(|it| it.starts_with(char::is_alphabetic));
    let name = short.unwrap_or_else(|| constraint.to_shouty_snake_case());
    if name.starts_with(char::is_numeric) { format!("N{name}") } else { name }
}

/// Returns the constraints and unique indexes of a table whose constants need other names than the derive makes, with these
/// names: the derive cannot make one, or it is that of another constraint.
pub(super) fn constants(table: &Table) -> BTreeMap<&str, String> {
    let constraints =
        table.constraints.iter().filter(|it| it.kind != ConstraintKind::NotNull).map(|it| it.name.as_str());
    // A unique index with the name of a constraint has its constant.
    let indexes = table.indexes.iter().filter(|it| it.unique && table.constraint(&it.name).is_none());
    let all = constraints.chain(indexes.map(|it| it.name.as_str()));
    let (mut taken, mut others) = (BTreeSet::new(), Vec::new());
    for name in all {
        let constant = constant(&table.name.name, name);
        let valid = syn::parse_str::<syn::Ident>(&constant).is_ok();
        if !valid || !taken.insert(constant) {
            others.push(name);
        }
    }
    let mut named = BTreeMap::new();
    for name in others {
        let whole = name.to_shouty_snake_case();
        let valid = syn::parse_str::<syn::Ident>(&whole).is_ok();
        let whole = if valid { whole } else { "CONSTRAINT".to_owned() };
        named.insert(name, first_free(&mut taken, &[whole], "_"));
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_identifiers() {
        assert_eq!(camel("order_lines"), "OrderLines");
        assert_eq!(camel("2fa codes"), "N2faCodes");
        assert_eq!(camel("!"), "Unnamed");
        assert_eq!(snake("Full Name"), "full_name");
        assert_eq!(snake("line_1"), "line_1");
        assert_eq!(snake("2fa"), "n2fa");
        assert_eq!(snake("_"), "unnamed");
        assert_eq!(written("type"), "r#type");
        assert_eq!(written("gen"), "r#gen");
        assert_eq!(written("self"), "self_");
    }

    #[test]
    fn a_model_is_not_named_like_something_else() {
        let mut taken = Taken::default();
        let candidates = ["Option".to_owned(), "Options".to_owned()];
        assert_eq!(taken.claim(&candidates, of_model), "Options");
        assert_eq!(taken.claim(&["User".to_owned()], of_model), "User");
        assert_eq!(taken.claim(&["NewUser".to_owned()], of_model), "NewUser2");
    }
}

//! Names: of tables and columns from Rust names, of constraints from tables and columns, and near misses.

use heck::{ToKebabCase, ToLowerCamelCase, ToShoutyKebabCase, ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};
use syn::{Ident, ext::IdentExt};

/// The longest name that PostgreSQL keeps whole, in bytes.
pub(crate) const LONGEST: usize = 63;

/// A rule by which Rust names become names in the database.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Rename {
    #[default]
    Snake,
    Camel,
    Pascal,
    ShoutySnake,
    Kebab,
    ShoutyKebab,
    Lower,
    Upper,
}

impl Rename {
    const ALL: [(&'static str, Self); 8] = [
        ("snake_case", Self::Snake),
        ("camelCase", Self::Camel),
        ("PascalCase", Self::Pascal),
        ("SCREAMING_SNAKE_CASE", Self::ShoutySnake),
        ("kebab-case", Self::Kebab),
        ("SCREAMING-KEBAB-CASE", Self::ShoutyKebab),
        ("lowercase", Self::Lower),
        ("UPPERCASE", Self::Upper),
    ];

    /// Finds a rule by its name; the error lists them.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        match Self::ALL.iter().find(|(name, _)| *name == text) {
            Some((_, rule)) => Ok(*rule),
            None => {
                let names: Vec<_> = Self::ALL.iter().map(|(name, _)| format!("\"{name}\"")).collect();
                Err(format!("unknown rule `{text}`: expected one of {}", names.join(", ")))
            }
        }
    }

    /// Renames `ident`.
    pub(crate) fn apply(self, ident: &Ident) -> String {
        let name = ident.unraw().to_string();
        match self {
            Self::Snake => name.to_snake_case(),
            Self::Camel => name.to_lower_camel_case(),
            Self::Pascal => name.to_upper_camel_case(),
            Self::ShoutySnake => name.to_shouty_snake_case(),
            Self::Kebab => name.to_kebab_case(),
            Self::ShoutyKebab => name.to_shouty_kebab_case(),
            Self::Lower => name.to_lowercase(),
            Self::Upper => name.to_uppercase(),
        }
    }

    /// Names the column of a field: with `snake_case` the name of the field is unchanged (`line_1`).
    pub(crate) fn column(self, ident: &Ident) -> String {
        match self {
            Self::Snake => ident.unraw().to_string(),
            rule => rule.apply(ident),
        }
    }
}

/// The message about a name that the database cannot have.
pub(crate) fn mistake(name: &str) -> Option<String> {
    if name.is_empty() {
        Some("a name in the database cannot be empty".to_owned())
    } else if name.contains('\0') {
        Some("a name in the database cannot contain a NUL character".to_owned())
    } else if name.len() > LONGEST {
        let len = name.len();
        Some(format!("this name has {len} bytes, and PostgreSQL keeps only {LONGEST}: choose a shorter one"))
    } else {
        None
    }
}

/// The name that PostgreSQL gives to a constraint or index: `users_email_key`, its parts truncated to fit.
pub(crate) fn default_constraint(table: &str, columns: &[&str], label: &str) -> String {
    let (mut table, mut columns) = (table.to_owned(), columns.join("_"));
    let joint = usize::from(!columns.is_empty());
    while table.len() + columns.len() + joint + 1 + label.len() > LONGEST {
        if table.len() > columns.len() {
            table.pop()
        } else {
            columns.pop()
        };
    }
    if columns.is_empty() { format!("{table}_{label}") } else { format!("{table}_{columns}_{label}") }
}

/// The parts of the default name of an index: a part that repeats another one gets a number.
pub(crate) fn numbered(parts: Vec<String>) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(parts.len());
    for part in parts {
        let first = std::iter::once(part.clone());
        let free = |name: &String| !names.contains(name);
        let name = first.chain((1..).map(|it| format!("{part}{it}"))).find(free);
        names.push(name.unwrap_or(part));
    }
    names
}

/// The part of an index's default name that stands for an expression: the name of the function if it is one call, otherwise
/// `expr`.
pub(crate) fn of_expression(sql: &str) -> String {
    let sql = sql.trim();
    let call = sql.strip_suffix(')').and_then(|it| it.split_once('('));
    let function = call.filter(|(name, rest)| {
        let mut depth = 0_usize;
        let inside = rest.chars().all(|it| {
            match it {
                '(' => depth += 1,
                ')' if depth == 0 => return false,
                ')' => depth -= 1,
                _ => {}
            }
            true
        });
        inside && !name.is_empty() && name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_')
    });
    function.map_or_else(|| "expr".to_owned(), |(name, _)| name.to_lowercase())
}

/// The Rust name of a constraint: `users_email_key` of `users` is `EMAIL_KEY`, `users_1` is `USERS_1`, and `1st` is `N1ST`.
pub(crate) fn constant(table: &str, constraint: &str) -> String {
    let short = constraint.strip_prefix(table).and_then(|it| it.strip_prefix('_'));
    let short = short.map(str::to_shouty_snake_case).filter(|it| it.starts_with(char::is_alphabetic));
    let name = short.unwrap_or_else(|| constraint.to_shouty_snake_case());
    if name.starts_with(char::is_numeric) { format!("N{name}") } else { name }
}

/// The name in `known` that is closest to `name`, if one is close.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = if name.len() < 5 { 1 } else { 2 };
    let near = known.into_iter().map(|it| (distance(name, it), it)).filter(|(distance, _)| *distance <= limit);
    near.min_by_key(|(distance, _)| *distance).map(|(_, it)| it)
}

/// "; did you mean `x`?", if a known name is close.
pub(crate) fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, known).map(|it| format!("; did you mean `{it}`?")).unwrap_or_default()
}

/// The edit distance, in which two swapped neighbours are one edit.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let at = |rows: &[Vec<usize>], i: usize, j: usize| rows.get(i).and_then(|it| it.get(j)).copied().unwrap_or(0);
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let kept = at(&rows, i, j) + usize::from(x != y);
            let left = row.last().copied().unwrap_or(0) + 1;
            let mut best = kept.min(left).min(at(&rows, i, j + 1) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                best = best.min(at(&rows, i - 1, j - 1) + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    at(&rows, a.len(), b.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraint_names_are_those_of_postgresql() {
        assert_eq!(default_constraint("users", &[], "pkey"), "users_pkey");
        assert_eq!(default_constraint("users", &["email"], "key"), "users_email_key");
        let long = default_constraint(&"t".repeat(60), &["column"], "key");
        assert_eq!((long.len(), long.ends_with("_column_key")), (LONGEST, true));
    }

    #[test]
    fn an_expression_has_the_name_of_its_function() {
        let names =
            ["lower(email)", " Date_Trunc('day', f(at)) ", "(a || b)", "f(a) || g(b)", "a + 1", "x.f(a)", "f(a) "];
        let names = names.map(of_expression);
        assert_eq!(names, ["lower", "date_trunc", "expr", "expr", "expr", "expr", "f"]);
        let parts = ["expr", "id", "expr", "expr"].map(str::to_owned).to_vec();
        assert_eq!(numbered(parts), ["expr", "id", "expr1", "expr2"]);
    }

    #[test]
    fn constants_leave_out_the_table() {
        assert_eq!(constant("users", "users_email_key"), "EMAIL_KEY");
        assert_eq!(constant("users", "one_owner"), "ONE_OWNER");
        assert_eq!(constant("users", "users_1"), "USERS_1");
        assert_eq!(constant("users", "users_"), "USERS");
        assert_eq!(constant("users", "1st"), "N1ST");
    }

    #[test]
    fn near_names_are_suggested_and_far_ones_are_not() {
        assert_eq!(nearest("idenity", ["identity", "index"]), Some("identity"));
        assert_eq!(nearest("kye", ["key", "json"]), Some("key"));
        assert_eq!(nearest("nullable", ["key", "json"]), None);
    }
}

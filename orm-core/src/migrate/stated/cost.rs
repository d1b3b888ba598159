//! Which changes of a column write no row: conversions of types, and defaults that are computed once.

use super::word::words;
use crate::catalog::Catalog;

/// Returns whether a column of type `from` can become one of type `to`, both as the catalog writes them, without writing its
/// rows: the stored values are those of the new type, and no value can be too long for it.
///
/// `timestamp` to `timestamptz` depends on the time zone of the session, so it counts as a rewrite.
///
/// ```
/// use orm_pg::schema::{catalog::Catalog, migrate::keeps_rows};
///
/// let schema = Catalog::default();
/// assert!(keeps_rows("character varying(10)", "text", &schema));
/// assert!(!keeps_rows("integer", "bigint", &schema));
/// ```
#[must_use]
pub fn keeps_rows(from: &str, to: &str, schema: &Catalog) -> bool {
    if from == to {
        return true;
    }
    if let Some(domain) = schema.domains.iter().find(|it| is(to, &it.name.schema, &it.name.name)) {
        return domain.checks.is_empty() && !domain.not_null && keeps_rows(from, &domain.base, schema);
    }
    if let Some(domain) = schema.domains.iter().find(|it| is(from, &it.name.schema, &it.name.name)) {
        return keeps_rows(&domain.base, to, schema);
    }
    let ((from, length), (to, limit)) = (modifiers(from), modifiers(to));
    let text = |it: &str| matches!(it, "text" | "character varying" | "citext");
    match (from.as_str(), to.as_str()) {
        ("cidr", "inet") => true,
        (from, to) if text(from) && text(to) && to != "citext" || from == to => {
            match (length.as_slice(), limit.as_slice()) {
                (_, []) => from != "character",
                ([length], [limit]) => length <= limit && !matches!(from, "character" | "bit"),
                ([digits, scale], [more, same]) => digits <= more && scale == same,
                _ => false,
            }
        }
        _ => false,
    }
}

/// Whether `text` is the type `schema.name`, as the catalog or a statement writes it.
pub(super) fn is(text: &str, schema: &str, name: &str) -> bool {
    let plain = text.replace('"', "");
    plain == name || plain.strip_suffix(name).and_then(|it| it.strip_suffix('.')) == Some(schema)
}

/// The type without its modifiers and its schema, and the modifiers.
fn modifiers(ty: &str) -> (String, Vec<i64>) {
    let (name, numbers) = match (ty.split_once('('), ty.split_once(')')) {
        (Some((name, _)), Some((before, after))) => {
            let numbers = before.split_once('(').map_or("", |it| it.1);
            let numbers = numbers.split(',').filter_map(|it| it.trim().parse().ok()).collect();
            (format!("{}{after}", name.trim_end()), numbers)
        }
        _ => (ty.to_owned(), Vec::new()),
    };
    let name = name.rsplit('.').next().unwrap_or_default().to_owned();
    let name = match name.as_str() {
        "varchar" => "character varying".to_owned(),
        "timestamptz" => "timestamp with time zone".to_owned(),
        "decimal" => "numeric".to_owned(),
        _ => name,
    };
    (name, numbers)
}

/// The functions that return one value in a whole statement, and words before a parenthesis that are no functions.
const STABLE: [&str; 25] = [
    "now",
    "transaction_timestamp",
    "statement_timestamp",
    "current_timestamp",
    "localtimestamp",
    "current_time",
    "localtime",
    "timezone",
    "current_setting",
    "to_char",
    "date_trunc",
    "lower",
    "upper",
    "md5",
    "make_interval",
    "jsonb_build_object",
    "json_build_object",
    "numeric",
    "varchar",
    "varying",
    "char",
    "timestamp",
    "interval",
    "array",
    "date_part",
];

/// Returns whether a default expression has another value for each row, so that adding a column with it writes all rows. A
/// function that is not known counts as such a one.
///
/// ```
/// use orm_pg::schema::{catalog::Catalog, migrate::is_volatile};
///
/// let schema = Catalog::default();
/// assert!(!is_volatile("now()", &schema) && !is_volatile("'a(b)'::text", &schema));
/// assert!(is_volatile("gen_random_uuid()", &schema));
/// ```
#[must_use]
pub fn is_volatile(expression: &str, schema: &Catalog) -> bool {
    let words = words(expression);
    let calls = words.iter().zip(words.iter().skip(1)).filter(|(_, next)| next.is("("));
    let mut names =
        calls.map(|(word, _)| word.name.as_str()).filter(|it| it.chars().all(|it| it.is_alphanumeric() || it == '_'));
    names.any(|name| {
        let own = schema.functions.iter().find(|it| it.name.name == name);
        match own {
            Some(own) => !own.definition.contains(" IMMUTABLE") && !own.definition.contains(" STABLE"),
            None => !STABLE.contains(&name),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{is_volatile, keeps_rows};
    use crate::catalog::Catalog;

    #[test]
    fn types_that_keep_the_rows() {
        let schema = Catalog::default();
        for (from, to, keeps) in [
            ("character varying(10)", "character varying(20)", true),
            ("character varying(10)", "character varying(5)", false),
            ("character varying(10)", "character varying", true),
            ("text", "character varying", true),
            ("text", "character varying(50)", false),
            ("ext.citext", "text", true),
            ("text", "ext.citext", false),
            ("numeric(6,2)", "numeric(10,2)", true),
            ("numeric(6,2)", "numeric", true),
            ("numeric(6,2)", "numeric(10,4)", false),
            ("numeric", "numeric(10,2)", false),
            ("integer", "bigint", false),
            ("cidr", "inet", true),
            ("inet", "cidr", false),
            ("timestamp without time zone", "timestamp with time zone", false),
            ("timestamp(3) without time zone", "timestamp(6) without time zone", true),
            ("character(3)", "character(5)", false),
            ("character(3)", "text", false),
        ] {
            assert_eq!(keeps_rows(from, to, &schema), keeps, "{from} to {to}");
        }
    }

    #[test]
    fn defaults_of_each_row() {
        let schema = Catalog::default();
        for (expression, volatile) in [
            ("5", false),
            ("'x('::character varying(3)", false),
            ("(now() + '1 day'::interval)", false),
            ("random()", true),
            ("nextval('s'::regclass)", true),
            ("own.unknown(1)", true),
        ] {
            assert_eq!(is_volatile(expression, &schema), volatile, "{expression}");
        }
    }
}

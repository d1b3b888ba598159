//! The Rust type of a column.

use std::collections::BTreeSet;

use super::{
    dates::{DateType, Dates},
    types::Types,
};
use crate::schema::catalog::Name;

/// The Rust type of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RustType {
    /// The type without `Option`: `Vec<Mood>`.
    pub(super) text: String,
    /// What `sql_type` has to say.
    pub(super) sql_type: Option<String>,
    /// Whether a field may have any serde type, with `json`.
    pub(super) json: bool,
    /// Whether no Rust type is known, so that the field has the bytes.
    pub(super) opaque: bool,
    /// Other types that a user may have chosen for the same column, by their last name without `Option` and `Vec`.
    pub(super) others: &'static [&'static str],
    /// The cargo features that it needs.
    pub(super) features: BTreeSet<&'static str>,
}

impl RustType {
    fn new(text: impl Into<String>) -> Self {
        let (sql_type, json, opaque, features) = (None, false, false, BTreeSet::new());
        Self { text: text.into(), sql_type, json, opaque, others: &[], features }
    }

    fn feature(mut self, feature: &'static str) -> Self {
        self.features.insert(feature);
        self
    }

    fn or(mut self, others: &'static [&'static str]) -> Self {
        self.others = others;
        self
    }

    fn inside(self, wrapper: &str) -> Self {
        Self { text: format!("{wrapper}<{}>", self.text), ..self }
    }
}

/// Returns the Rust type for a type as the server writes it with an empty `search_path`: `app.mood[]`, `numeric(10,2)`.
pub(super) fn of(sql: &str, types: &Types, dates: Dates) -> RustType {
    if let Some(element) = sql.strip_suffix("[]") {
        let element = of(element, types, dates);
        if element.opaque {
            return RustType { sql_type: Some(sql.to_owned()), ..element };
        }
        let sql_type = element.sql_type.as_ref().map(|it| format!("{it}[]"));
        return RustType { sql_type, json: false, ..element.inside("Vec") };
    }
    let (plain, modified) = without_modifiers(sql);
    let Some(mut found) = builtin(&plain, dates) else { return defined(sql, &plain, types, dates) };
    found.sql_type = match plain.as_str() {
        "character varying" => Some(sql.replace("character varying", "varchar")),
        "character" => Some(sql.replace("character", "char")),
        "name" | "xml" | "json" | "bit" => Some(sql.to_owned()),
        _ => modified.then(|| sql.to_owned()),
    };
    found
}

/// A type of PostgreSQL itself.
fn builtin(plain: &str, dates: Dates) -> Option<RustType> {
    let date = |of: DateType| {
        let (text, feature) = dates.rust(of);
        RustType::new(text).feature(feature)
    };
    let range = |of: RustType| of.inside("PgRange");
    let several = |of: RustType| of.inside("Multirange");
    let decimal = || RustType::new("Decimal").feature("rust_decimal");
    let (day, stamp, zoned) = (|| date(DateType::Date), || date(DateType::Timestamp), || date(DateType::Zoned));
    Some(match plain {
        "boolean" => RustType::new("bool"),
        "smallint" => RustType::new("i16"),
        "integer" => RustType::new("i32"),
        "bigint" => RustType::new("i64"),
        "real" => RustType::new("f32"),
        "double precision" => RustType::new("f64"),
        "numeric" => decimal(),
        "text" | "character varying" | "character" | "name" | "xml" => RustType::new("String"),
        "bytea" => RustType::new("Vec<u8>"),
        "json" | "jsonb" => RustType { json: true, ..RustType::new("Json<serde_json::Value>") },
        "uuid" => RustType::new("Uuid").feature("uuid"),
        "timestamp with time zone" => zoned().or(&["DateTime", "OffsetDateTime", "Timestamp"]),
        "timestamp without time zone" => stamp().or(&["NaiveDateTime", "PrimitiveDateTime", "DateTime"]),
        "date" => day().or(&["NaiveDate", "Date"]),
        "time without time zone" => date(DateType::Time).or(&["NaiveTime", "Time"]),
        "interval" => RustType::new("Interval"),
        "int4range" => range(RustType::new("i32")),
        "int8range" => range(RustType::new("i64")),
        "numrange" => range(decimal()),
        "daterange" => range(day()),
        "tsrange" => range(stamp()),
        "tstzrange" => range(zoned()),
        "int4multirange" => several(RustType::new("i32")),
        "int8multirange" => several(RustType::new("i64")),
        "nummultirange" => several(decimal()),
        "datemultirange" => several(day()),
        "tsmultirange" => several(stamp()),
        "tstzmultirange" => several(zoned()),
        "inet" => RustType::new("IpInet").feature("cidr").or(&["IpAddr"]),
        "cidr" => RustType::new("IpCidr").feature("cidr").or(&["IpAddr"]),
        "macaddr" => RustType::new("orm_pg::types::MacAddr"),
        "macaddr8" => RustType::new("orm_pg::types::MacAddr8"),
        "money" => RustType::new("orm_pg::types::Money"),
        "oid" => RustType::new("orm_pg::types::Oid"),
        "\"char\"" => RustType::new("orm_pg::types::PgChar"),
        "bit" | "bit varying" => RustType::new("BitVec").feature("bit-vec"),
        _ => return None,
    })
}

/// A type that the application or an extension has defined.
fn defined(sql: &str, plain: &str, types: &Types, dates: Dates) -> RustType {
    let Some(name) = parse_name(plain) else { return opaque(sql) };
    if let Some(ident) = types.ident(&name) {
        return RustType::new(ident).or(&["String"]);
    }
    let of_extension = match name.name.as_str() {
        "citext" | "ltree" => Some(RustType::new("String")),
        "hstore" => Some(RustType::new("Hstore")),
        "vector" => Some(RustType::new("Vector").feature("pgvector")),
        "halfvec" => Some(RustType::new("HalfVector").feature("pgvector")),
        "sparsevec" => Some(RustType::new("SparseVector").feature("pgvector")),
        _ => None,
    };
    let found = if let Some(domain) = types.domain(&name) {
        let base = of(&domain.base, types, dates);
        if base.opaque { opaque(sql) } else { base }
    } else if types.is_empty_enum(&name) {
        RustType::new("String")
    } else {
        of_extension.filter(|_| types.is_of_extension(&name)).unwrap_or_else(|| opaque(sql))
    };
    RustType { sql_type: Some(sql.to_owned()), ..found }
}

fn opaque(sql: &str) -> RustType {
    RustType { opaque: true, sql_type: Some(sql.to_owned()), ..RustType::new("orm_pg::types::Opaque") }
}

/// Removes what stands in parentheses: `timestamp(3) with time zone`. Also says whether there was something.
fn without_modifiers(sql: &str) -> (String, bool) {
    // Not those of a name: the name of a type of PostgreSQL itself has no quotes, except "char".
    let from = sql.rfind('"').map_or(0, |it| it + 1);
    let found = sql.get(from..).and_then(|it| it.rfind('(')).map(|it| from + it);
    let found = found.and_then(|from| sql.get(from..)?.find(')').map(|to| (from, from + to + 1)));
    let interval = sql.strip_prefix("interval ").is_some_and(|it| !it.starts_with('"'));
    match found {
        _ if interval => ("interval".to_owned(), true),
        Some((from, to)) => {
            let (before, after) = (sql.get(..from).unwrap_or_default(), sql.get(to..).unwrap_or_default());
            (format!("{}{after}", before.trim_end()), true)
        }
        None => (sql.to_owned(), false),
    }
}

/// Reads `app."My Type"`.
fn parse_name(text: &str) -> Option<Name> {
    let (schema, rest) = parse_ident(text)?;
    let (name, rest) = parse_ident(rest.strip_prefix('.')?)?;
    rest.is_empty().then(|| Name::new(schema, name))
}

fn parse_ident(text: &str) -> Option<(String, &str)> {
    let Some(mut rest) = text.strip_prefix('"') else {
        let end = text.find('.').unwrap_or(text.len());
        let (name, rest) = text.split_at_checked(end)?;
        return (!name.is_empty()).then(|| (name.to_owned(), rest));
    };
    let mut name = String::new();
    loop {
        let (part, after) = rest.split_once('"')?;
        name.push_str(part);
        match after.strip_prefix('"') {
            Some(more) => {
                name.push('"');
                rest = more;
            }
            None => return Some((name, after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_and_their_modifiers() {
        let types = Types::default();
        let check = |sql: &str, rust: &str, sql_type: Option<&str>| {
            let found = of(sql, &types, Dates::Chrono);
            assert_eq!((found.text.as_str(), found.sql_type.as_deref()), (rust, sql_type));
        };
        check("bigint", "i64", None);
        check("character varying(20)[]", "Vec<String>", Some("varchar(20)[]"));
        check("timestamp(3) with time zone", "DateTime<Utc>", Some("timestamp(3) with time zone"));
        check("timestamp with time zone", "DateTime<Utc>", None);
        check("numeric(10,2)", "Decimal", Some("numeric(10,2)"));
        check("interval day to second(3)", "Interval", Some("interval day to second(3)"));
        check("\"char\"", "orm_pg::types::PgChar", None);
        check("point[]", "orm_pg::types::Opaque", Some("point[]"));
        check("app.\"my (type)\"", "orm_pg::types::Opaque", Some("app.\"my (type)\""));
        assert_eq!(without_modifiers("app.\"my (type)\""), ("app.\"my (type)\"".to_owned(), false));
        assert_eq!(without_modifiers("app.\"my (type)\"(3)"), ("app.\"my (type)\"".to_owned(), true));
    }

    #[test]
    fn names_in_quotes() {
        assert_eq!(parse_name("app.\"My \"\"Type\"\"\""), Some(Name::new("app", "My \"Type\"")));
        assert_eq!(parse_name("integer"), None);
    }
}

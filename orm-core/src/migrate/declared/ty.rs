//! The names of types as a server writes them: `timestamp with time zone` for `timestamptz`.

use crate::{catalog::Name, ddl::catalog::quoted, schema::PgType};

/// Returns the type of a field, whose user-defined types are in `schema` unless they say another one.
pub(super) fn written(ty: PgType, schema: &str) -> String {
    let name = if ty.is_user_defined() && !ty.verbatim && (!ty.labels.is_empty() || !ty.attributes.is_empty()) {
        qualified(&Name::new(ty.schema.unwrap_or(schema), ty.name))
    } else {
        of_sql(ty.name)
    };
    if ty.array { name + "[]" } else { name }
}

/// Returns a type that is written in SQL.
pub(super) fn of_sql(sql: &str) -> String {
    let sql = sql.trim();
    if let Some(element) = sql.strip_suffix("[]") {
        return of_sql(element) + "[]";
    }
    // Modifiers stand after the first word: `timestamp(3) with time zone`.
    let (name, modifiers, rest) = match sql.split_once('(') {
        Some((name, after)) if !sql.contains('"') => {
            let (inside, rest) = after.split_once(')').unwrap_or((after, ""));
            (name.trim().to_owned() + rest, format!("({})", inside.replace(' ', "")), rest)
        }
        _ => (sql.to_owned(), String::new(), ""),
    };
    let lower = name.to_lowercase();
    let long = match lower.as_str() {
        "int" | "int4" | "serial" | "serial4" => "integer",
        "int8" | "bigserial" | "serial8" => "bigint",
        "int2" | "smallserial" | "serial2" => "smallint",
        "float4" => "real",
        "float8" | "float" => "double precision",
        "bool" => "boolean",
        "decimal" => "numeric",
        "varchar" => "character varying",
        "char" | "bpchar" | "character" => "character",
        "varbit" => "bit varying",
        "timestamptz" => return format!("timestamp{modifiers} with time zone"),
        "timestamp" | "timestamp without time zone" => return format!("timestamp{modifiers} without time zone"),
        "timestamp with time zone" => return format!("timestamp{modifiers} with time zone"),
        "timetz" | "time with time zone" => return format!("time{modifiers} with time zone"),
        "time" | "time without time zone" => return format!("time{modifiers} without time zone"),
        _ if rest.is_empty() && !name.contains(['"', '.']) => lower.as_str(),
        _ => name.as_str(),
    };
    format!("{long}{modifiers}")
}

/// Returns a name with its schema, with quotes where they are needed.
pub(super) fn qualified(name: &Name) -> String {
    let part = |it: &str| {
        let start = it.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
        let simple = start && it.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if simple { it.to_owned() } else { quoted(it) }
    };
    format!("{}.{}", part(&name.schema), part(&name.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_as_a_server_names_them() {
        for (sql, written) in [
            ("int8", "bigint"),
            ("varchar(20)", "character varying(20)"),
            ("numeric(10, 2)[]", "numeric(10,2)[]"),
            ("TIMESTAMPTZ", "timestamp with time zone"),
            ("timestamp(3)", "timestamp(3) without time zone"),
            ("time(3) with time zone", "time(3) with time zone"),
            ("app.\"Mood\"", "app.\"Mood\""),
            ("bigserial", "bigint"),
            ("citext", "citext"),
        ] {
            assert_eq!(of_sql(sql), written);
        }
        assert_eq!(qualified(&Name::new("app", "Mood")), "app.\"Mood\"");
    }
}

//! Enum types and schemas that tables need, and how a type is written.

use super::{Planned, push_qualified};
use crate::{
    error::{Error, ErrorKind, Result},
    ident::{self, check_ident, push_literal},
    value::PgType,
};

/// Returns the enum types of the tables' columns, arrays over them included, each once.
pub(super) fn enums(tables: &[Planned]) -> Result<Vec<PgType>> {
    let mut enums: Vec<PgType> = Vec::new();
    let columns = tables.iter().flat_map(|it| it.table.columns);
    for ty in columns.map(|it| it.ty).filter(|it| !it.labels.is_empty()) {
        match enums.iter().find(|it| it.schema == ty.schema && it.name == ty.name) {
            None => enums.push(ty),
            Some(first) if first.labels == ty.labels => {}
            Some(_) => {
                let text = format!("the enum type {:?} is declared twice with different labels", ty.name);
                return Err(Error::new(ErrorKind::InvalidStatement, text));
            }
        }
    }
    Ok(enums)
}

/// Returns the schemas that tables and enum types name, each once. `public` is left to the database: making it, even
/// where it exists, takes a right that applications rarely have.
pub(super) fn schemas(tables: &[Planned], enums: &[PgType]) -> Result<Vec<&'static str>> {
    let mut schemas: Vec<&'static str> = Vec::new();
    let of_enums = enums.iter().filter_map(|it| it.schema);
    for schema in tables.iter().filter_map(|it| it.table.schema).chain(of_enums) {
        check_ident("schema", schema)?;
        if schema != "public" && !schemas.contains(&schema) {
            schemas.push(schema);
        }
    }
    Ok(schemas)
}

/// Writes `CREATE TYPE "status" AS ENUM ('draft', 'published')`.
pub(super) fn create(ty: &PgType) -> Result<String> {
    check_ident("enum type", ty.name)?;
    let mut out = String::from("CREATE TYPE ");
    push_qualified(&mut out, ty.schema, ty.name);
    out.push_str(" AS ENUM (");
    for (i, label) in ty.labels.iter().enumerate() {
        check_ident("enum label", label)?;
        if i > 0 {
            out.push_str(", ");
        }
        push_literal(&mut out, label);
    }
    out.push(')');
    Ok(out)
}

/// Appends the type as a column declares it.
pub(super) fn push_type(out: &mut String, ty: &PgType) -> Result<()> {
    if ty.is_user_defined() {
        check_ident("type", ty.name)?;
    }
    ident::push_type(out, *ty);
    Ok(())
}

//! Enum types, composite types and schemas that tables need, and how a type is written.

use super::{
    name::{check_ident, push_qualified},
    plan::Planned,
};
use crate::{
    error::{Error, ErrorKind, Result},
    ident::{self, push_ident, push_literal, push_sql},
    value::PgType,
};

/// Returns the enum and composite types of the tables' columns, arrays over them included, each once, and each after
/// the types that it contains.
pub(super) fn user_types(tables: &[Planned]) -> Result<Vec<PgType>> {
    let mut types: Vec<PgType> = Vec::new();
    for column in tables.iter().flat_map(|it| it.table.columns).filter(|it| it.sql_type.is_none()) {
        gather(&mut types, column.ty)?;
    }
    Ok(types)
}

fn gather(types: &mut Vec<PgType>, ty: PgType) -> Result<()> {
    if ty.labels.is_empty() && ty.attributes.is_empty() {
        return Ok(());
    }
    for attribute in ty.attributes.iter().filter(|it| it.sql_type.is_none()) {
        gather(types, attribute.ty)?;
    }
    match types.iter().find(|it| it.schema == ty.schema && it.name == ty.name) {
        None => types.push(ty),
        Some(first) if first.labels == ty.labels && first.attributes == ty.attributes => {}
        Some(_) => {
            let (kind, parts) = if ty.labels.is_empty() { ("composite", "attributes") } else { ("enum", "labels") };
            let text = format!("the {kind} type {:?} is declared twice with different {parts}", ty.name);
            return Err(Error::new(ErrorKind::InvalidStatement, text));
        }
    }
    Ok(())
}

/// Returns the schemas that tables and types name, each once, without `public`: creating it, even if it
/// exists, needs a privilege that applications rarely have.
pub(super) fn schemas(tables: &[Planned], types: &[PgType]) -> Result<Vec<&'static str>> {
    let mut schemas: Vec<&'static str> = Vec::new();
    let of_types = types.iter().filter_map(|it| it.schema);
    for schema in tables.iter().filter_map(|it| it.table.schema).chain(of_types) {
        check_ident("schema", schema)?;
        if schema != "public" && !schemas.contains(&schema) {
            schemas.push(schema);
        }
    }
    Ok(schemas)
}

/// Writes `CREATE TYPE "status" AS ENUM ('draft', 'published')`, or `CREATE TYPE "address" AS ("street" text)`.
pub(super) fn create(ty: &PgType) -> Result<String> {
    let composite = !ty.attributes.is_empty();
    check_ident(if composite { "composite type" } else { "enum type" }, ty.name)?;
    let mut out = String::from("CREATE TYPE ");
    push_qualified(&mut out, ty.schema, ty.name);
    out.push_str(if composite { " AS (" } else { " AS ENUM (" });
    for (i, label) in ty.labels.iter().enumerate() {
        check_ident("enum label", label)?;
        if i > 0 {
            out.push_str(", ");
        }
        push_literal(&mut out, label);
    }
    for (i, attribute) in ty.attributes.iter().enumerate() {
        check_ident("attribute", attribute.name)?;
        if i > 0 {
            out.push_str(", ");
        }
        push_ident(&mut out, attribute.name);
        out.push(' ');
        match attribute.sql_type {
            Some(sql) => push_sql(&mut out, sql),
            None => push_type(&mut out, &attribute.ty)?,
        }
    }
    out.push(')');
    Ok(out)
}

/// Appends the type as a column declares it.
pub(super) fn push_type(out: &mut String, ty: &PgType) -> Result<()> {
    if ty.is_user_defined() && !ty.verbatim {
        check_ident("type", ty.name)?;
    }
    ident::push_type(out, *ty);
    Ok(())
}

//! Databases.

use super::name::{check_ident, push_qualified, sql};
use crate::{error::Result, ident::push_ident};

/// Returns the statement that creates a database as a copy of `template`, by default of `template0`, which is empty:
/// `CREATE DATABASE "name" TEMPLATE "template0"`.
///
/// # Errors
/// [`ErrorKind::InvalidStatement`](crate::error::ErrorKind::InvalidStatement) for a name that the server would change.
///
/// ```
/// let text = orm_pg::ddl::create_database("copy", Some("original"))?;
/// assert_eq!(text, r#"CREATE DATABASE "copy" TEMPLATE "original""#);
/// # Ok::<(), orm_pg::Error>(())
/// ```
pub fn create_database(name: &str, template: Option<&str>) -> Result<String> {
    let template = template.unwrap_or("template0");
    check_ident("database", name)?;
    check_ident("database", template)?;
    Ok(sql("CREATE DATABASE ", |out| {
        push_ident(out, name);
        out.push_str(" TEMPLATE ");
        push_ident(out, template);
    }))
}

/// Returns the statement that drops a database and ends the sessions in it: `DROP DATABASE IF EXISTS "name" WITH (FORCE)`.
///
/// # Errors
/// As [`create_database`].
///
/// ```
/// let text = orm_pg::ddl::drop_database("copy")?;
/// assert_eq!(text, r#"DROP DATABASE IF EXISTS "copy" WITH (FORCE)"#);
/// # Ok::<(), orm_pg::Error>(())
/// ```
pub fn drop_database(name: &str) -> Result<String> {
    check_ident("database", name)?;
    Ok(sql("DROP DATABASE IF EXISTS ", |out| {
        push_ident(out, name);
        out.push_str(" WITH (FORCE)");
    }))
}

/// Returns the statement that drops an index while others use its table: `DROP INDEX CONCURRENTLY IF EXISTS "schema"."name"`.
///
/// ```
/// let text = orm_pg::ddl::drop_index_concurrently("public", "by_name");
/// assert_eq!(text, r#"DROP INDEX CONCURRENTLY IF EXISTS "public"."by_name""#);
/// ```
#[must_use]
pub fn drop_index_concurrently(schema: &str, name: &str) -> String {
    sql("DROP INDEX CONCURRENTLY IF EXISTS ", |out| push_qualified(out, Some(schema), name))
}

/// Returns the statement that completes an interrupted `DETACH PARTITION … CONCURRENTLY`; both names are SQL.
///
/// ```
/// let text = orm_pg::ddl::finalize_detach(r#""parent""#, r#""part""#);
/// assert_eq!(text, r#"ALTER TABLE "parent" DETACH PARTITION "part" FINALIZE"#);
/// ```
#[must_use]
pub fn finalize_detach(parent: &str, partition: &str) -> String {
    format!("ALTER TABLE {parent} DETACH PARTITION {partition} FINALIZE")
}

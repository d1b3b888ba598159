//! Fields from columns.

use super::{
    constraint::with,
    dates::Dates,
    item::{FieldType, Member},
    model::Model,
    option::pair,
    rust_type::{self, RustType},
    types::Types,
};
use crate::schema::catalog::{Catalog, Column, Identity, Name, Sequence, Table, TypeAttribute, View};

/// What the fields of a model need to know.
pub(super) struct Context<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) types: &'a Types,
    pub(super) dates: Dates,
}

impl Context<'_> {
    pub(super) fn rust_type(&self, sql: &str) -> RustType {
        rust_type::of(sql, self.types, self.dates)
    }

    /// The sequence that belongs to a column.
    fn sequence(&self, table: &Name, column: &str) -> Option<&Sequence> {
        let owns = |it: &&Sequence| it.owner.as_ref().is_some_and(|it| it.table == *table && it.column == column);
        self.catalog.sequences.iter().find(owns)
    }
}

/// The name of the column, if it is not that of the field.
pub(super) fn renamed(column: &str, field: &str) -> Option<String> {
    (column != field).then(|| pair("column", column))
}

/// A line about a type without a Rust type.
pub(super) fn doc(rust: &RustType, sql: &str) -> Option<String> {
    rust.opaque
        .then(|| format!("PostgreSQL type `{sql}`, which has no Rust type here: the bytes that the server sends."))
}

/// The SQL type of an attribute of a composite type, with its collation, unless that of the Rust type says it.
pub(super) fn attribute_type(rust: &RustType, attribute: &TypeAttribute) -> Option<String> {
    let collation = attribute.collation.as_ref();
    let own = rust.sql_type.clone().or_else(|| collation.map(|_| attribute.ty.clone()))?;
    Some(pair("sql_type", &collation.map_or_else(|| own.clone(), |it| format!("{own} COLLATE {it}"))))
}

/// Returns the fields of a table, without the options of constraints and foreign keys.
pub(super) fn of_table(context: &Context<'_>, model: &Model<'_>, table: &Table) -> Vec<Member> {
    let members = table.columns.iter().zip(&model.fields).map(|(column, (_, field))| {
        let mut rust = context.rust_type(&column.ty);
        let mut options: Vec<String> = renamed(&column.name, field).into_iter().collect();
        let serial = serial(context, &table.name, column);
        if let Some(serial) = serial {
            rust.sql_type = Some(serial.to_owned());
        }
        options.extend(column.identity.map(|it| identity(context, &table.name, column, it)));
        options.extend(rust.sql_type.as_deref().map(|it| pair("sql_type", it)));
        options.extend(column.collation.as_ref().map(|it| pair("collation", &collation(it))));
        if let Some(generated) = &column.generated {
            let expression = pair("generated", &generated.expression);
            options.push(if generated.stored {
                expression
            } else {
                format!("generated({})", pair("virtual", &generated.expression))
            });
        } else if let Some(default) = column.default.as_deref().filter(|_| serial.is_none()) {
            options.push(pair("default", default));
        }
        options.extend(column.comment.as_deref().map(|it| pair("comment", it)));
        let doc = doc(&rust, &column.ty);
        let ty = Some(FieldType { rust, nullable: column.nullable });
        Member { name: column.name.clone(), ident: field.clone(), ty, options, doc }
    });
    members.collect()
}

/// Returns the fields of a view. Any of them may be NULL, as far as the server knows.
pub(super) fn of_view(context: &Context<'_>, model: &Model<'_>, view: &View) -> Vec<Member> {
    let members = view.columns.iter().zip(&view.types).zip(&model.fields).map(|((column, sql), (_, field))| {
        let rust = context.rust_type(sql);
        let mut options: Vec<String> = renamed(column, field).into_iter().collect();
        options.extend(rust.sql_type.as_deref().map(|it| pair("sql_type", it)));
        let doc = doc(&rust, sql);
        let ty = Some(FieldType { rust, nullable: true });
        Member { name: column.clone(), ident: field.clone(), ty, options, doc }
    });
    members.collect()
}

/// The options of the struct that are not about names, constraints or relations.
pub(super) fn of_struct(table: &Table) -> Vec<String> {
    let mut options = Vec::new();
    if table.unlogged {
        options.push("unlogged".to_owned());
    }
    options.extend(table.partition_by.as_deref().map(|it| pair("partition_by", it)));
    options.extend(with(&table.storage));
    options.extend(table.comment.as_deref().map(|it| pair("comment", it)));
    options
}

/// `serial`, if that is what the column was made with.
fn serial(context: &Context<'_>, table: &Name, column: &Column) -> Option<&'static str> {
    let sequence = context.sequence(table, &column.name)?;
    let called = format!("{}_{}_seq", table.name, column.name);
    let default = column.default.as_deref()?;
    let own = default.starts_with("nextval('") && default.ends_with("'::regclass)");
    let named = sequence.name.schema == table.schema && sequence.name.name == called && called.len() < 64;
    let (serial, max) = match (column.ty.as_str(), sequence.ty.as_str()) {
        ("smallint", "smallint") => ("smallserial", i64::from(i16::MAX)),
        ("integer", "integer") => ("serial", i64::from(i32::MAX)),
        ("bigint", "bigint") => ("bigserial", i64::MAX),
        _ => return None,
    };
    (own && named && default.contains(&called) && !column.nullable && is_plain(sequence, max)).then_some(serial)
}

/// Whether a sequence counts from one, without options.
fn is_plain(it: &Sequence, max: i64) -> bool {
    (it.start, it.increment, it.min, it.max, it.cache, it.cycle) == (1, 1, 1, max, 1, false) && !it.unlogged
}

/// `identity`, with the options of its sequence.
fn identity(context: &Context<'_>, table: &Name, column: &Column, kind: Identity) -> String {
    let mut items = Vec::new();
    if kind == Identity::Always {
        items.push("always".to_owned());
    }
    if let Some(it) = context.sequence(table, &column.name) {
        let most = match it.ty.as_str() {
            "smallint" => i64::from(i16::MAX),
            "integer" => i64::from(i32::MAX),
            _ => i64::MAX,
        };
        let (least, most) = if it.increment < 0 { (-most - 1, -1) } else { (1, most) };
        let first = if it.increment < 0 { it.max } else { it.min };
        let numbers = [
            ("start", it.start, first),
            ("increment", it.increment, 1),
            ("min", it.min, least),
            ("max", it.max, most),
            ("cache", it.cache, 1),
        ];
        let changed = numbers.into_iter().filter(|(_, is, default)| is != default);
        items.extend(changed.map(|(key, is, _)| format!("{key} = {is}")));
        if it.cycle {
            items.push("cycle".to_owned());
        }
    }
    if items.is_empty() { "identity".to_owned() } else { format!("identity({})", items.join(", ")) }
}

/// A collation as the option has it: SQL with quotes if it is in a schema.
pub(super) fn collation(name: &Name) -> String {
    match name.schema.as_str() {
        "pg_catalog" => name.name.clone(),
        _ => name.to_string(),
    }
}

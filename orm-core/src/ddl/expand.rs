//! Statements that keep two columns equal while an application changes from one to the other.

use super::catalog::{list, quoted};
use crate::catalog::{Column, Name, Sequence};

/// The number of rows that one batch fills.
const BATCH: u32 = 1000;

/// A column and the expression that computes it from the other side, which calls the new row `NEW`.
#[derive(Debug, Clone)]
pub(crate) struct Computed {
    pub(crate) column: String,
    pub(crate) expression: String,
}

/// `NEW."name"`.
pub(crate) fn of_new_row(column: &str) -> String {
    format!("NEW.{}", quoted(column))
}

fn row(of: &str, columns: &[Computed]) -> String {
    let columns: Vec<_> = columns.iter().map(|it| format!("{of}.{}", quoted(&it.column))).collect();
    format!("ROW({})", columns.join(", "))
}

fn assign(columns: &[Computed]) -> String {
    let one = |it: &Computed| format!("        NEW.{} := {};\n", quoted(&it.column), it.expression);
    columns.iter().map(one).collect()
}

fn all_null(of: &str, columns: &[Computed]) -> String {
    let columns: Vec<_> = columns.iter().map(|it| format!("{of}{} IS NULL", quoted(&it.column))).collect();
    columns.join(" AND ")
}

/// The function of a trigger that computes `new` if the old columns are written, and `old` if the new ones are.
pub(crate) fn sync_function(name: &Name, old: &[Computed], new: &[Computed]) -> String {
    let (forward, backward, empty) = (assign(new), assign(old), all_null("NEW.", new));
    let changed = |columns: &[Computed]| format!("{} IS DISTINCT FROM {}", row("NEW", columns), row("OLD", columns));
    format!(
        "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $orm$\nBEGIN\n    IF TG_OP = 'INSERT' AND {empty} THEN\n\
         {forward}    ELSIF TG_OP = 'INSERT' THEN\n{backward}    ELSIF {} THEN\n{forward}    ELSIF {} THEN\n{backward}    ELSIF \
         {empty} THEN\n{forward}    END IF;\n    RETURN NEW;\nEND $orm$",
        changed(old),
        changed(new),
    )
}

/// The trigger that calls it. Its name comes last in the alphabet, so it sees what other triggers have written.
pub(crate) fn sync_trigger(trigger: &str, table: &Name, function: &Name) -> String {
    let trigger = quoted(trigger);
    format!("CREATE TRIGGER {trigger} BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()")
}

/// `DROP TRIGGER "t" ON "app"."users"`.
pub(crate) fn drop_trigger(trigger: &str, table: &Name) -> String {
    format!("DROP TRIGGER {} ON {table}", quoted(trigger))
}

/// `DROP FUNCTION "app"."f"()`.
pub(crate) fn drop_function(function: &Name) -> String {
    format!("DROP FUNCTION {function}()")
}

/// The table that says how far the batches have come: a row for each, with its last key and its number of filled rows.
pub(crate) fn create_progress(progress: &Name, key: &[&Column]) -> String {
    let key: Vec<_> = key.iter().map(|it| format!("{} {} NOT NULL", quoted(&it.name), it.ty)).collect();
    let own = "batch bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, filled bigint NOT NULL";
    format!("CREATE TABLE {progress} ({own}, {})", key.join(", "))
}

/// `DROP TABLE "app"."t"`.
pub(crate) fn drop_table(table: &Name) -> String {
    format!("DROP TABLE {table}")
}

/// One batch: the rows after the last key whose new columns are NULL. It inserts one row into `progress`, or none at the end.
///
/// The rows are written as they are, and the trigger computes the new columns. Rows that are inserted meanwhile have been filled
/// by the trigger, so the batches come to an end.
pub(crate) fn fill_batch(table: &Name, progress: &Name, key: &[String], old: &[Computed], new: &[Computed]) -> String {
    let keys = list(key);
    let of = |alias: &str| key.iter().map(|it| format!("{alias}.{}", quoted(it))).collect::<Vec<_>>().join(", ");
    let last = |it: &String| format!("(SELECT {} FROM {progress} ORDER BY batch DESC LIMIT 1)", quoted(it));
    let last: Vec<_> = key.iter().map(last).collect();
    let descending: Vec<_> = key.iter().map(|it| format!("{} DESC", quoted(it))).collect();
    let first = old.first().map(|it| quoted(&it.column)).unwrap_or_default();
    let filled: Vec<_> = old.iter().map(|it| format!("{} IS NOT NULL", quoted(&it.column))).collect();
    let open = format!("{} AND ({})", all_null("", new), filled.join(" OR "));
    format!(
        "WITH batch AS MATERIALIZED (\n    (SELECT {keys} FROM {table} WHERE NOT EXISTS (SELECT FROM {progress}) AND {open} ORDER BY \
         {keys} LIMIT {BATCH})\n    UNION ALL\n    (SELECT {keys} FROM {table} WHERE ({keys}) > ({last}) AND {open} ORDER BY {keys} \
         LIMIT {BATCH})\n), done AS (\n    UPDATE {table} t SET {first} = t.{first} FROM batch WHERE ({}) = ({}) AND {} RETURNING 1\n)\n\
         INSERT INTO {progress} (filled, {keys})\nSELECT (SELECT count(*) FROM done), {keys} FROM batch ORDER BY {} LIMIT 1",
        of("t"),
        of("batch"),
        all_null("t.", new),
        descending.join(", "),
        last = last.join(", "),
    )
}

/// `ALTER TABLE "app"."users" DROP COLUMN "old"`.
pub(crate) fn drop_column(table: &Name, column: &str) -> String {
    format!("ALTER TABLE {table} DROP COLUMN {}", quoted(column))
}

/// `ALTER TABLE "app"."users" RENAME COLUMN "a" TO "b"`.
pub(crate) fn rename_column(table: &Name, from: &str, to: &str) -> String {
    format!("ALTER TABLE {table} RENAME COLUMN {} TO {}", quoted(from), quoted(to))
}

/// `ALTER TABLE "app"."users" RENAME CONSTRAINT "a" TO "b"`.
pub(crate) fn rename_constraint(table: &Name, from: &str, to: &str) -> String {
    format!("ALTER TABLE {table} RENAME CONSTRAINT {} TO {}", quoted(from), quoted(to))
}

/// `ALTER INDEX "app"."a" RENAME TO "b"`.
pub(crate) fn rename_index(index: &Name, to: &str) -> String {
    format!("ALTER INDEX {index} RENAME TO {}", quoted(to))
}

/// `ALTER TABLE "app"."users" ALTER COLUMN "a" SET NOT NULL`.
pub(crate) fn mark_not_null(table: &Name, column: &str) -> String {
    format!("ALTER TABLE {table} ALTER COLUMN {} SET NOT NULL", quoted(column))
}

/// `"a" IS NOT NULL`.
pub(crate) fn is_not_null(column: &str) -> String {
    format!("{} IS NOT NULL", quoted(column))
}

/// The statements that number `column` by the sequence that numbered another column of the table.
pub(crate) fn take_identity(table: &Name, column: &str, kind: &str) -> Vec<String> {
    let name = quoted(column);
    let literal = |it: &str| it.replace('\'', "''");
    vec![
        format!("ALTER TABLE {table} ALTER COLUMN {name} ADD GENERATED {kind} AS IDENTITY"),
        format!(
            "SELECT setval(pg_get_serial_sequence('{}', '{}'), max({name})) FROM {table} HAVING max({name}) IS NOT NULL",
            literal(&table.to_string()),
            literal(column),
        ),
    ]
}

/// `ALTER SEQUENCE "app"."s" AS bigint OWNED BY "app"."users"."id"`, with the greatest value of a bigint.
pub(crate) fn take_sequence(sequence: &Sequence, ty: &str, table: &Name, column: &str) -> String {
    let whole = if matches!(ty, "bigint" | "integer" | "smallint") { format!(" AS {ty}") } else { String::new() };
    format!("ALTER SEQUENCE {}{whole} OWNED BY {table}.{}", sequence.name, quoted(column))
}

/// `COMMENT ON COLUMN "app"."users"."id" IS 'text'`.
pub(crate) fn comment_on_column(table: &Name, column: &str, comment: &str) -> String {
    format!("COMMENT ON COLUMN {table}.{} IS '{}'", quoted(column), comment.replace('\'', "''"))
}

/// `CREATE TYPE "app"."mood" AS ENUM ('ok', 'sad')`.
pub(crate) fn create_enum(name: &Name, labels: &[&str]) -> String {
    let labels: Vec<_> = labels.iter().map(|it| format!("'{}'", it.replace('\'', "''"))).collect();
    format!("CREATE TYPE {name} AS ENUM ({})", labels.join(", "))
}

/// `DROP TYPE "app"."mood"`.
pub(crate) fn drop_type(name: &Name) -> String {
    format!("DROP TYPE {name}")
}

/// `ALTER TYPE "app"."mood_new" RENAME TO "mood"`.
pub(crate) fn rename_type(name: &Name, to: &str) -> String {
    format!("ALTER TYPE {name} RENAME TO {}", quoted(to))
}

/// A value with another one in place of a label, as `to`.
pub(crate) fn with_label_replaced(value: &str, label: &str, replacement: &str, to: &Name) -> String {
    let text = |it: &str| it.replace('\'', "''");
    let (label, replacement) = (text(label), text(replacement));
    format!("(CASE {value}::text WHEN '{label}' THEN '{replacement}' ELSE {value}::text END)::{to}")
}

/// `value::text::"app"."mood"`.
pub(crate) fn by_text(value: &str, to: &Name) -> String {
    format!("{value}::text::{to}")
}

/// `value::bigint`.
pub(crate) fn cast(value: &str, ty: &str) -> String {
    format!("{value}::{ty}")
}

/// Replaces names in an expression as the server writes it: `from` by `to`, in quotes or without, outside of strings.
pub(crate) fn replace_name(expression: &str, from: &str, to: &str) -> String {
    let mut out = String::with_capacity(expression.len());
    let mut rest = expression;
    while let Some(first) = rest.chars().next() {
        let word = |it: char| it.is_alphanumeric() || it == '_' || it == '$';
        let end = match first {
            '\'' | '"' => rest.char_indices().skip(1).find(|(_, it)| *it == first).map_or(rest.len(), |(at, _)| at + 1),
            _ if word(first) => rest.find(|it| !word(it)).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        let (token, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let is_call = after.starts_with('(') && first != '"';
        if (token == from || token == quoted(from)) && !is_call {
            out.push_str(&quoted(to));
        } else {
            out.push_str(token);
        }
        rest = after;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::replace_name;

    #[test]
    fn names_are_replaced_outside_of_strings() {
        let text = r#"((a > 'a') AND ("a" < a(b)) AND (ab = 1) AND (x.a = 'it''s a'))"#;
        assert_eq!(
            replace_name(text, "a", "A b"),
            r#"(("A b" > 'a') AND ("A b" < a(b)) AND (ab = 1) AND (x."A b" = 'it''s a'))"#
        );
    }
}

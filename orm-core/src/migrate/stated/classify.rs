//! The kind of a statement, read from its words and the schema before it.

use super::{
    cost::{is, is_volatile, keeps_rows},
    word::{Rest, words},
};
use crate::catalog::{Catalog, Constraint, ConstraintKind, Name, Table};

/// The name of a kind, and the relations that stand for those of its example.
type Found = (&'static str, Vec<Name>);

/// Returns the kind of the statement, and the relations that it locks.
pub(super) fn classify(sql: &str, before: &Catalog) -> Option<Found> {
    let words = words(sql);
    let mut rest = Rest(&words);
    let ends = words.iter().position(|it| it.is(";"));
    if ends.is_some_and(|it| it + 1 < words.len()) {
        return None;
    }
    if rest.take("ALTER TABLE") {
        rest.skip("IF EXISTS");
        rest.skip("ONLY");
        let table = name(&mut rest)?;
        return alter_table(rest, table, before);
    }
    if rest.take("CREATE") {
        return create(rest, before);
    }
    if rest.take("DROP") {
        return drop(rest, before);
    }
    if rest.take("ALTER DOMAIN") {
        return domain(rest, before);
    }
    if rest.take("COMMENT ON") {
        return comment(rest);
    }
    let one = |kind, mut rest: Rest<'_>| Some((kind, vec![name(&mut rest)?]));
    if rest.take("ALTER INDEX") {
        rest.skip("IF EXISTS");
        let index = name(&mut rest)?;
        return rest.take("RENAME TO").then(|| ("rename an index", vec![index]));
    }
    if rest.take("ALTER TYPE") {
        name(&mut rest)?;
        let kind = if rest.take("ADD VALUE") {
            "add a label to an enum"
        } else if rest.take("RENAME VALUE") {
            "rename a label of an enum"
        } else {
            return None;
        };
        return Some((kind, Vec::new()));
    }
    if rest.take("ALTER SEQUENCE") {
        let kind = if rest.has("OWNED BY") { "give a sequence an owner" } else { "alter a sequence" };
        return one(kind, rest);
    }
    if rest.take("REINDEX INDEX") {
        let kind = if rest.take("CONCURRENTLY") { "rebuild an index concurrently" } else { "rebuild an index" };
        return Some((kind, vec![table_of_index(&name(&mut rest)?, before)?]));
    }
    if rest.take("REFRESH MATERIALIZED VIEW") {
        return if rest.take("CONCURRENTLY") {
            one("refresh a materialized view concurrently", rest)
        } else {
            one("refresh a materialized view", rest)
        };
    }
    if rest.take("LOCK") {
        rest.skip("TABLE");
        return rest.has("SHARE MODE").then(|| one("lock a table", rest)).flatten();
    }
    if rest.take("GRANT") {
        return Some(("grant a privilege", Vec::new()));
    }
    for (start, kind) in [
        ("TRUNCATE TABLE", "truncate a table"),
        ("TRUNCATE", "truncate a table"),
        ("REINDEX TABLE", "rebuild the indexes of a table"),
        ("CLUSTER", "cluster a table"),
        ("VACUUM FULL", "vacuum fully"),
        ("INSERT INTO", "insert rows"),
        ("UPDATE", "update rows"),
        ("DELETE FROM", "delete rows"),
    ] {
        if rest.take(start) {
            return one(kind, rest);
        }
    }
    None
}

/// Reads `name` or `schema.name`.
fn name(rest: &mut Rest<'_>) -> Option<Name> {
    let first = rest.word()?;
    if rest.take(".") { Some(Name::new(first, rest.word()?)) } else { Some(Name::new("public", first)) }
}

fn alter_table(mut rest: Rest<'_>, table: Name, before: &Catalog) -> Option<Found> {
    let existing = before.table(&table);
    if rest.take("ADD COLUMN") {
        rest.skip("IF NOT EXISTS");
        rest.word()?;
        return Some(add_column(rest, table, before));
    }
    if rest.take("DROP COLUMN") {
        return Some(("drop a column", vec![table]));
    }
    if rest.take("ALTER COLUMN") {
        let column = rest.word()?;
        return Some((alter_column(rest, column, existing, before)?, vec![table]));
    }
    if rest.take("ADD") {
        if rest.take("CONSTRAINT") {
            rest.word()?;
        }
        return add_constraint(rest, table, existing);
    }
    if rest.take("VALIDATE CONSTRAINT") {
        let constraint = existing?.constraint(rest.word()?)?;
        return Some(match target(constraint) {
            Some(target) => ("validate a foreign key", vec![table, target]),
            None => ("validate a check", vec![table]),
        });
    }
    if rest.take("DROP CONSTRAINT") {
        rest.skip("IF EXISTS");
        let constraint = existing?.constraint(rest.word()?)?;
        return Some(match constraint.kind {
            ConstraintKind::ForeignKey => {
                ("drop a foreign key", [vec![table], target(constraint).into_iter().collect()].concat())
            }
            ConstraintKind::Check | ConstraintKind::NotNull => ("drop a check", vec![table]),
            ConstraintKind::PrimaryKey | ConstraintKind::Unique | ConstraintKind::Exclusion => {
                ("drop a primary key or unique constraint", vec![table])
            }
        });
    }
    if rest.take("ATTACH PARTITION") {
        let partition = name(&mut rest)?;
        // Whether a check proves the bound cannot be known here.
        return Some(("attach a partition", vec![table, partition]));
    }
    if rest.take("DETACH PARTITION") {
        let partition = name(&mut rest)?;
        let concurrently = rest.take("CONCURRENTLY");
        let kind = if concurrently { "detach a partition concurrently" } else { "detach a partition" };
        return Some((kind, vec![table, partition]));
    }
    for (start, kind) in [
        ("RENAME CONSTRAINT", "rename a constraint"),
        ("RENAME COLUMN", "rename a column"),
        ("RENAME TO", "rename a table"),
        ("SET SCHEMA", "move a table to another schema"),
        ("SET UNLOGGED", "make a table unlogged"),
        ("SET LOGGED", "make a table unlogged"),
        ("SET (", "set a storage parameter"),
        ("RESET (", "set a storage parameter"),
        ("ENABLE ROW LEVEL SECURITY", "enable row security"),
        ("DISABLE ROW LEVEL SECURITY", "enable row security"),
        ("FORCE ROW LEVEL SECURITY", "enable row security"),
        ("NO FORCE ROW LEVEL SECURITY", "enable row security"),
        ("REPLICA IDENTITY", "set the replica identity"),
        ("OWNER TO", "change the owner"),
        ("DISABLE TRIGGER", "disable a trigger"),
        ("ENABLE TRIGGER", "disable a trigger"),
    ] {
        if rest.take(start) {
            return Some((kind, vec![table]));
        }
    }
    None
}

fn add_column(rest: Rest<'_>, table: Name, before: &Catalog) -> Found {
    if let Some(mut target) = rest.after("REFERENCES").filter(|_| !rest.has("DEFAULT")) {
        return ("add a column with a foreign key", [vec![table], name(&mut target).into_iter().collect()].concat());
    }
    let ty = name(&mut { rest }).unwrap_or_else(|| Name::new("", ""));
    let domain = before.domains.iter().find(|it| is(&ty.name, &it.name.schema, &it.name.name));
    let kind = if rest.has("AS IDENTITY") {
        "add an identity column"
    } else if rest.has("GENERATED ALWAYS AS (") {
        if rest.has("STORED") { "add a stored generated column" } else { "add a virtual generated column" }
    } else if ["serial", "bigserial", "smallserial"].contains(&ty.name.as_str()) {
        "add a serial column"
    } else if domain.is_some_and(|it| it.not_null || !it.checks.is_empty()) {
        "add a column of a domain with a check"
    } else if let Some(default) = rest.after("DEFAULT") {
        let text: Vec<_> = default.0.iter().map(|it| it.name.as_str()).collect();
        let stable = !is_volatile(&text.join(" "), before);
        match default.has("(") {
            true if stable => "add a column with a stable default",
            true => "add a column with a volatile default",
            false => "add a column with a constant default",
        }
    } else if rest.has("UNIQUE") || rest.has("PRIMARY KEY") {
        "add a unique column"
    } else if rest.has("CHECK (") {
        "add a column with a check"
    } else if domain.is_some() {
        "add a column of a domain"
    } else {
        "add a column"
    };
    (kind, vec![table])
}

fn alter_column(mut rest: Rest<'_>, column: &str, table: Option<&Table>, before: &Catalog) -> Option<&'static str> {
    rest.skip("SET DATA");
    if rest.take("TYPE") {
        let from = &table?.column(column)?.ty;
        let end = rest.0.iter().position(|it| it.is("USING") || it.is("COLLATE"));
        let to: Vec<_> = rest.0.iter().take(end.unwrap_or(rest.0.len())).map(|it| it.name.as_str()).collect();
        let to = to
            .join(" ")
            .replace(" . ", ".")
            .replace(" (", "(")
            .replace("( ", "(")
            .replace(" )", ")")
            .replace(" , ", ",");
        let free = end.is_none() && keeps_rows(from, &to, before);
        return Some(if free { "change a type without a rewrite" } else { "change a type with a rewrite" });
    }
    if rest.take("SET NOT NULL") {
        let proved = table?.constraints.iter().any(|it| proves(it, column));
        return Some(if proved { "set NOT NULL that a check proves" } else { "set NOT NULL" });
    }
    for (start, kind) in [
        ("DROP NOT NULL", "drop NOT NULL"),
        ("SET DEFAULT", "set a default"),
        ("DROP DEFAULT", "drop a default"),
        ("ADD GENERATED", "add identity to a column"),
        ("DROP IDENTITY", "drop identity"),
        ("SET STORAGE", "set storage of a column"),
        ("SET STATISTICS", "set statistics of a column"),
    ] {
        if rest.take(start) {
            return Some(kind);
        }
    }
    None
}

/// Whether the constraint says that the column is never NULL, and is known to hold.
pub(in crate::migrate) fn proves(constraint: &Constraint, column: &str) -> bool {
    let words = constraint.expression.as_deref().map(words).unwrap_or_default();
    let names: Vec<_> = words.iter().filter(|it| !it.is("(") && !it.is(")")).collect();
    let says = match names.as_slice() {
        [name, is, not, null] => name.name == column && is.is("IS") && not.is("NOT") && null.is("NULL"),
        _ => false,
    };
    constraint.validated && constraint.kind == ConstraintKind::Check && says
}

fn target(constraint: &Constraint) -> Option<Name> {
    constraint.reference.as_ref().map(|it| it.table.clone())
}

fn add_constraint(mut rest: Rest<'_>, table: Name, existing: Option<&Table>) -> Option<Found> {
    let valid = !rest.has("NOT VALID");
    let index = rest.after("USING INDEX");
    if rest.take("FOREIGN KEY") {
        let target = name(&mut rest.after("REFERENCES")?)?;
        return Some((if valid { "add a foreign key" } else { "add a foreign key, not valid" }, vec![table, target]));
    }
    let kind = if rest.take("CHECK") {
        if valid { "add a check" } else { "add a check, not valid" }
    } else if rest.take("NOT NULL") {
        if valid { "set NOT NULL" } else { "add NOT NULL, not valid" }
    } else if rest.take("UNIQUE") {
        if index.is_some() { "add a unique constraint by an index" } else { "add a unique constraint" }
    } else if rest.take("PRIMARY KEY") {
        match index {
            None => "add a primary key",
            Some(mut index) => {
                let (index, table) = (index.word()?, existing?);
                let index = table.indexes.iter().find(|it| it.name == index)?;
                let columns = index.keys.iter().filter_map(|it| table.column(it.column.as_deref()?));
                if columns.into_iter().any(|it| it.nullable) {
                    "add a primary key by an index of a nullable column"
                } else {
                    "add a primary key by an index"
                }
            }
        }
    } else if rest.take("EXCLUDE") {
        "add an exclusion constraint"
    } else {
        return None;
    };
    Some((kind, vec![table]))
}

fn create(mut rest: Rest<'_>, before: &Catalog) -> Option<Found> {
    let unique = rest.take("UNIQUE");
    if rest.take("INDEX") {
        let concurrently = rest.take("CONCURRENTLY");
        let mut on = rest.after("ON")?;
        on.skip("ONLY");
        let kind = match (concurrently, unique) {
            (true, _) => "create an index concurrently",
            (false, true) => "create a unique index",
            (false, false) => "create an index",
        };
        return Some((kind, vec![name(&mut on)?]));
    }
    if rest.take("TABLE") {
        if let Some(mut parent) = rest.after("PARTITION OF") {
            return Some(("create a partition", vec![name(&mut parent)?]));
        }
        let mut targets = Vec::new();
        let mut from = rest;
        while let Some(after) = from.after("REFERENCES") {
            from = after;
            targets.push(name(&mut from)?);
        }
        return match targets.as_slice() {
            [] => Some(("create a table", targets)),
            [_] => Some(("create a table with a foreign key", targets)),
            _ => None,
        };
    }
    let replace = rest.take("OR REPLACE");
    if rest.take("VIEW") {
        let view = name(&mut rest)?;
        let exists = replace && before.views.iter().any(|it| it.name == view);
        return Some(if exists { ("replace a view", vec![view]) } else { ("create a view", Vec::new()) });
    }
    if rest.take("MATERIALIZED VIEW") {
        return Some(("create a materialized view", Vec::new()));
    }
    if rest.take("STATISTICS") {
        return Some(("create statistics", vec![name(&mut rest.after("FROM")?)?]));
    }
    let kind = if rest.take("TRIGGER") {
        "create a trigger"
    } else if rest.take("POLICY") {
        "create a policy"
    } else {
        return None;
    };
    Some((kind, vec![name(&mut rest.after("ON")?)?]))
}

fn drop(mut rest: Rest<'_>, before: &Catalog) -> Option<Found> {
    let on = |kind, rest: Rest<'_>| Some((kind, vec![name(&mut rest.after("ON")?)?]));
    if rest.take("INDEX") {
        let kind = if rest.take("CONCURRENTLY") { "drop an index concurrently" } else { "drop an index" };
        rest.skip("IF EXISTS");
        return Some((kind, vec![table_of_index(&name(&mut rest)?, before)?]));
    }
    if rest.take("TABLE") {
        rest.skip("IF EXISTS");
        let table = name(&mut rest)?;
        let constraints = before.table(&table).into_iter().flat_map(|it| &it.constraints);
        let mut targets: Vec<_> = constraints.filter_map(target).filter(|it| *it != table).collect();
        targets.sort();
        targets.dedup();
        return match targets.len() {
            0 => Some(("drop a table", vec![table])),
            1 => Some(("drop a table with a foreign key", [vec![table], targets].concat())),
            _ => None,
        };
    }
    if rest.take("VIEW") {
        rest.skip("IF EXISTS");
        return Some(("drop a view", vec![name(&mut rest)?]));
    }
    if rest.take("TRIGGER") {
        return on("drop a trigger", rest);
    }
    rest.take("POLICY").then(|| on("drop a policy", rest)).flatten()
}

fn domain(mut rest: Rest<'_>, before: &Catalog) -> Option<Found> {
    let domain = name(&mut rest)?;
    let using = before.tables.iter().filter(|it| it.columns.iter().any(|it| is(&it.ty, &domain.schema, &domain.name)));
    let mut tables: Vec<_> = using.map(|it| it.name.clone()).collect();
    let kind = if rest.take("SET NOT NULL") {
        "set NOT NULL of a domain"
    } else if rest.take("VALIDATE") {
        "validate a check of a domain"
    } else if rest.take("ADD") {
        if rest.has("NOT VALID") {
            tables.clear();
            "add a check to a domain, not valid"
        } else {
            "add a check to a domain"
        }
    } else {
        return None;
    };
    (tables.len() < 2).then_some((kind, tables))
}

fn comment(mut rest: Rest<'_>) -> Option<Found> {
    if rest.take("TABLE") {
        return Some(("comment on a table", vec![name(&mut rest)?]));
    }
    if !rest.take("COLUMN") {
        return None;
    }
    let mut parts = vec![rest.word()?];
    while rest.take(".") {
        parts.push(rest.word()?);
    }
    let table = match parts.as_slice() {
        [table, _] => Name::new("public", *table),
        [schema, table, _] => Name::new(*schema, *table),
        _ => return None,
    };
    Some(("comment on a column", vec![table]))
}

/// The table that an index is on, also if the index belongs to a constraint.
fn table_of_index(index: &Name, before: &Catalog) -> Option<Name> {
    let on = before.tables.iter().find(|it| {
        let own = it.indexes.iter().any(|it| it.name == index.name);
        it.name.schema == index.schema && (own || it.constraint(&index.name).is_some())
    });
    on.map(|it| it.name.clone())
}

//! Tables with their constraints and indexes, partitions, and tables that inherit.

use super::{
    Choices, Statements, Types,
    column::{Column, Family},
    expression::Functions,
    ident,
};

/// A table that was made.
#[derive(Debug, Clone)]
pub struct Table {
    pub path: String,
    /// Its name as SQL.
    pub name: String,
    pub columns: Vec<Column>,
    /// The columns of its primary key or of a unique constraint, which others may refer to.
    pub key: Option<Vec<String>>,
    pub unlogged: bool,
    pub partitioned: bool,
}

impl Choices {
    pub(super) fn tables(
        &self,
        schemas: &[String],
        types: &Types,
        functions: &Functions,
        all: &mut Statements,
    ) -> Vec<Table> {
        let mut tables = Vec::new();
        for i in 0..5 {
            tables.extend(self.table(&format!("t{i}"), schemas, types, functions, all));
        }
        for i in 0..2 {
            self.child(&format!("n{i}"), schemas, &tables, functions, all);
        }
        for i in 0..2 {
            tables.extend(self.partitioned(&format!("p{i}"), schemas, functions, all));
        }
        tables
    }

    fn table(
        &self,
        path: &str,
        schemas: &[String],
        types: &Types,
        functions: &Functions,
        all: &mut Statements,
    ) -> Option<Table> {
        let name = self.object(path, 85, schemas)?;
        let columns = self.columns(path, types, functions);
        let mut parts: Vec<_> = columns.iter().map(|it| it.definition.clone()).collect();
        let mut key = None;
        if self.chance(format!("{path}.key"), 75) {
            let mut of = vec![columns[0].name.clone()];
            if self.chance(format!("{path}.key 2"), 20)
                && let Some(other) = columns.iter().skip(1).find(|it| it.family == Family::Text && !it.generated)
            {
                of.push(other.name.clone());
            }
            if self.chance(format!("{path}.key order"), 20) {
                of.reverse();
            }
            let named = if self.chance(format!("{path}.key named"), 30) {
                format!("CONSTRAINT \"key of {path}\" ")
            } else {
                String::new()
            };
            let kind = if self.chance(format!("{path}.unique"), 15) { "UNIQUE" } else { "PRIMARY KEY" };
            let deferrable = if self.chance(format!("{path}.key with"), 10) { " WITH (fillfactor = 90)" } else { "" };
            parts.push(format!("{named}{kind} ({}){deferrable}", list(&of)));
            key = Some(of);
        }
        parts.extend(self.uniques(path, &columns));
        for i in 0..3 {
            let path = format!("{path}.k{i}");
            if self.chance(format!("{path}.exists"), 40) {
                parts.push(self.check(&path, &columns, functions));
            }
        }
        if let Some(range) = columns.iter().find(|it| it.family == Family::Range)
            && self.chance(format!("{path}.exclusion"), 50)
        {
            let filter = if self.chance(format!("{path}.exclusion where"), 40) {
                format!(" WHERE ({} > 0)", columns[0].sql())
            } else {
                String::new()
            };
            let later = self.one(format!("{path}.exclusion later"), &["", "", " DEFERRABLE", " INITIALLY DEFERRED"]);
            parts.push(format!("EXCLUDE USING gist ({} WITH &&){filter}{later}", range.sql()));
        }
        let unlogged = path == "t4" && self.chance(format!("{path}.unlogged"), 50);
        let kind = if unlogged { "UNLOGGED TABLE" } else { "TABLE" };
        all.push(format!("CREATE {kind} {name} (\n    {}\n){}", parts.join(",\n    "), self.storage(path)));
        if self.chance(format!("{path}.later"), 25) {
            let check = self.condition(&format!("{path}.later"), &columns, functions, false);
            all.push(format!("ALTER TABLE {name} ADD CONSTRAINT \"later of {path}\" CHECK ({check}) NOT VALID"));
        }
        for (column, (sequence, owned)) in columns
            .iter()
            .filter_map(|it| it.sequence.as_ref().map(|s| (it, (s, self.chance(format!("{}.owned", it.path), 50)))))
        {
            // In one schema with the table only, and of one column.
            if owned
                && same_schema(sequence, &name)
                && !all.0.iter().any(|it| it.contains("OWNED BY") && it.contains(sequence.as_str()))
            {
                all.push(format!("ALTER SEQUENCE {sequence} OWNED BY {name}.{}", column.sql()));
            }
        }
        let table = Table { path: path.to_owned(), name, columns, key, unlogged, partitioned: false };
        self.indexes(&table, functions, all);
        self.table_comments(&table, all);
        Some(table)
    }

    fn storage(&self, path: &str) -> String {
        let mut options = Vec::new();
        if self.chance(format!("{path}.fillfactor"), 20) {
            options.push(format!("fillfactor = {}", self.one(format!("{path}.fill"), &[70, 80])));
        }
        if self.chance(format!("{path}.autovacuum"), 15) {
            options.push("autovacuum_enabled = false".to_owned());
        }
        if options.is_empty() { String::new() } else { format!(" WITH ({})", options.join(", ")) }
    }

    fn uniques(&self, path: &str, columns: &[Column]) -> Vec<String> {
        let mut out = Vec::new();
        let of: Vec<_> = columns
            .iter()
            .filter(|it| matches!(it.family, Family::Id | Family::Number | Family::Text | Family::Time | Family::Enum))
            .filter(|it| !it.definition.ends_with(" VIRTUAL"))
            .collect();
        for i in 0..2 {
            let path = format!("{path}.u{i}");
            if !self.chance(format!("{path}.exists"), 30) {
                continue;
            }
            let mut keys = vec![self.one(format!("{path}.column"), &of).name.clone()];
            let second = &self.one(format!("{path}.second"), &of).name;
            if self.chance(format!("{path}.two"), 40) && !keys.contains(second) {
                keys.push(second.clone());
            }
            let named = if self.chance(format!("{path}.named"), 60) {
                format!("CONSTRAINT {} ", ident(&self.name(&path)))
            } else {
                String::new()
            };
            let nulls = if self.chance(format!("{path}.nulls"), 25) { " NULLS NOT DISTINCT" } else { "" };
            let include = if self.chance(format!("{path}.include"), 15) {
                format!(" INCLUDE ({})", columns[0].sql())
            } else {
                String::new()
            };
            let later =
                self.one(format!("{path}.later"), &["", "", "", " DEFERRABLE", " DEFERRABLE INITIALLY DEFERRED"]);
            let with = if self.chance(format!("{path}.with"), 10) { " WITH (fillfactor = 60)" } else { "" };
            out.push(format!("{named}UNIQUE{nulls} ({}){include}{with}{later}", list(&keys)));
        }
        out
    }

    fn check(&self, path: &str, columns: &[Column], functions: &Functions) -> String {
        let named = if self.chance(format!("{path}.named"), 70) {
            format!("CONSTRAINT {} ", ident(&self.name(path)))
        } else {
            String::new()
        };
        let inherit = if self.chance(format!("{path}.no inherit"), 10) { " NO INHERIT" } else { "" };
        let enforced = self.since(18, &format!("{path}.enforced"), 10, " NOT ENFORCED");
        format!("{named}CHECK ({}){inherit}{enforced}", self.condition(path, columns, functions, false))
    }

    fn indexes(&self, table: &Table, functions: &Functions, all: &mut Statements) {
        for i in 0..4 {
            let path = format!("{}.i{i}", table.path);
            if !self.chance(format!("{path}.exists"), 45) {
                continue;
            }
            let (method, keys) = self.keys(&path, &table.columns, functions);
            let plain = method == "btree";
            let unique =
                if plain && self.chance(format!("{path}.unique"), 15) && !table.partitioned { "UNIQUE " } else { "" };
            let mut sql =
                format!("CREATE {unique}INDEX {} ON {} USING {method} ({keys})", ident(&self.name(&path)), table.name);
            if plain && self.chance(format!("{path}.include"), 15) {
                sql += &format!(" INCLUDE ({})", table.columns[0].sql());
            }
            if !unique.is_empty() && self.chance(format!("{path}.nulls"), 30) {
                sql += " NULLS NOT DISTINCT";
            }
            if plain && self.chance(format!("{path}.with"), 15) {
                sql += &format!(" WITH (fillfactor = {})", self.one(format!("{path}.fill"), &[50, 75]));
            }
            if self.chance(format!("{path}.where"), 30) {
                sql += &format!(" WHERE {}", self.condition(&format!("{path}.where"), &table.columns, functions, true));
            }
            all.push(sql);
            let schema = table.name.split("\".\"").next().unwrap_or_default();
            self.comment(all, &format!("INDEX {schema}\".{}", ident(&self.name(&path))), &path);
        }
    }

    fn table_comments(&self, table: &Table, all: &mut Statements) {
        self.comment(all, &format!("TABLE {}", table.name), &table.path);
        for it in &table.columns {
            self.comment(all, &format!("COLUMN {}.{}", table.name, it.sql()), &it.path);
        }
    }

    pub(super) fn foreign_keys(&self, tables: &[Table], all: &mut Statements) {
        for table in tables {
            for i in 0..2 {
                let path = format!("{}.f{i}", table.path);
                let target = tables.get(self.fixed(format!("{path}.target"), &[0, 1, 2, 3, 4]));
                if !self.chance(format!("{path}.exists"), 60) {
                    continue;
                }
                let Some((target, key)) = target.and_then(|it| it.key.as_ref().map(|key| (it, key))) else { continue };
                if key.len() != 1 || target.unlogged || target.partitioned {
                    continue;
                }
                let name = self.name(&path);
                let ty = self.one(format!("{path}.type"), &["integer", "bigint"]);
                all.push(format!("ALTER TABLE {} ADD COLUMN {} {ty}", table.name, ident(&name)));
                let mut sql = format!("ALTER TABLE {} ADD ", table.name);
                if self.chance(format!("{path}.named"), 60) {
                    sql += &format!("CONSTRAINT {} ", ident(&format!("fk {path}")));
                }
                sql += &format!("FOREIGN KEY ({}) REFERENCES {} ({})", ident(&name), target.name, list(key));
                if self.chance(format!("{path}.match"), 10) {
                    sql += " MATCH FULL";
                }
                for event in ["UPDATE", "DELETE"] {
                    sql += self
                        .one(format!("{path}.{event}"), &["", "", " CASCADE", " SET NULL", " RESTRICT", " SET DEFAULT"])
                        .to_owned()
                        .replace(' ', &format!(" ON {event} "))
                        .replace(&format!("SET ON {event} "), "SET ")
                        .as_str();
                }
                if sql.ends_with("ON DELETE SET NULL") && self.chance(format!("{path}.columns"), 30) {
                    sql += &format!(" ({})", ident(&name));
                }
                sql +=
                    self.one(format!("{path}.later"), &["", "", "", " DEFERRABLE", " DEFERRABLE INITIALLY DEFERRED"]);
                if !table.partitioned && self.chance(format!("{path}.not valid"), 15) {
                    sql += " NOT VALID";
                }
                all.push(sql);
            }
        }
    }

    /// A table that inherits.
    fn child(&self, path: &str, schemas: &[String], tables: &[Table], functions: &Functions, all: &mut Statements) {
        let Some(name) = self.object(path, 50, schemas) else { return };
        let wanted = format!("t{}", self.fixed(format!("{path}.parent"), &[0, 1, 2, 3]));
        let Some(parent) = tables.iter().find(|it| it.path == wanted) else { return };
        let mut parts = vec!["more text".to_owned()];
        if self.chance(format!("{path}.extra"), 50) {
            parts.push(format!("extra {} DEFAULT 3", self.one(format!("{path}.extra type"), &["integer", "bigint"])));
        }
        if self.chance(format!("{path}.check"), 40) {
            parts.push("CONSTRAINT \"of the child\" CHECK (more <> '')".to_owned());
        }
        all.push(format!("CREATE TABLE {name} ({}) INHERITS ({})", parts.join(", "), parent.name));
        self.comment(all, &format!("TABLE {name}"), path);
        if self.chance(format!("{path}.default"), 30) {
            all.push(format!("ALTER TABLE {name} ALTER COLUMN more SET DEFAULT 'child'"));
        }
        if self.chance(format!("{path}.index"), 40) {
            let keys = self.keys(&format!("{path}.index"), &parent.columns[..1], functions).1;
            all.push(format!("CREATE INDEX {} ON {name} ({keys})", ident(&format!("index of {path}"))));
        }
    }

    /// A partitioned table with its partitions.
    fn partitioned(
        &self,
        path: &str,
        schemas: &[String],
        functions: &Functions,
        all: &mut Statements,
    ) -> Option<Table> {
        let name = self.object(path, 70, schemas)?;
        let schema = name.split("\".\"").next().unwrap_or_default().to_owned() + "\"";
        let by = self.fixed(format!("{path}.by"), &["RANGE (day)", "LIST (kind)", "HASH (id)", "RANGE (day, id)"]);
        let amount = self
            .one(format!("{path}.amount"), &["numeric(10,2) DEFAULT 0", "numeric(12,2)", "bigint NOT NULL DEFAULT -1"]);
        let mut parts = vec![
            "id integer NOT NULL".to_owned(),
            "day date NOT NULL".into(),
            "kind text NOT NULL".into(),
            format!("amount {amount}"),
        ];
        let mut columns: Vec<_> =
            [("id", Family::Id), ("kind", Family::Text)].map(|(name, family)| plain(path, name, family)).into();
        for (extra, ty) in [("note", "varchar(30)"), ("flag", "boolean DEFAULT false")] {
            if self.chance(format!("{path}.{extra}"), 60) {
                parts.push(format!("{extra} {ty}"));
                columns.push(plain(path, extra, if extra == "note" { Family::Text } else { Family::Flag }));
            }
        }
        if self.chance(format!("{path}.key"), 60) {
            parts.push("PRIMARY KEY (id, day, kind)".into());
        }
        if self.chance(format!("{path}.check"), 40) {
            parts.push(format!(
                "CONSTRAINT \"check of {path}\" CHECK ({})",
                self.condition(&format!("{path}.check"), &columns, functions, false)
            ));
        }
        all.push(format!("CREATE TABLE {name} (\n    {}\n) PARTITION BY {by}", parts.join(",\n    ")));
        let bounds: &[&str] = match by {
            "RANGE (day)" => &[
                "FROM (MINVALUE) TO ('2023-01-01')",
                "FROM ('2023-01-01') TO ('2024-01-01')",
                "FROM ('2024-01-01') TO ('2025-01-01')",
            ],
            "LIST (kind)" => &["IN ('a')", "IN ('b', 'c')", "IN ('it''s')"],
            "HASH (id)" => {
                &["WITH (MODULUS 3, REMAINDER 0)", "WITH (MODULUS 3, REMAINDER 1)", "WITH (MODULUS 3, REMAINDER 2)"]
            }
            _ => &[
                "FROM ('2023-01-01', MINVALUE) TO ('2024-01-01', 5)",
                "FROM ('2024-01-01', 5) TO ('2024-01-01', MAXVALUE)",
                "FROM ('2025-01-01', 0) TO ('2026-01-01', 0)",
            ],
        };
        let table =
            Table { path: path.to_owned(), name: name.clone(), columns, key: None, unlogged: false, partitioned: true };
        let early = self.chance(format!("{path}.early"), 50);
        if early {
            self.indexes(&table, functions, all);
        }
        for (i, bound) in bounds.iter().enumerate() {
            self.partition(&format!("{path}.x{i}"), &schema, &name, &format!("FOR VALUES {bound}"), all);
        }
        if !by.starts_with("HASH") {
            self.partition(&format!("{path}.rest"), &schema, &name, "DEFAULT", all);
        }
        if !early {
            self.indexes(&table, functions, all);
        }
        self.table_comments(&table, all);
        Some(table)
    }

    fn partition(&self, path: &str, schema: &str, parent: &str, bound: &str, all: &mut Statements) {
        if !self.chance(format!("{path}.exists"), 65) {
            return;
        }
        let name = format!("{schema}.{}", ident(&self.name(path)));
        let again = self.fixed(format!("{path}.again"), &[true, false, false, false]);
        let divided = if again { " PARTITION BY LIST (kind)" } else { "" };
        all.push(format!("CREATE TABLE {name} PARTITION OF {parent} {bound}{divided}"));
        if again && self.chance(format!("{path}.part"), 80) {
            all.push(format!(
                "CREATE TABLE {schema}.{} PARTITION OF {name} FOR VALUES IN ('a', 'b')",
                ident(&format!("{path} part"))
            ));
        }
        if self.chance(format!("{path}.default"), 20) {
            all.push(format!("ALTER TABLE {name} ALTER COLUMN amount SET DEFAULT 9"));
        }
        if self.chance(format!("{path}.check"), 20) {
            all.push(format!(
                "ALTER TABLE {name} ADD CONSTRAINT {} CHECK (amount < 1000)",
                ident(&format!("check of {path}"))
            ));
        }
        if self.chance(format!("{path}.index"), 20) {
            all.push(format!("CREATE INDEX {} ON {name} (amount, kind)", ident(&format!("index of {path}"))));
        }
        self.comment(all, &format!("TABLE {name}"), path);
    }
}

fn plain(path: &str, name: &str, family: Family) -> Column {
    Column {
        name: name.to_owned(),
        family,
        generated: false,
        definition: String::new(),
        path: format!("{path}.{name}"),
        sequence: None,
    }
}

fn same_schema(a: &str, b: &str) -> bool {
    a.split("\".\"").next() == b.split("\".\"").next()
}

pub(super) fn list(names: &[String]) -> String {
    names.iter().map(|it| ident(it)).collect::<Vec<_>>().join(", ")
}

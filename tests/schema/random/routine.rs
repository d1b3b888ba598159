//! Functions, triggers and policies.

use super::{Choices, Statements, Types, column::Family, expression::Functions, ident, table::Table, view::View};

impl Choices {
    /// Functions that need no table, and the names of those that take an integer and are immutable.
    pub(super) fn pure_functions(&self, schemas: &[String], types: &Types, all: &mut Statements) -> Functions {
        let mut out = Vec::new();
        for i in 0..3 {
            let path = format!("f{i}");
            let Some(name) = self.object(&path, 80, schemas) else { continue };
            let body =
                self.one(format!("{path}.body"), &["a + 1", "a * 2", "abs(a)", "CASE WHEN a > 1 THEN 1 ELSE 2 END"]);
            let strict = self.one(format!("{path}.strict"), &["", " STRICT", " PARALLEL SAFE", " COST 5"]);
            let argument = self.one(format!("{path}.argument"), &["a", "a", "a", "\"A b\""]);
            let body = body.replace('a', "{}").replace("{}bs", "abs").replace("{}", argument);
            let head = format!("CREATE FUNCTION {name}({argument} integer) RETURNS integer IMMUTABLE{strict}");
            all.push(match self.below(format!("{path}.language"), 3) {
                0 => format!("{head} LANGUAGE sql RETURN {body}"),
                1 => format!("{head} LANGUAGE plpgsql AS $$ BEGIN RETURN {body}; END $$"),
                _ => format!("{head} LANGUAGE sql AS $$ SELECT {body} $$"),
            });
            self.comment(all, &format!("FUNCTION {name}(integer)"), &path);
            if self.chance(format!("{path}.overload"), 30) {
                all.push(format!("CREATE FUNCTION {name}(a text, b text DEFAULT 'x') RETURNS text LANGUAGE sql AS $$ SELECT a || b $$"));
            }
            out.push(name);
        }
        if let Some(name) = self.object("proc", 60, schemas) {
            all.push(format!(
                "CREATE PROCEDURE {name}(INOUT x numeric) LANGUAGE plpgsql AS $$ BEGIN x := x + {}; END $$",
                self.below("proc.n", 3)
            ));
        }
        if let Some(name) = self.object("typed", 70, schemas) {
            let ty = types.enums.first().map_or("integer", |it| it.0.as_str());
            let returns = self.one("typed.returns", &["text", "text", "boolean"]);
            all.push(format!(
                "CREATE FUNCTION {name}(x {ty}) RETURNS {returns} LANGUAGE sql AS $$ SELECT NULL::{returns} $$"
            ));
        }
        out
    }

    /// Functions over tables: their bodies are checked when they are created, so the tables come first.
    pub(super) fn table_functions(&self, schemas: &[String], tables: &[Table], all: &mut Statements) {
        for (i, table) in tables.iter().enumerate().take(3) {
            let path = format!("over{i}");
            let Some(name) = self.object(&path, 50, schemas) else { continue };
            let id = table.columns[0].sql();
            all.push(match self.below(format!("{path}.kind"), 3) {
                0 => format!("CREATE FUNCTION {name}() RETURNS bigint LANGUAGE sql STABLE BEGIN ATOMIC SELECT count({id}) FROM {}; END", table.name),
                1 => format!("CREATE FUNCTION {name}() RETURNS SETOF {0} LANGUAGE sql STABLE AS $$ SELECT * FROM {0} $$", table.name),
                _ => format!("CREATE FUNCTION {name}(x {}) RETURNS bigint LANGUAGE sql AS $$ SELECT 1::bigint $$", table.name),
            });
        }
    }

    pub(super) fn triggers(&self, schemas: &[String], tables: &[Table], views: &[View], all: &mut Statements) {
        let Some(function) = self.object("fired", 90, schemas) else { return };
        let body = self.one("fired.body", &["RETURN new;", "RETURN NULL;", "RAISE NOTICE 'x'; RETURN new;"]);
        all.push(format!("CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"));
        for table in tables {
            for i in 0..2 {
                let path = format!("{}.r{i}", table.path);
                if !self.chance(format!("{path}.exists"), 40) {
                    continue;
                }
                let name = ident(&self.name(&path));
                let id = table.columns[0].sql();
                let column = self.one(format!("{path}.column"), &table.columns);
                let kind = self.below(format!("{path}.kind"), 6);
                let call = format!("EXECUTE FUNCTION {function}()");
                all.push(match kind {
                    0 => format!("CREATE TRIGGER {name} BEFORE INSERT OR UPDATE ON {} FOR EACH ROW {call}", table.name),
                    1 => format!("CREATE TRIGGER {name} AFTER UPDATE OF {} ON {} FOR EACH ROW WHEN (old.{id} IS DISTINCT FROM new.{id}) {call}", column.sql(), table.name),
                    2 => format!("CREATE CONSTRAINT TRIGGER {name} AFTER INSERT ON {} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW {call}", table.name),
                    3 => format!("CREATE TRIGGER {name} AFTER INSERT ON {} REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT {call}", table.name),
                    4 => format!("CREATE TRIGGER {name} AFTER TRUNCATE ON {} FOR EACH STATEMENT EXECUTE FUNCTION {function}('a', 'it''s')", table.name),
                    _ => format!("CREATE TRIGGER {name} BEFORE DELETE ON {} FOR EACH ROW WHEN (old.{id} > 0) {call}", table.name),
                });
                if !table.partitioned && self.chance(format!("{path}.state"), 20) {
                    let state = self.one(format!("{path}.enabled"), &["DISABLE", "ENABLE ALWAYS", "ENABLE REPLICA"]);
                    all.push(format!("ALTER TABLE {} {state} TRIGGER {name}", table.name));
                }
                self.comment(all, &format!("TRIGGER {name} ON {}", table.name), &path);
            }
        }
        for view in views.iter().filter(|it| !it.materialized) {
            if self.chance(format!("{}.instead", view.path), 30) {
                all.push(format!(
                    "CREATE TRIGGER instead INSTEAD OF INSERT ON {} FOR EACH ROW EXECUTE FUNCTION {function}()",
                    view.name
                ));
            }
        }
    }

    pub(super) fn policies(&self, tables: &[Table], functions: &Functions, all: &mut Statements) {
        for table in tables {
            if self.chance(format!("{}.security", table.path), 25) {
                all.push(format!("ALTER TABLE {} ENABLE ROW LEVEL SECURITY", table.name));
            }
            if self.chance(format!("{}.force", table.path), 10) {
                all.push(format!("ALTER TABLE {} FORCE ROW LEVEL SECURITY", table.name));
            }
            for i in 0..2 {
                let path = format!("{}.y{i}", table.path);
                if !self.chance(format!("{path}.exists"), 25) {
                    continue;
                }
                let name = ident(&self.name(&path));
                let kind = self.one(format!("{path}.kind"), &["", "", " AS RESTRICTIVE"]);
                let command = self.one(format!("{path}.command"), &["ALL", "SELECT", "INSERT", "UPDATE", "DELETE"]);
                let columns: Vec<_> =
                    table.columns.iter().filter(|it| it.family != Family::Composite).cloned().collect();
                let using = self.condition(&format!("{path}.using"), &columns, functions, false);
                let check = self.condition(&format!("{path}.check"), &columns, functions, false);
                let role = self.one(format!("{path}.role"), &["", " TO public", " TO current_user"]);
                let mut sql = format!("CREATE POLICY {name} ON {}{kind} FOR {command}{role}", table.name);
                if command != "INSERT" {
                    sql += &format!(" USING ({using})");
                }
                if !matches!(command, "SELECT" | "DELETE")
                    && (command == "INSERT" || self.chance(format!("{path}.checks"), 60))
                {
                    sql += &format!(" WITH CHECK ({check})");
                }
                all.push(sql);
                self.comment(all, &format!("POLICY {name} ON {}", table.name), &path);
            }
        }
    }
}

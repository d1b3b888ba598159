//! Objects that are kept as the server's text: views, triggers, policies. A function is its own statement.

use super::{index::with, list, quoted};
use crate::catalog::{Function, Name, Policy, Privilege, View};

impl View {
    /// Returns the statement that creates the view: `CREATE VIEW "app"."grown" ("id") AS SELECT …`.
    #[must_use]
    pub fn create(&self) -> String {
        let materialized = if self.materialized { "MATERIALIZED " } else { "" };
        let columns = if self.columns.is_empty() { String::new() } else { format!(" ({})", list(&self.columns)) };
        let query = self.definition.trim().trim_end_matches(';');
        format!("CREATE {materialized}VIEW {}{columns}{} AS\n{query}", self.name, with(&self.options))
    }

    /// `VIEW "app"."grown"`, as it is written after DROP, ALTER and COMMENT ON.
    pub(crate) fn label(&self) -> String {
        format!("{}VIEW {}", if self.materialized { "MATERIALIZED " } else { "" }, self.name)
    }
}

impl Function {
    /// `FUNCTION "app"."plus"(a integer, b integer)`, as it is written after DROP, GRANT and COMMENT ON.
    pub(crate) fn label(&self) -> String {
        format!("{} {}({})", if self.procedure { "PROCEDURE" } else { "FUNCTION" }, self.name, self.arguments)
    }
}

impl Privilege {
    /// `GRANT SELECT ("id") ON TABLE "app"."grown" TO "reader" WITH GRANT OPTION`.
    pub(crate) fn grant(&self, on: &str) -> String {
        let column = self.column.as_ref().map(|it| format!(" ({})", quoted(it))).unwrap_or_default();
        let option = if self.grantable { " WITH GRANT OPTION" } else { "" };
        format!("GRANT {}{column} ON {on} TO {}{option}", self.privilege, role(&self.grantee))
    }
}

/// The role as SQL; `public` is all of them.
fn role(name: &str) -> String {
    if name == "public" { "PUBLIC".to_owned() } else { quoted(name) }
}

impl Policy {
    /// Returns the statement that creates the policy:
    /// `CREATE POLICY "own" ON "app"."users" AS RESTRICTIVE FOR SELECT TO "app" USING (…) WITH CHECK (…)`.
    #[must_use]
    pub fn create(&self, table: &Name) -> String {
        let mut out = format!("CREATE POLICY {} ON {table}", quoted(&self.name));
        if !self.permissive {
            out.push_str(" AS RESTRICTIVE");
        }
        if self.command != "ALL" {
            out.push_str(&format!(" FOR {}", self.command));
        }
        if self.roles.iter().any(|it| it != "public") {
            out.push_str(&format!(" TO {}", self.roles.iter().map(|it| role(it)).collect::<Vec<_>>().join(", ")));
        }
        if let Some(using) = &self.using {
            out.push_str(&format!(" USING ({using})"));
        }
        if let Some(check) = &self.check {
            out.push_str(&format!(" WITH CHECK ({check})"));
        }
        out
    }
}

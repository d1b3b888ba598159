//! Views and materialized views over tables and over each other.

use super::{
    Choices, Statements,
    column::{Column, Family},
    expression::Functions,
    ident,
    table::Table,
};

/// A view that was made.
#[derive(Debug)]
pub struct View {
    pub path: String,
    /// Its name as SQL.
    pub name: String,
    pub columns: Vec<Column>,
    pub materialized: bool,
}

impl Choices {
    pub(super) fn views(
        &self,
        schemas: &[String],
        tables: &[Table],
        functions: &Functions,
        all: &mut Statements,
    ) -> Vec<View> {
        let mut views: Vec<View> = Vec::new();
        for i in 0..6 {
            let path = format!("v{i}");
            let Some(name) = self.object(&path, 70, schemas) else { continue };
            let of = self.fixed(format!("{path}.of"), &[0, 1, 2, 3]);
            let below = self.fixed(format!("{path}.below"), &[true, false]);
            let (from, columns) = match views.last() {
                Some(view) if below => (view.name.clone(), view.columns.clone()),
                _ => match tables.get(of) {
                    Some(table) => (table.name.clone(), table.columns.clone()),
                    None => continue,
                },
            };
            views.push(self.view(path, name, &from, &columns, functions, all));
        }
        views
    }

    fn view(
        &self,
        path: String,
        name: String,
        from: &str,
        columns: &[Column],
        functions: &Functions,
        all: &mut Statements,
    ) -> View {
        let mut outs: Vec<Column> = Vec::new();
        let mut items = Vec::new();
        for (i, it) in columns.iter().enumerate() {
            if i > 0 && !self.chance(format!("{path}.has {}", it.path), 60) {
                continue;
            }
            let renamed = self.fixed(format!("{path}.renames {}", it.path), &[true, false, false]);
            let mut column = it.clone();
            column.generated = false;
            if renamed && i > 0 {
                column.name = format!("{} of {path}", it.path);
                items.push(format!("{} AS {}", it.sql(), column.sql()));
            } else {
                items.push(it.sql());
            }
            outs.push(column);
        }
        if self.chance(format!("{path}.count"), 30) {
            let id = columns[0].sql();
            items.push(match functions.first() {
                Some(function) => format!("{function}({id}::int) AS called"),
                None => format!("{id} + 1 AS called"),
            });
        }
        let materialized = self.fixed(format!("{path}.materialized"), &[true, false, false]);
        let condition = self.chance(format!("{path}.where"), 50);
        let filter = if condition {
            format!(" WHERE {}", self.condition(&format!("{path}.where"), columns, functions, false))
        } else {
            String::new()
        };
        let kind = if materialized { "MATERIALIZED VIEW" } else { "VIEW" };
        let with = match self.below(format!("{path}.with"), 6) {
            0 if !materialized => " WITH (security_barrier)",
            1 if !materialized => " WITH (security_invoker = true)",
            0 => " WITH (fillfactor = 70)",
            _ => "",
        };
        all.push(format!("CREATE {kind} {name}{with} AS SELECT {} FROM {from}{filter}", items.join(", ")));
        self.comment(all, &format!("{kind} {name}"), &path);
        if materialized && self.chance(format!("{path}.index"), 50) {
            let unique = if self.chance(format!("{path}.unique"), 50) { "UNIQUE " } else { "" };
            all.push(format!(
                "CREATE {unique}INDEX {} ON {name} ({})",
                ident(&format!("index of {path}")),
                outs[0].sql()
            ));
        }
        outs.retain(|it| it.family != Family::Composite);
        View { path, name, columns: outs, materialized }
    }
}

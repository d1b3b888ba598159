//! Statements as text: one pass over plain data, text and binds together, that cannot fail.
//!
//! What has no meaning in SQL was refused by [`check`](crate::check) before. Rendering it all the same, for `Display`,
//! shows `<invalid>`.

mod expr;
mod index;
mod link;
mod on_update;
mod select;
mod tree;
mod write;

use crate::{
    ast::{EXCLUDED, Node, QueryId, SqlPart},
    ident::{push_ident, push_literal},
    statement::Sql,
    value::{Bind, TypeSource},
};

pub(crate) use index::{push_collation, push_condition, push_value};
pub(crate) use link::{link, lock_links, set_links};
pub(crate) use select::{count, counts_plainly, exists, select};
pub(crate) use write::{delete, insert, update};

/// A statement as text, and what was found out while it was written.
pub(crate) struct Rendered {
    pub(crate) sql: Sql,
    /// Whether a statement of the builder contains SQL or a function of the user.
    pub(crate) by_hand: bool,
    /// Whether it locks rows.
    pub(crate) locks: bool,
    /// Whether it reads a view.
    pub(crate) views: bool,
}

/// The user's SQL.
pub(crate) fn raw(parts: &[SqlPart]) -> Rendered {
    let mut writer = SqlWriter::new();
    writer.reuse = Reuse::Copies;
    writer.raw(parts);
    writer.finish()
}

/// The text so far, its binds, and which alias each query's sources have.
struct SqlWriter {
    text: String,
    binds: Vec<Bind>,
    scopes: Vec<Scope>,
    aliases: u32,
    reuse: Reuse,
    /// Whether values are written as constants.
    constants: bool,
    by_hand: bool,
    locks: bool,
    views: bool,
}

/// Which binds share a placeholder.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reuse {
    /// None.
    Never,
    /// Copies: `{name}` several times in the user's SQL is one placeholder.
    Copies,
    /// Equal values: in a grouped or distinct query the server takes `lower($1)` and `lower($2)` for different expressions,
    /// even if the values are equal.
    Equal,
}

/// A query whose columns can be named at this place, and the aliases of its sources.
struct Scope {
    query: QueryId,
    /// The number of the alias of the first source.
    first: u32,
    /// Whether source 1 is the proposed row of an upsert.
    upsert: bool,
}

impl SqlWriter {
    fn new() -> Self {
        // Most statements fit.
        let text = String::with_capacity(512);
        let (binds, scopes) = (Vec::with_capacity(8), Vec::new());
        let (by_hand, locks, views) = (false, false, false);
        Self { text, binds, scopes, aliases: 0, reuse: Reuse::Never, constants: false, by_hand, locks, views }
    }

    fn finish(self) -> Rendered {
        let Self { text, binds, by_hand, locks, views, .. } = self;
        Rendered { sql: Sql { text, binds }, by_hand, locks, views }
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn ident(&mut self, name: &str) {
        push_ident(&mut self.text, name);
    }

    fn number(&mut self, number: u32) {
        use std::fmt::Write;
        match u8::try_from(number) {
            Ok(digit @ 0..=9) => self.text.push(char::from(b'0' + digit)),
            // Writing to a `String` cannot fail.
            _ => drop(write!(self.text, "{number}")),
        }
    }

    /// Opens a query with `sources` sources, which get the next aliases: `t0`, `t1`, …
    fn open(&mut self, query: QueryId, sources: usize) {
        let first = self.aliases;
        self.aliases += u32::try_from(sources).unwrap_or(u32::MAX);
        self.scopes.push(Scope { query, first, upsert: false });
    }

    fn close(&mut self) {
        self.scopes.pop();
    }

    /// Writes `t0`, the alias of a source.
    fn alias(&mut self, query: QueryId, source: u8) {
        let scope = self.scopes.iter().rev().find(|it| it.query == query);
        match scope.map(|it| (it.first, it.upsert)) {
            Some((_, true)) if source == EXCLUDED => self.push("excluded"),
            Some((first, _)) => {
                self.push("t");
                self.number(first + u32::from(source));
            }
            None => self.push("<invalid>"),
        }
    }

    /// Writes `$1`; of a type of the user `$1::"mood"`.
    fn bind(&mut self, bind: &Bind) {
        if self.constants {
            return self.constant(bind);
        }
        let known = match self.reuse {
            Reuse::Never => None,
            Reuse::Copies => self.binds.iter().position(|it| it.is_copy(bind)),
            Reuse::Equal => self.binds.iter().position(|it| it.is_same(bind)),
        };
        let index = known.unwrap_or(self.binds.len());
        if known.is_none() {
            self.binds.push(bind.clone());
        }
        let type_source = bind.type_source();
        self.type_of(type_source);
        self.push("$");
        self.number(u32::try_from(index + 1).unwrap_or(u32::MAX));
        let ty = bind.ty();
        if ty.is_user_defined() {
            // The server does not know the type's identifier from us, so the text names it.
            self.push("::");
            self.pg_type(ty);
        }
        if let TypeSource::Column { .. } = type_source {
            self.push(" END");
        }
    }

    /// Begins a bind that gets the type of a column: the server gives both arms of a CASE one type. Renders
    /// `CASE WHEN FALSE THEN (SELECT "name" FROM "users") ELSE`, before `$1 END`.
    ///
    /// A cast would have to name the type, and cuts a value that is too long for it, where this is an error, as in an
    /// assignment. The server drops the arm that is never taken before it plans.
    fn type_of(&mut self, type_source: TypeSource) {
        if let TypeSource::Column { table, name, items } = type_source {
            self.push("CASE WHEN FALSE THEN (SELECT ");
            self.push(if items { "array_agg(" } else { "" });
            self.ident(name);
            self.push(if items { ")" } else { "" });
            self.push(" FROM ");
            self.table(table);
            self.push(") ELSE ");
        }
    }

    /// Writes the value as a constant of its type, `CAST('0' AS integer)`. Where the type depends on the column, a domain
    /// say, it is a literal without a type, `'0'`, which gets the type of the expression beside it.
    fn constant(&mut self, bind: &Bind) {
        let ty = bind.ty();
        let typed = !ty.follows_column && !ty.verbatim;
        if typed {
            self.push("CAST(");
        }
        match bind.constant() {
            Ok(Some(text)) => push_literal(&mut self.text, &text),
            Ok(None) => self.push("NULL"),
            Err(_) => self.push("<invalid>"),
        }
        if typed {
            self.push(" AS ");
            self.pg_type(ty);
            self.push(")");
        }
    }

    /// Writes `nodes` with `separator` between them.
    fn list(&mut self, nodes: &[Node], separator: &str) {
        self.each(nodes, separator, |writer, node| writer.node(node));
    }

    /// Writes items with `separator` between them.
    fn each<T>(&mut self, items: impl IntoIterator<Item = T>, separator: &str, mut write: impl FnMut(&mut Self, T)) {
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.push(separator);
            }
            write(self, item);
        }
    }

    /// Writes `keyword (a) AND (b)`, or nothing where there are no conditions.
    fn all_of(&mut self, keyword: &str, conds: &[Node]) {
        match conds {
            [] => {}
            [cond] => {
                self.push(keyword);
                self.node(cond);
            }
            conds => {
                self.push(keyword);
                self.each(conds, " AND ", |writer, cond| writer.operand(cond));
            }
        }
    }

    /// Writes `"schema"."table"`, or `"table"` where it has no schema.
    fn table(&mut self, table: &crate::schema::Table) {
        if let Some(schema) = table.schema {
            self.ident(schema);
            self.push(".");
        }
        self.ident(table.name);
    }
}

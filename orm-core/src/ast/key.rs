//! Filters by primary key.

use super::{ColumnName, Node, QueryId};
use crate::{model::Model, query::Select, schema::Table, value::Bind};

impl<M: Model> Select<M, M> {
    /// Keeps the row with this key.
    pub(crate) fn by_key(mut self, key: Vec<Bind>) -> Self {
        self.ast.filters = by_key(M::TABLE, self.ast.id, key);
        self.ast.by_key = true;
        self
    }
}

/// The conditions `key1 = $1`, `key2 = $2`, …
pub(crate) fn by_key(table: &'static Table, query: QueryId, key: Vec<Bind>) -> Vec<Node> {
    let columns = table.key.iter().copied();
    columns.zip(key).map(|(column, bind)| equals(query, column, bind)).collect()
}

/// The condition `column = $1`.
pub(crate) fn equals(query: QueryId, column: &'static str, bind: Bind) -> Node {
    Node::Column { query, source: 0, name: ColumnName::Named(column) }.binary("=", Node::Bind(bind))
}

//! Conditions on the key and the version of a row.

use super::{ColumnName, Node, QueryId};
use crate::{schema::Table, value::Bind};

/// The conditions `key1 = $1`, `key2 = $2`, …, and `version = $n` where a version is given and the table counts them.
pub(crate) fn row_conditions(
    table: &'static Table,
    query: QueryId,
    key: Vec<Bind>,
    version: Option<Bind>,
) -> Vec<Node> {
    let version = table.version().map(|it| it.name).into_iter().zip(version);
    let columns = table.key.iter().copied().zip(key).chain(version);
    columns.map(|(column, bind)| equals(query, column, bind)).collect()
}

/// The condition `column = $1`.
fn equals(query: QueryId, column: &'static str, bind: Bind) -> Node {
    Node::Column { query, source: 0, name: ColumnName::Named(column) }.binary("=", Node::Bind(bind))
}

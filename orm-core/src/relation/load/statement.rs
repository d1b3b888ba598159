//! The statement that loads one relation for any number of keys.

use super::{key::LookupKeys, owner::OwnerColumn};
use crate::{
    ast::{self, ColumnName, From, FromItem, Join, Node},
    model::Model,
    relation::path::{NUMBER, Path, column, is_flat},
    schema::Table,
    value::{Bind, PgType, Scalar},
};

impl<P: Model> Path<P> {
    /// Makes `child` the statement that loads the rows that belong to `keys`, and returns what its first column is.
    ///
    /// The server compares keys, and says by their number which one a row belongs to. Integers are compared in Rust as
    /// well, if each key is there once: `= ANY` is less work for the server than a join.
    ///
    /// ```sql
    /// SELECT t0.author_id, t0.… FROM posts t0 WHERE t0.author_id = ANY ($1)
    /// ```
    pub(super) fn load_statement(
        &self,
        mut child: ast::Select,
        keys: LookupKeys,
    ) -> Option<(ast::Select, OwnerColumn)> {
        let table = child.from.first().and_then(|it| it.relation.table())?;
        let by_integer = match self.compared() {
            [name] if is_flat(&child) && !self.is_walk() => integer(self.table(table), name).map(|ty| (*name, ty)),
            _ => None,
        };
        let (name, ty, keys, of_keys, positions) = match (by_integer, keys) {
            (Some((name, ty)), LookupKeys::Integers { ty: of_keys, keys, positions }) => {
                (name, ty, keys, of_keys, positions)
            }
            (_, keys) => return Some((self.numbered(child, keys.into_binds())?, OwnerColumn::Number)),
        };
        if keys.is_empty() {
            return None;
        }
        let values = Bind::integers(keys, of_keys).of_column(name);
        let compared = self.join_junction(&mut child);
        let key = column(child.id, compared, name);
        let list = Box::new(Node::Bind(values));
        child.filters.push(key.clone().binary("=", Node::Quantified("ANY", list)));
        let key = if ty == i64::TYPE { key } else { Node::Cast(Box::new(key), i64::TYPE) };
        child.list.get_or_insert_default().insert(0, key);
        Some((child, OwnerColumn::Key(positions)))
    }

    /// Makes `child` a query of the rows that belong to `keys`. The number of the key is the first column.
    ///
    /// ```sql
    /// -- most queries
    /// SELECT k.n, t0.… FROM posts t0 JOIN unnest($1) WITH ORDINALITY AS k(k0, n) ON t0.author_id = k.k0
    /// -- with a limit, DISTINCT or groups, which count per parent
    /// SELECT k.n, c.* FROM unnest($1) WITH ORDINALITY AS k(k0, n)
    /// JOIN LATERAL (SELECT … FROM posts t0 WHERE t0.author_id = k.k0 LIMIT $2) c ON TRUE
    /// ```
    fn numbered(&self, mut child: ast::Select, keys: Vec<Vec<Bind>>) -> Option<ast::Select> {
        if let Some(walk) = &self.walk
            && is_flat(&child)
        {
            let first = self.once().numbered(walk.level(self), keys)?;
            let number = walk.numbered(self, &mut child, first);
            child.list.get_or_insert_default().insert(0, number);
            return Some(child);
        }
        let keys = self.keys(keys)?;
        if is_flat(&child) {
            let compared = self.join_junction(&mut child);
            let source = child.from.len();
            let on = self.matches(child.id, compared, child.id, source);
            child.from.push(From { relation: keys, join: Join::Inner, on: Some(on) });
            child.list.get_or_insert_default().insert(0, column(child.id, source, NUMBER));
            return Some(child);
        }
        let mut outer = ast::Select::over(keys);
        self.keep(&mut child, |query, source| self.matches(query, source, outer.id, 0));
        let width = child.list.as_ref().map_or(0, Vec::len);
        let column_at = |position| Node::Column {
            query: outer.id,
            source: 1,
            name: ColumnName::Position(u16::try_from(position).unwrap_or(u16::MAX)),
        };
        let list = std::iter::once(column(outer.id, 0, NUMBER)).chain((0..width).map(column_at)).collect();
        outer.list = Some(list);
        let on = Some(Node::Constant("TRUE"));
        outer.from.push(From { relation: FromItem::Lateral(Box::new(child)), join: Join::Inner, on });
        Some(outer)
    }

    /// Makes `child` a query of how many rows belong to each of `keys`. Keys without rows are absent.
    ///
    /// ```sql
    /// SELECT k.n, count(*) FROM posts t0 JOIN unnest($1) WITH ORDINALITY AS k(k0, n) ON t0.author_id = k.k0 GROUP BY k.n
    /// ```
    pub(super) fn count_statement(&self, mut child: ast::Select, keys: Vec<Vec<Bind>>) -> Option<ast::Select> {
        child.forget_order();
        if self.walk.is_some() || !is_flat(&child) {
            return self.counted_rows(child, keys);
        }
        let mut query = child;
        query.forget_list();
        query.list = Some(vec![Node::aggregate("count", vec![Node::Constant("*")])]);
        let keys = self.keys(keys)?;
        let compared = self.join_junction(&mut query);
        let source = query.from.len();
        let on = self.matches(query.id, compared, query.id, source);
        query.from.push(From { relation: keys, join: Join::Inner, on: Some(on) });
        let number = column(query.id, source, NUMBER);
        query.group_by = vec![number.clone()];
        query.list.get_or_insert_default().insert(0, number);
        Some(query)
    }

    /// The same with a limit, DISTINCT or a recursion: counts the rows that loading them would return.
    ///
    /// ```sql
    /// SELECT k.n, count(*) FROM unnest($1) WITH ORDINALITY AS k(k0, n) JOIN LATERAL (… LIMIT $2) c ON TRUE GROUP BY k.n
    /// ```
    fn counted_rows(&self, child: ast::Select, keys: Vec<Vec<Bind>>) -> Option<ast::Select> {
        let mut query = self.numbered(child, keys)?;
        let number = query.list.as_ref().and_then(|it| it.first()).cloned()?;
        query.group_by = vec![number.clone()];
        query.forget_list();
        query.list = Some(vec![number, Node::aggregate("count", vec![Node::Constant("*")])]);
        Some(query)
    }
}

/// The type of the column, if the server compares it as Rust compares integers.
fn integer(table: &Table, name: &str) -> Option<PgType> {
    let column = table.column(name).filter(|it| it.sql_type.is_none())?;
    Some(column.ty).filter(|it| it.is_integer())
}

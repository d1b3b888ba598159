//! The statement that loads one relation for any number of keys.

use crate::{
    ast::{self, ColumnName, From, FromItem, Join, Node},
    model::Model,
    relation::path::{NUMBER, Path, column, is_flat},
    value::Bind,
};

impl<P: Model> Path<P> {
    /// Makes `child` a query of what belongs to `keys`, each row with the number of its key before it.
    pub(super) fn numbered(&self, mut child: ast::Select, keys: Vec<Vec<Bind>>) -> Option<ast::Select> {
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
            let compared = self.join_through(&mut child);
            let source = child.from.len();
            let on = self.matches(child.id, compared, child.id, source);
            child.from.push(From { relation: keys, join: Join::Inner, on: Some(on) });
            child.list.get_or_insert_default().insert(0, column(child.id, source, NUMBER));
            return Some(child);
        }
        // Per parent: a limit, or rows that are no rows of the table any more.
        let mut outer = ast::Select::over(keys);
        self.keep(&mut child, |query, source| self.matches(query, source, outer.id, 0));
        let width = child.list.as_ref().map_or(0, Vec::len);
        let place = |place| Node::Column {
            query: outer.id,
            source: 1,
            name: ColumnName::Position(u16::try_from(place).unwrap_or(u16::MAX)),
        };
        let list = std::iter::once(column(outer.id, 0, NUMBER)).chain((0..width).map(place)).collect();
        outer.list = Some(list);
        let on = Some(Node::Constant("TRUE"));
        outer.from.push(From { relation: FromItem::Lateral(Box::new(child)), join: Join::Inner, on });
        Some(outer)
    }

    /// Makes `child` a query that says how many rows belong to each of `keys`.
    pub(super) fn counted(&self, mut child: ast::Select, keys: Vec<Vec<Bind>>) -> Option<ast::Select> {
        child.forget_order();
        if self.walk.is_some() || !is_flat(&child) {
            return self.counted_rows(child, keys);
        }
        let mut query = child;
        query.forget_list();
        query.list = Some(vec![Node::aggregate("count", vec![Node::Constant("*")])]);
        let keys = self.keys(keys)?;
        let compared = self.join_through(&mut query);
        let source = query.from.len();
        let on = self.matches(query.id, compared, query.id, source);
        query.from.push(From { relation: keys, join: Join::Inner, on: Some(on) });
        let number = column(query.id, source, NUMBER);
        query.group_by = vec![number.clone()];
        query.list.get_or_insert_default().insert(0, number);
        Some(query)
    }

    /// The same where each parent has a limit, or rows are counted once: the rows that would have come.
    fn counted_rows(&self, child: ast::Select, keys: Vec<Vec<Bind>>) -> Option<ast::Select> {
        let mut query = self.numbered(child, keys)?;
        let number = query.list.as_ref().and_then(|it| it.first()).cloned()?;
        query.group_by = vec![number.clone()];
        query.forget_list();
        query.list = Some(vec![number, Node::aggregate("count", vec![Node::Constant("*")])]);
        Some(query)
    }
}

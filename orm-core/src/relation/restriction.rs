//! Queries restricted to the rows that belong to given parents, or to a row of an outer query.

use super::path::{Junction, Path, column, equal};
use crate::{
    ast::{self, From, FromItem, Join, Node, QueryId},
    model::Model,
    value::Bind,
};

impl<P: Model> Path<P> {
    /// Keeps the rows of `child` that belong to one of `parents`.
    pub(super) fn restrict(&self, child: &mut ast::Select, parents: &[P]) {
        if let Some(walk) = &self.walk {
            let mut first = walk.level(self);
            self.once().restrict(&mut first, parents);
            return walk.restrict(self, child, first);
        }
        let keys: Vec<_> = parents.iter().filter_map(|it| self.key(it)).collect();
        // Joined already, the table in between has the columns to compare.
        let through = if child.from.len() > 1 { None } else { self.through };
        let source = child.from.len().saturating_sub(1);
        let cond = match (through, self.to, keys.len()) {
            (_, _, 0) => Node::Constant("FALSE"),
            (None, _, 1) => {
                let key = keys.into_iter().flatten().zip(self.from);
                let key = key.map(|(value, name)| Node::Bind(value.typed_as(P::TABLE, name)));
                equal(self.to.iter().map(|name| column(child.id, source, name)).zip(key))
            }
            (None, [name], _) => {
                let values = Bind::gather(keys.into_iter().flatten().collect());
                let Some((values, from)) = values.zip(self.from.first()) else { return };
                let list = Node::Bind(values.items_typed_as(P::TABLE, from));
                column(child.id, source, name).binary("=", Node::Quantified("ANY", Box::new(list)))
            }
            _ => {
                let Some(keys) = self.keys(keys) else { return };
                let mut found = ast::Select::over(keys);
                match through {
                    None => found.filters.push(self.matches(child.id, source, found.id, 0)),
                    Some(through) => {
                        let on = self.matches(found.id, 1, found.id, 0);
                        found.from.push(From {
                            relation: FromItem::Table(through.table),
                            join: Join::Inner,
                            on: Some(on),
                        });
                        found.filters.push(self.leads_on(through, found.id, 1, child.id));
                    }
                }
                Node::Exists(Box::new(found))
            }
        };
        child.filters.push(cond);
    }

    /// Keeps the rows of `child` that belong to the row of a source of the query around.
    pub(super) fn correlate(&self, child: &mut ast::Select, query: QueryId, source: u8) {
        let source = usize::from(source);
        let pairs = self.to.iter().zip(self.from);
        self.keep(child, |id, compared| {
            equal(pairs.map(|(to, from)| (column(id, compared, to), column(query, source, from))))
        });
    }

    /// Keeps the rows of `child` that belong to where `cond` says: it is given the source that has the columns to
    /// compare.
    pub(super) fn keep(&self, child: &mut ast::Select, cond: impl FnOnce(QueryId, usize) -> Node) {
        if let Some(walk) = &self.walk {
            let mut first = walk.level(self);
            let compared = self.join_through(&mut first);
            first.filters.insert(0, cond(first.id, compared));
            walk.join(self, child, first);
        } else {
            let compared = self.join_through(child);
            child.filters.insert(0, cond(child.id, compared));
        }
    }

    fn leads_on(&self, through: Junction, link: QueryId, source: usize, child: QueryId) -> Node {
        let pairs = through.columns.iter().zip(through.target);
        equal(pairs.map(|(far, target)| (column(link, source, far), column(child, 0, target))))
    }
}

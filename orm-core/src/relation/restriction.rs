//! Restricts a query to the rows that belong to given parents (`of`, `of_all`), or to a row of the outer query (`any`,
//! `aggregate`).

use super::path::{Junction, Path, column, equal};
use crate::{
    ast::{self, From, FromItem, Join, Node, QueryId},
    model::Model,
    value::Bind,
};

impl<P: Model> Path<P> {
    /// Keeps the rows of `child` that belong to one of `parents`. The condition adds no source, so the query can still
    /// become an update or a delete; only a recursion with depths joins its result.
    ///
    /// ```sql
    /// -- no parent, one, several
    /// WHERE FALSE    WHERE t0.author_id = $1    WHERE t0.author_id = ANY ($1)
    /// -- a key of several columns
    /// WHERE EXISTS (SELECT 1 FROM unnest($1, $2) WITH ORDINALITY AS k(k0, k1, n) WHERE t0.shop = k.k0 AND t0.number = k.k1)
    /// -- through a junction table
    /// WHERE EXISTS (SELECT 1 FROM unnest($1) WITH ORDINALITY AS k(k0, n) JOIN post_tags j ON j.post_id = k.k0
    ///               WHERE j.tag_id = t0.id)
    /// ```
    pub(super) fn restrict(&self, child: &mut ast::Select, parents: &[P]) {
        if let Some(walk) = &self.walk {
            let mut first = walk.level(self);
            self.once().restrict(&mut first, parents);
            return walk.restrict(self, child, first);
        }
        let keys: Vec<_> = parents.iter().filter_map(|it| self.key(it)).collect();
        // If the junction table is joined already, it has the columns to compare.
        let junction = if child.from.len() > 1 { None } else { self.junction };
        let source = child.from.len().saturating_sub(1);
        let cond = match (junction, self.to, keys.len()) {
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
                match junction {
                    None => found.filters.push(self.matches(child.id, source, found.id, 0)),
                    Some(junction) => {
                        let on = self.matches(found.id, 1, found.id, 0);
                        found.from.push(From {
                            relation: FromItem::Table(junction.table),
                            join: Join::Inner,
                            on: Some(on),
                        });
                        found.filters.push(self.leads_to(junction, found.id, 1, child.id));
                    }
                }
                Node::Exists(Box::new(found))
            }
        };
        child.filters.push(cond);
    }

    /// Keeps the rows of `child` that belong to the row of a source of the outer query.
    ///
    /// ```sql
    /// FROM posts t1 WHERE t1.author_id = t0.id
    /// FROM tags t1 JOIN post_tags t2 ON t2.tag_id = t1.id WHERE t2.post_id = t0.id
    /// ```
    pub(super) fn correlate(&self, child: &mut ast::Select, query: QueryId, source: u8) {
        let source = usize::from(source);
        let pairs = self.to.iter().zip(self.from);
        self.keep(child, |id, compared| {
            equal(pairs.map(|(to, from)| (column(id, compared, to), column(query, source, from))))
        });
    }

    /// Keeps the rows of `child` that belong to a parent. `cond` compares its key with the columns of the source that
    /// it is given: in `child`, or in the first level of the recursion that finds the rows.
    pub(super) fn keep(&self, child: &mut ast::Select, cond: impl FnOnce(QueryId, usize) -> Node) {
        if let Some(walk) = &self.walk {
            let mut first = walk.level(self);
            let compared = self.join_junction(&mut first);
            first.filters.insert(0, cond(first.id, compared));
            walk.join(self, child, first);
        } else {
            let compared = self.join_junction(child);
            child.filters.insert(0, cond(child.id, compared));
        }
    }

    /// `post_tags.tag_id = tags.id`
    fn leads_to(&self, junction: Junction, query: QueryId, source: usize, child: QueryId) -> Node {
        let pairs = junction.columns.iter().zip(junction.target);
        equal(pairs.map(|(far, target)| (column(query, source, far), column(child, 0, target))))
    }
}

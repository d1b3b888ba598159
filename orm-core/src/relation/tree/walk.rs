//! The recursive query that follows a relation of a model to itself.
//!
//! It finds the keys of the rows, and the table is joined to them. Its first level are the rows that belong to the
//! parents, so it never reads more than belongs to them:
//!
//! ```sql
//! WITH RECURSIVE "orm tree"(c0) AS (
//!     SELECT t2.id FROM categories t2 WHERE t2.parent_id = $1                                -- `level`, restricted to parents
//!     UNION SELECT t3.id FROM categories t3 JOIN "orm tree" t4 ON t3.parent_id = t4.c0       -- `step`
//! ) SELECT c0 FROM "orm tree" GROUP BY c0
//! ```

use crate::{
    ast::{self, ColumnName, DEPTH, From, FromItem, Join, Node, QueryId, RecursiveQuery},
    model::Model,
    relation::path::{NUMBER, Path, Walk, column, equal},
    value::Bind,
};

/// A column of the rows found so far, by its position: `t4.c0`.
fn found(query: QueryId, source: usize, place: usize) -> Node {
    let name = ColumnName::Position(u16::try_from(place).unwrap_or(u16::MAX));
    Node::Column { query, source: u8::try_from(source).unwrap_or(u8::MAX), name }
}

/// The columns that the recursion keeps of each row: the primary key, and the columns that lead to the next level, if
/// they are others.
fn kept<P: Model>(path: &Path<P>) -> Vec<&'static str> {
    let mut names = P::TABLE.key.to_vec();
    names.extend(path.columns().iter().filter(|it| !P::TABLE.key.contains(it)));
    names
}

impl Walk {
    /// Returns whether the steps are counted.
    fn counts(&self) -> bool {
        self.depth || self.max_depth.is_some()
    }

    /// The query of one level, not yet restricted to the rows that it starts from.
    ///
    /// ```sql
    /// SELECT t2.id, 1 FROM categories t2          -- 1 is the depth, if it is counted
    /// ```
    pub(crate) fn level<P: Model>(&self, path: &Path<P>) -> ast::Select {
        let mut rows = self.rows.clone();
        let mut list: Vec<Node> = kept(path).into_iter().map(|name| column(rows.id, 0, name)).collect();
        if self.counts() {
            list.push(Node::Constant("1"));
        }
        rows.list = Some(list);
        if self.max_depth == Some(0) {
            rows.filters.push(Node::Constant("FALSE"));
        }
        rows
    }

    /// The query of the next level.
    ///
    /// ```sql
    /// SELECT t4.n, t3.id, t4.depth + 1 FROM categories t3 JOIN "orm tree" t4 ON t3.parent_id = t4.c0 WHERE t4.depth < $2
    /// ```
    fn step<P: Model>(&self, path: &Path<P>, numbered: bool) -> ast::Select {
        let mut step = self.level(path);
        let (id, compared) = (step.id, path.join_junction(&mut step));
        let source = step.from.len();
        let kept = kept(path);
        let pairs = path.compared().iter().zip(path.columns()).filter_map(|(to, from)| {
            let at = kept.iter().position(|it| it == from)?;
            Some((column(id, compared, to), found(id, source, at)))
        });
        step.from.push(From { relation: FromItem::PreviousStep, join: Join::Inner, on: Some(equal(pairs)) });
        let list = step.list.get_or_insert_default();
        if numbered {
            list.insert(0, column(id, source, NUMBER));
        }
        if self.counts() {
            let depth = column(id, source, DEPTH);
            list.pop();
            list.push(depth.clone().binary("+", Node::Constant("1")));
            if let Some(max) = self.max_depth {
                let max = Bind::new(i32::try_from(max).unwrap_or(i32::MAX));
                step.filters.push(depth.binary("<", Node::Bind(max)));
            }
        }
        step
    }

    /// The recursive query whose first level is `first`.
    fn tree<P: Model>(&self, path: &Path<P>, first: ast::Select, numbered: bool) -> FromItem {
        FromItem::Recursive(Box::new(RecursiveQuery {
            first,
            step: self.step(path, numbered),
            columns: kept(path).len(),
            key: P::TABLE.key.len(),
            numbered,
            counted: self.counts(),
            depth: self.depth,
            // A circle has no end if its steps are counted, since each round finds rows with another depth.
            cycle: self.depth && self.max_depth.is_none(),
        }))
    }

    /// `t0.id = t1.c0`
    fn has_key<P: Model>(child: QueryId, query: QueryId, source: usize) -> Node {
        let key = P::TABLE.key.iter().enumerate();
        equal(key.map(|(at, name)| (column(child, 0, name), found(query, source, at))))
    }

    fn join_tree<P: Model>(child: &mut ast::Select, tree: FromItem) {
        let on = Some(Self::has_key::<P>(child.id, child.id, child.from.len()));
        child.from.push(From { relation: tree, join: Join::Inner, on });
    }

    /// Keeps the rows of `child` that are found from `first`. The recursive query, which has the depths, becomes the
    /// last source.
    ///
    /// ```sql
    /// FROM categories t0 JOIN (WITH RECURSIVE …) t1 ON t0.id = t1.c0
    /// ```
    pub(crate) fn join<P: Model>(&self, path: &Path<P>, child: &mut ast::Select, first: ast::Select) {
        Self::join_tree::<P>(child, self.tree(path, first, false));
    }

    /// The same without another source, unless the depths are needed: then more can be joined to the query, and it can
    /// become a delete.
    ///
    /// ```sql
    /// FROM categories t0 WHERE EXISTS (SELECT 1 FROM (WITH RECURSIVE …) t1 WHERE t0.id = t1.c0)
    /// ```
    pub(crate) fn restrict<P: Model>(&self, path: &Path<P>, child: &mut ast::Select, first: ast::Select) {
        if self.depth {
            return self.join(path, child, first);
        }
        let mut keys = ast::Select::over(self.tree(path, first, false));
        keys.filters.push(Self::has_key::<P>(child.id, keys.id, 0));
        child.filters.push(Node::Exists(Box::new(keys)));
    }

    /// Keeps the rows of `child` that are found from `first`, whose first column is the number of the parent, and
    /// returns the column with that number. A row is found once, with the numbers of all its parents, and repeated for
    /// each of them.
    ///
    /// ```sql
    /// SELECT t2.c0, t0.… FROM categories t0
    /// JOIN (WITH RECURSIVE … SELECT c0, array_agg(n) AS n …) t1 ON t0.id = t1.c0
    /// JOIN LATERAL (SELECT unnest(t1.n)) t2(c0) ON TRUE
    /// ```
    pub(crate) fn numbered<P: Model>(&self, path: &Path<P>, child: &mut ast::Select, first: ast::Select) -> Node {
        let source = child.from.len();
        Self::join_tree::<P>(child, self.tree(path, first, true));
        let number = column(child.id, source, NUMBER);
        if self.depth {
            return number;
        }
        let mut numbers = ast::Select::over_nothing();
        numbers.list = Some(vec![Node::call("unnest", vec![number])]);
        let relation = FromItem::Lateral(Box::new(numbers));
        child.from.push(From { relation, join: Join::Inner, on: Some(Node::Constant("TRUE")) });
        found(child.id, source + 1, 0)
    }
}

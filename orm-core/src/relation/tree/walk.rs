//! How a relation of a model to itself is followed again from each row that it finds.
//!
//! A recursive query finds the keys, and the rows of the model are joined to them. It begins with what the relation finds
//! for the rows at hand, so never more is walked over than belongs to them.

use crate::{
    ast::{self, ColumnName, DEPTH, From, FromItem, Join, Node, QueryId, RecursiveQuery},
    model::Model,
    relation::path::{NUMBER, Path, Walk, column, equal},
    value::Bind,
};

/// A column of what was found, by its place.
fn found(query: QueryId, source: usize, place: usize) -> Node {
    let name = ColumnName::Position(u16::try_from(place).unwrap_or(u16::MAX));
    Node::Column { query, source: u8::try_from(source).unwrap_or(u8::MAX), name }
}

/// What is known of each row that was found: its key, then by which columns it leads on, if those are others.
fn known<P: Model>(path: &Path<P>) -> Vec<&'static str> {
    let mut names = P::TABLE.key.to_vec();
    names.extend(path.columns().iter().filter(|it| !P::TABLE.key.contains(it)));
    names
}

impl Walk {
    /// Whether the steps are counted.
    fn counts(&self) -> bool {
        self.depth || self.max_depth.is_some()
    }

    /// A query of the rows of a level, of which only what is known of each is selected.
    pub(crate) fn level<P: Model>(&self, path: &Path<P>) -> ast::Select {
        let mut rows = self.rows.clone();
        let mut list: Vec<Node> = known(path).into_iter().map(|name| column(rows.id, 0, name)).collect();
        if self.counts() {
            list.push(Node::Constant("1"));
        }
        rows.list = Some(list);
        if self.max_depth == Some(0) {
            rows.filters.push(Node::Constant("FALSE"));
        }
        rows
    }

    /// The rows of the next level.
    fn step<P: Model>(&self, path: &Path<P>, numbered: bool) -> ast::Select {
        let mut step = self.level(path);
        let (id, compared) = (step.id, path.join_through(&mut step));
        let source = step.from.len();
        let known = known(path);
        let pairs = path.compared().iter().zip(path.columns()).filter_map(|(to, from)| {
            let at = known.iter().position(|it| it == from)?;
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

    /// What is found from `first`, a query of a level.
    fn tree<P: Model>(&self, path: &Path<P>, first: ast::Select, numbered: bool) -> FromItem {
        FromItem::Recursive(Box::new(RecursiveQuery {
            first,
            step: self.step(path, numbered),
            columns: known(path).len(),
            key: P::TABLE.key.len(),
            numbered,
            counted: self.counts(),
            depth: self.depth,
            // What is walked again and again has no end where its steps are counted.
            cycle: self.depth && self.max_depth.is_none(),
        }))
    }

    fn has_key<P: Model>(child: QueryId, query: QueryId, source: usize) -> Node {
        let key = P::TABLE.key.iter().enumerate();
        equal(key.map(|(at, name)| (column(child, 0, name), found(query, source, at))))
    }

    fn join_tree<P: Model>(child: &mut ast::Select, tree: FromItem) {
        let on = Some(Self::has_key::<P>(child.id, child.id, child.from.len()));
        child.from.push(From { relation: tree, join: Join::Inner, on });
    }

    /// Keeps the rows of `child` that are found from `first`. The depth is then the last of its sources.
    pub(crate) fn join<P: Model>(&self, path: &Path<P>, child: &mut ast::Select, first: ast::Select) {
        Self::join_tree::<P>(child, self.tree(path, first, false));
    }

    /// The same without a further source, where none is needed for the depth: others may be joined to the query, and it
    /// may become a delete.
    pub(crate) fn restrict<P: Model>(&self, path: &Path<P>, child: &mut ast::Select, first: ast::Select) {
        if self.depth {
            return self.join(path, child, first);
        }
        let mut keys = ast::Select::over(self.tree(path, first, false));
        keys.filters.push(Self::has_key::<P>(child.id, keys.id, 0));
        child.filters.push(Node::Exists(Box::new(keys)));
    }

    /// Keeps the rows of `child` that are found from `first`, whose rows begin with a number, and returns the number that
    /// each was found for.
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

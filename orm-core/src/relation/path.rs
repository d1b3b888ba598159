//! The columns by which rows of one model find those of another.
//!
//! ```sql
//! -- User::posts()             users.id = posts.author_id
//! -- Post::author()            posts.author_id = users.id
//! -- Post::tags()              posts.id = post_tags.post_id, and post_tags.tag_id = tags.id
//! ```

use std::fmt;

use super::ReferencedColumns;
use crate::{
    ast::{self, Clause, ColumnName, From, FromItem, Join, Node, QueryId},
    model::{Keyed, Model},
    schema::Table,
    value::Bind,
};

/// A foreign key of this model to `P`, as one of its fields declares it. `FIELD` is a number made from the field's
/// name, so there can be several to one model; if there is only one, it can be found by zero, too.
///
/// Written by the derive for each `#[orm(references = P)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no foreign key to `{P}`, or has several to choose from",
    label = "cannot tell which field of `{Self}` refers to `{P}`",
    note = "if there is none, mark the field: `#[orm(references = {P})]`",
    note = "if there are several, name the field: `key = author_id`, and for a junction table also `other_key = ..`"
)]
pub trait RefersTo<P: 'static, const FIELD: u64>: Model {
    /// The columns that refer.
    const COLUMNS: &'static [&'static str];
    /// The columns that they refer to, if it is not the primary key.
    #[doc(hidden)]
    const REFERRED: Option<ReferencedColumns<P>> = None;

    /// Returns the key that this row refers to; `None` if it refers to no row.
    #[doc(hidden)]
    fn reference(&self) -> Option<Vec<Bind>>;
}

/// The columns by which rows of `P` find those of a relation.
pub struct Path<P> {
    /// Reads the key by which a row finds others; `None` if a part is NULL.
    keys: fn(&P) -> Option<Vec<Bind>>,
    /// The columns of `P` that have that key.
    pub(super) from: &'static [&'static str],
    /// The columns that they are compared with: of the other model, or of the junction table.
    pub(super) to: &'static [&'static str],
    /// The junction table, if there is one.
    pub(super) junction: Option<Junction>,
    /// For a recursive relation: how it is followed again from each row that is found.
    pub(super) walk: Option<Box<Walk>>,
}

/// A table that links two models, and the columns by which it leads to the second.
#[derive(Debug, Clone, Copy)]
pub(super) struct Junction {
    pub(super) table: &'static Table,
    /// Its columns that refer to the other model: `tag_id`.
    pub(super) columns: &'static [&'static str],
    /// The columns of the other model that they refer to: `id`.
    pub(super) target: &'static [&'static str],
}

/// How a relation of a model to itself is followed again and again.
#[derive(Debug, Clone)]
pub(super) struct Walk {
    /// The rows that are followed; filters are the only clauses that it has.
    pub(super) rows: ast::Select,
    /// After how many steps it ends.
    pub(super) max_depth: Option<u32>,
    /// Whether the depth of each row is returned.
    pub(super) depth: bool,
}

impl Walk {
    pub(super) fn new(rows: ast::Select) -> Self {
        Self { rows, max_depth: None, depth: false }
    }
}

impl<P> Clone for Path<P> {
    fn clone(&self) -> Self {
        Self { walk: self.walk.clone(), ..self.once() }
    }
}

impl<P> fmt::Debug for Path<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Path").field("from", &self.from).field("to", &self.to).finish_non_exhaustive()
    }
}

fn key_of<P: Keyed>(row: &P) -> Option<Vec<Bind>> {
    Some(row.key())
}

fn referred_of<P: Keyed, C: RefersTo<P, FIELD>, const FIELD: u64>(row: &P) -> Option<Vec<Bind>> {
    C::REFERRED.map_or_else(|| key_of(row), |it| it.of(row))
}

/// The columns that `C` refers to rows of `P` by: the primary key, or unique columns.
fn referred_columns<P: Keyed, C: RefersTo<P, FIELD>, const FIELD: u64>() -> &'static [&'static str] {
    C::REFERRED.map_or(P::TABLE.key, |it| it.columns)
}

/// A column of a source of a query.
pub(super) fn column(query: QueryId, source: usize, name: &'static str) -> Node {
    Node::Column { query, source: u8::try_from(source).unwrap_or(u8::MAX), name: ColumnName::Named(name) }
}

/// The names of the columns of `unnest(…) WITH ORDINALITY AS k(k0, k1, …, n)`, which holds the keys of parents.
const KEY_PARTS: [&str; 16] =
    ["k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8", "k9", "k10", "k11", "k12", "k13", "k14", "k15"];

/// The name of its last column: the number of the key, from one.
pub(super) const NUMBER: &str = "n";

/// `a = b AND c = d …`
pub(super) fn equal(pairs: impl Iterator<Item = (Node, Node)>) -> Node {
    let mut conds: Vec<Node> = pairs.map(|(a, b)| a.binary("=", b)).collect();
    if conds.len() == 1 { conds.remove(0) } else { Node::Logic(ast::Logic::And, conds) }
}

impl<P> Path<P> {
    /// Ends the recursion after so many steps.
    pub(super) fn end_after(&mut self, steps: u32) {
        if let Some(walk) = &mut self.walk {
            walk.max_depth = Some(steps);
        }
    }

    /// Makes the recursion count its steps.
    pub(super) fn count_steps(&mut self) {
        if let Some(walk) = &mut self.walk {
            walk.depth = true;
        }
    }

    /// Returns whether steps are counted along paths whose number has no bound: two rows of a network can be connected
    /// by exponentially many.
    pub(super) fn may_be_endless(&self) -> bool {
        self.junction.is_some() && self.walk.as_ref().is_some_and(|it| it.depth && it.max_depth.is_none())
    }

    /// Returns the same path, followed once.
    pub(super) fn once(&self) -> Self {
        Self { keys: self.keys, from: self.from, to: self.to, junction: self.junction, walk: None }
    }
}

impl<P: Model> Path<P> {
    /// The path from a model to those that refer to it.
    pub(super) fn to_children<C: RefersTo<P, FIELD>, const FIELD: u64>() -> Self
    where
        P: Keyed,
    {
        Self {
            keys: referred_of::<P, C, FIELD>,
            from: referred_columns::<P, C, FIELD>(),
            to: C::COLUMNS,
            junction: None,
            walk: None,
        }
    }

    /// The path from a model to the one that it refers to, whose table is `target`.
    pub(super) fn to_parent<T: 'static, const FIELD: u64>(target: &'static Table) -> Self
    where
        P: RefersTo<T, FIELD>,
    {
        let to = P::REFERRED.map_or(target.key, |it| it.columns);
        Self { keys: P::reference, from: P::COLUMNS, to, junction: None, walk: None }
    }

    /// The path from a model through a junction table.
    pub(super) fn through<V, C, const NEAR: u64, const FAR: u64>() -> Self
    where
        P: Keyed,
        C: Keyed,
        V: RefersTo<P, NEAR> + RefersTo<C, FAR>,
    {
        const {
            let to_key = <V as RefersTo<C, FAR>>::REFERRED.is_none();
            assert!(to_key, "the junction table must refer to the primary key of the model on the other side");
        }
        let junction = Junction { table: V::TABLE, columns: <V as RefersTo<C, FAR>>::COLUMNS, target: C::TABLE.key };
        let to = <V as RefersTo<P, NEAR>>::COLUMNS;
        Self {
            keys: referred_of::<P, V, NEAR>,
            from: referred_columns::<P, V, NEAR>(),
            to,
            junction: Some(junction),
            walk: None,
        }
    }

    /// Returns the same path, followed again from each row that is found.
    pub(super) fn walked(self, walk: Walk) -> Self {
        Self { walk: Some(Box::new(walk)), ..self }
    }

    /// Returns whether it is followed again from each row.
    pub(super) fn is_walk(&self) -> bool {
        self.walk.is_some()
    }

    /// The columns that are compared with the key of a parent.
    pub(super) fn compared(&self) -> &'static [&'static str] {
        self.to
    }

    /// The columns of `P` that have the key.
    pub(super) fn columns(&self) -> &'static [&'static str] {
        self.from
    }

    /// The key of `parent`; `None` if a part is NULL.
    pub(super) fn key(&self, parent: &P) -> Option<Vec<Bind>> {
        (self.keys)(parent)
    }

    /// The same, each part marked with the type of its column: outside of a comparison with that column the server
    /// could not infer it.
    pub(super) fn typed_key(&self, parent: &P) -> Option<Vec<Bind>> {
        let key = self.key(parent)?.into_iter().zip(self.from);
        Some(key.map(|(bind, name)| bind.typed_as(P::TABLE, name)).collect())
    }

    /// Joins the junction table, unless that is done or there is none, and returns the number of the source that has
    /// the columns to compare.
    ///
    /// ```sql
    /// FROM tags t0 JOIN post_tags t1 ON t1.tag_id = t0.id
    /// ```
    pub(super) fn join_junction(&self, ast: &mut ast::Select) -> usize {
        let Some(junction) = self.junction else { return 0 };
        let source = ast.from.len();
        if source > 1 {
            return 1;
        }
        let pairs = junction.columns.iter().zip(junction.target);
        let on = equal(pairs.map(|(far, target)| (column(ast.id, source, far), column(ast.id, 0, target))));
        ast.from.push(From { relation: FromItem::Table(junction.table), join: Join::Inner, on: Some(on) });
        source
    }

    /// The table that has the columns to compare, for rows of `table`.
    pub(super) fn table(&self, table: &'static Table) -> &'static Table {
        self.junction.map_or(table, |it| it.table)
    }

    /// The keys as a table to select from; `None` without a key.
    ///
    /// Each array has the type of the column of `P` whose values it holds, so keys are compared as that column would be
    /// in a join: `citext` without regard to case, for instance.
    ///
    /// ```sql
    /// unnest($1, $2) WITH ORDINALITY AS k(k0, k1, n)
    /// ```
    pub(super) fn keys(&self, keys: Vec<Vec<Bind>>) -> Option<FromItem> {
        let mut columns: Vec<Vec<Bind>> = self.from.iter().map(|_| Vec::with_capacity(keys.len())).collect();
        for key in keys {
            columns.iter_mut().zip(key).for_each(|(column, value)| column.push(value));
        }
        let parts = columns.into_iter().zip(self.from);
        let parts = parts.map(|(values, name)| Some(Bind::gather(values)?.items_typed_as(P::TABLE, name)));
        parts.collect::<Option<Vec<_>>>().map(FromItem::Keys)
    }

    /// `posts.author_id = k.k0`
    pub(super) fn matches(&self, query: QueryId, source: usize, of: QueryId, keys: usize) -> Node {
        let pairs = self.to.iter().zip(KEY_PARTS);
        equal(pairs.map(|(name, part)| (column(query, source, name), column(of, keys, part))))
    }
}

/// The primary key of a row, each part marked with the type of its column, as in [`Path::typed_key`].
pub(super) fn typed_key<C: Keyed>(row: &C) -> Vec<Bind> {
    row.key().into_iter().zip(C::TABLE.key).map(|(bind, name)| bind.typed_as(C::TABLE, name)).collect()
}

/// Whether the rows of the query are rows of its sources, all of them: a further join or filter then leaves out some
/// and changes nothing about the others.
pub(super) fn is_flat(select: &ast::Select) -> bool {
    select.has_only(&[Clause::Select, Clause::Join, Clause::Where, Clause::OrderBy, Clause::Lock])
}

//! How rows of one model find those of another: by which columns.

use std::fmt;

use super::ReferencedColumns;
use crate::{
    ast::{self, Clause, ColumnName, From, FromItem, Join, Node, QueryId},
    model::{Keyed, Model},
    schema::Table,
    value::Bind,
};

/// A foreign key of this model to `P`, as one of its fields declares it. `FIELD` is a number made of the field's name,
/// so that there can be several to one model; where there is but one, it is found by zero, too.
///
/// Written by the derive for each `#[orm(references = P)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no foreign key to `{P}` that this relation could follow, or several to choose from",
    label = "not clear which field of `{Self}` refers to `{P}`",
    note = "if none does yet, mark the field: `#[orm(references = {P})]`",
    note = "where several do, name the one to follow: `key = author_id`; of a table in between also `other_key = ..`"
)]
pub trait RefersTo<P: 'static, const FIELD: u64>: Model {
    /// The columns that refer.
    const COLUMNS: &'static [&'static str];
    /// The columns that they refer to, where it is not the key.
    #[doc(hidden)]
    const REFERRED: Option<ReferencedColumns<P>> = None;

    /// The key that this row refers to; `None` where it refers to none.
    #[doc(hidden)]
    fn reference(&self) -> Option<Vec<Bind>>;
}

/// The columns by which rows of `P` find those of a relation.
pub struct Path<P> {
    /// The values by which a row finds others; `None` where one is NULL.
    keys: fn(&P) -> Option<Vec<Bind>>,
    /// The columns of `P` that have these values.
    pub(super) from: &'static [&'static str],
    /// The columns that they are compared with: of the other model, or of the table in between.
    pub(super) to: &'static [&'static str],
    /// The table in between, and by which columns it leads on.
    pub(super) through: Option<Junction>,
    /// Whether it is followed again from each row that is found.
    pub(super) walk: Option<Box<Walk>>,
}

/// A table between two models.
#[derive(Debug, Clone, Copy)]
pub(super) struct Junction {
    pub(super) table: &'static Table,
    /// Its columns that refer to the other model.
    pub(super) columns: &'static [&'static str],
    /// The columns of the other model that they refer to.
    pub(super) target: &'static [&'static str],
}

/// Which rows are walked over, and how far.
#[derive(Debug, Clone)]
pub(super) struct Walk {
    /// The rows of the model that are found; filters are all that it has.
    pub(super) rows: ast::Select,
    pub(super) max_depth: Option<u32>,
    /// Whether each row comes with its depth.
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

/// By what `C` refers to rows of `P`: the key, or unique columns.
fn referred_columns<P: Keyed, C: RefersTo<P, FIELD>, const FIELD: u64>() -> &'static [&'static str] {
    C::REFERRED.map_or(P::TABLE.key, |it| it.columns)
}

/// A column of a source of a query.
pub(super) fn column(query: QueryId, source: usize, name: &'static str) -> Node {
    Node::Column { query, source: u8::try_from(source).unwrap_or(u8::MAX), name: ColumnName::Named(name) }
}

/// The names of the parts of keys that are at hand.
const KEY_PARTS: [&str; 16] =
    ["k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8", "k9", "k10", "k11", "k12", "k13", "k14", "k15"];

/// The number of a key at hand, from one.
pub(super) const NUMBER: &str = "n";

pub(super) fn equal(pairs: impl Iterator<Item = (Node, Node)>) -> Node {
    let mut conds: Vec<Node> = pairs.map(|(a, b)| a.binary("=", b)).collect();
    if conds.len() == 1 { conds.remove(0) } else { Node::Logic(ast::Logic::And, conds) }
}

impl<P> Path<P> {
    /// Ends the walk after so many steps.
    pub(super) fn end_after(&mut self, steps: u32) {
        if let Some(walk) = &mut self.walk {
            walk.max_depth = Some(steps);
        }
    }

    /// Has the steps counted.
    pub(super) fn count_steps(&mut self) {
        if let Some(walk) = &mut self.walk {
            walk.depth = true;
        }
    }

    /// Whether steps are counted on ways that need not end.
    pub(super) fn may_be_endless(&self) -> bool {
        self.through.is_some() && self.walk.as_ref().is_some_and(|it| it.depth && it.max_depth.is_none())
    }

    /// The same, followed once.
    pub(super) fn once(&self) -> Self {
        Self { keys: self.keys, from: self.from, to: self.to, through: self.through, walk: None }
    }
}

impl<P: Model> Path<P> {
    /// From a model to those that refer to it.
    pub(super) fn to_children<C: RefersTo<P, FIELD>, const FIELD: u64>() -> Self
    where
        P: Keyed,
    {
        Self {
            keys: referred_of::<P, C, FIELD>,
            from: referred_columns::<P, C, FIELD>(),
            to: C::COLUMNS,
            through: None,
            walk: None,
        }
    }

    /// From a model to the one that it refers to, whose table is `target`.
    pub(super) fn to_parent<T: 'static, const FIELD: u64>(target: &'static Table) -> Self
    where
        P: RefersTo<T, FIELD>,
    {
        let to = P::REFERRED.map_or(target.key, |it| it.columns);
        Self { keys: P::reference, from: P::COLUMNS, to, through: None, walk: None }
    }

    /// From a model through a table in between.
    pub(super) fn through<V, C, const NEAR: u64, const FAR: u64>() -> Self
    where
        P: Keyed,
        C: Keyed,
        V: RefersTo<P, NEAR> + RefersTo<C, FAR>,
    {
        const {
            let to_key = <V as RefersTo<C, FAR>>::REFERRED.is_none();
            assert!(to_key, "the table in between must refer to the key of the model on the other side");
        }
        let through = Junction { table: V::TABLE, columns: <V as RefersTo<C, FAR>>::COLUMNS, target: C::TABLE.key };
        let to = <V as RefersTo<P, NEAR>>::COLUMNS;
        Self {
            keys: referred_of::<P, V, NEAR>,
            from: referred_columns::<P, V, NEAR>(),
            to,
            through: Some(through),
            walk: None,
        }
    }

    /// The same, followed again from each row that is found.
    pub(super) fn walked(self, walk: Walk) -> Self {
        Self { walk: Some(Box::new(walk)), ..self }
    }

    /// Whether it is followed again from each row.
    pub(super) fn is_walk(&self) -> bool {
        self.walk.is_some()
    }

    /// The columns that are compared with what leads to a row.
    pub(super) fn compared(&self) -> &'static [&'static str] {
        self.to
    }

    /// The columns of `P` by which it finds others.
    pub(super) fn columns(&self) -> &'static [&'static str] {
        self.from
    }

    pub(super) fn key(&self, parent: &P) -> Option<Vec<Bind>> {
        (self.keys)(parent)
    }

    /// The same, each part of the type of the column of `P` that it is a value of, wherever it stands.
    pub(super) fn typed_key(&self, parent: &P) -> Option<Vec<Bind>> {
        let key = self.key(parent)?.into_iter().zip(self.from);
        Some(key.map(|(bind, name)| bind.typed_as(P::TABLE, name)).collect())
    }

    /// The columns of the table in between, near and far; nothing without one.
    pub(super) fn link(&self) -> Option<(&'static Table, &'static [&'static str], Junction)> {
        self.through.map(|through| (through.table, self.to, through))
    }

    /// Joins the table in between, if there is one that is not joined yet, and returns which source has the columns to
    /// compare.
    pub(super) fn join_through(&self, ast: &mut ast::Select) -> usize {
        let Some(through) = self.through else { return 0 };
        let source = ast.from.len();
        if source > 1 {
            return 1;
        }
        let pairs = through.columns.iter().zip(through.target);
        let on = equal(pairs.map(|(far, target)| (column(ast.id, source, far), column(ast.id, 0, target))));
        ast.from.push(From { relation: FromItem::Table(through.table), join: Join::Inner, on: Some(on) });
        source
    }

    /// Which table has the columns to compare, where the rows are of `table`.
    pub(super) fn table(&self, table: &'static Table) -> &'static Table {
        self.through.map_or(table, |it| it.table)
    }

    /// The keys as something to select from, each part of the type of the column of `P` that it is a value of: what they
    /// are compared with is then compared as that column is in a join. Nothing without a key.
    pub(super) fn keys(&self, keys: Vec<Vec<Bind>>) -> Option<FromItem> {
        let mut columns: Vec<Vec<Bind>> = self.from.iter().map(|_| Vec::with_capacity(keys.len())).collect();
        for key in keys {
            columns.iter_mut().zip(key).for_each(|(column, value)| column.push(value));
        }
        let parts = columns.into_iter().zip(self.from);
        let parts = parts.map(|(values, name)| Some(Bind::gather(values)?.items_typed_as(P::TABLE, name)));
        parts.collect::<Option<Vec<_>>>().map(FromItem::Keys)
    }

    pub(super) fn matches(&self, query: QueryId, source: usize, of: QueryId, keys: usize) -> Node {
        let pairs = self.to.iter().zip(KEY_PARTS);
        equal(pairs.map(|(name, part)| (column(query, source, name), column(of, keys, part))))
    }
}

/// The key of a row, each part of the type of its column, wherever it stands.
pub(super) fn typed_key<C: Keyed>(row: &C) -> Vec<Bind> {
    row.key().into_iter().zip(C::TABLE.key).map(|(bind, name)| bind.typed_as(C::TABLE, name)).collect()
}

/// Whether the rows of the query are rows of its sources, all of them: a further join or filter then leaves out some and
/// changes nothing about the others.
pub(super) fn is_flat(select: &ast::Select) -> bool {
    select.has_only(&[Clause::Select, Clause::Join, Clause::Where, Clause::OrderBy, Clause::Lock])
}

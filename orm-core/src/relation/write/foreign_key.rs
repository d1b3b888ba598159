//! Checks that children were stored with the foreign keys of the parents that they were made for: the closure sets the
//! foreign key, and a trigger may change it.

use bytes::BytesMut;

use crate::{
    error::{Error, ErrorKind, Result},
    executor::Executor,
    model::{Keyed, Model},
    relation::{
        Path, Related, StoredAfter,
        load::{LookupKeys, rows_of_keys},
    },
    schema::Table,
    value::Bind,
};

/// The parents of one level, and how many children each was given.
pub(super) struct ParentsAndChildren<'a, P, C, K> {
    /// The relations, each with the number of its parents, in their order.
    pub(super) relations: &'a [(Related<P, C, K>, usize)],
    pub(super) parents: &'a [P],
    pub(super) counts: &'a [usize],
}

/// A child whose foreign key has other bytes than its parent's key. The server may consider them equal.
struct UnequalChild<'a, P, C, K> {
    relation: &'a Related<P, C, K>,
    child: &'a C,
    position: ChildPosition,
}

/// The numbers of a parent and of one of its children.
#[derive(Debug, Clone, Copy)]
struct ChildPosition {
    parent: usize,
    child: usize,
}

impl<'a, P, C, K> ParentsAndChildren<'a, P, C, K>
where
    P: Model,
    C: Keyed,
    K: StoredAfter,
{
    fn each(&self) -> impl Iterator<Item = (&'a Related<P, C, K>, &'a P, usize)> {
        let relations = self.relations.iter().flat_map(|(relation, count)| std::iter::repeat_n(relation, *count));
        relations.zip(self.parents).zip(self.counts).map(|((relation, parent), count)| (relation, parent, *count))
    }

    /// The path, the parent, and the number of its children, for each parent.
    pub(super) fn paths(&self) -> impl Iterator<Item = (&'a Path<P>, &'a P, usize)> {
        self.each().map(|(relation, parent, count)| (&relation.path, parent, count))
    }

    /// Refuses children that do not belong to their parent. Whether different values are equal, as `citext` may be,
    /// only the server knows: one more statement for a level that has such.
    pub(super) async fn check<E: Executor>(&self, children: &[C], db: &E) -> Result<()> {
        let unequal = self.unequal(children)?;
        for (relation, _) in self.relations {
            let of_relation = unequal.iter().filter(|it| std::ptr::eq(it.relation, relation));
            let of_relation: Vec<&UnequalChild<'_, P, C, K>> = of_relation.collect();
            if !of_relation.is_empty() {
                // Rarely needed, so on the heap.
                Box::pin(self.ask(relation, &of_relation, db)).await?;
            }
        }
        Ok(())
    }

    /// The children whose foreign key has other bytes than their parent's key.
    fn unequal(&self, children: &'a [C]) -> Result<Vec<UnequalChild<'a, P, C, K>>> {
        let mut unequal = vec![];
        let mut children = children.iter();
        for (parent, (relation, row, count)) in self.each().enumerate() {
            let of_parent = children.by_ref().take(count).enumerate();
            let Some(refers) = relation.refers else {
                of_parent.for_each(drop);
                continue;
            };
            let key = relation.path.key(row);
            for (number, child) in of_parent {
                let position = ChildPosition { parent, child: number };
                let (Some(key), Some(reference)) = (&key, refers(child)) else {
                    return Err(wrong_parent(relation, position));
                };
                if !relation.is_same_key::<C>(key, &reference) {
                    unequal.push(UnequalChild { relation, child, position });
                }
            }
        }
        Ok(unequal)
    }

    /// Asks the server for the rows that belong to the parents of `unequal` children, and looks for each child there.
    async fn ask<E: Executor>(
        &self,
        relation: &Related<P, C, K>,
        unequal: &[&UnequalChild<'_, P, C, K>],
        db: &E,
    ) -> Result<()> {
        let mut parents: Vec<usize> = unequal.iter().map(|it| it.position.parent).collect();
        parents.dedup();
        let keys = parents.iter().filter_map(|it| relation.path.key(self.parents.get(*it)?)).collect();
        let found = rows_of_keys(relation.clone(), LookupKeys::Binds(keys), db).await?;
        for it in unequal {
            let of_parent =
                parents.iter().position(|parent| *parent == it.position.parent).and_then(|at| found.get(at));
            let key = it.child.key();
            let is_child = |row: &C| row.key().iter().zip(&key).all(|(one, other)| one.is_same(other));
            if !of_parent.is_some_and(|rows| rows.iter().any(is_child)) {
                return Err(wrong_parent(relation, it.position));
            }
        }
        Ok(())
    }
}

impl<P: Model, C, K> Related<P, C, K> {
    /// Returns whether the key of a parent and the foreign key of a child are the same values, so that the server must
    /// consider them equal.
    fn is_same_key<D: Model>(&self, key: &[Bind], reference: &[Bind]) -> bool {
        let columns = self.path.columns().iter().zip(self.path.compared());
        let mut pairs = key.iter().zip(reference).zip(columns);
        pairs.all(|((key, reference), (of_key, of_reference))| {
            if let (Some(key), Some(reference)) = (key.integer(), reference.integer()) {
                return key.get() == reference.get();
            }
            let declared = |table: &Table, name: &str| table.column(name).and_then(|it| it.sql_type);
            let alike = declared(P::TABLE, of_key) == declared(D::TABLE, of_reference);
            key.is_same(reference) && (alike || !ends_blank(key))
        })
    }
}

/// Returns whether the value ends with a blank, which is part of a `text` and not of a `char(n)`.
fn ends_blank(value: &Bind) -> bool {
    let mut bytes = BytesMut::new();
    value.bytes(&mut bytes) && bytes.last() == Some(&b' ')
}

/// The error for a child that belongs to another parent, or to none.
fn wrong_parent<P: Model, C: Keyed, K>(relation: &Related<P, C, K>, position: ChildPosition) -> Error {
    let (child, parent) = (C::TABLE, P::TABLE);
    let columns = relation.path.compared().join(", ");
    let text = format!(
        "row {} of `{}`, which was made for row {} of `{}`, does not belong to it: set its `{columns}` from the row that \
         the closure is given",
        position.child, child.name, position.parent, parent.name,
    );
    Error::new(ErrorKind::InvalidStatement, text).in_statement("insert into", Some(child.name))
}

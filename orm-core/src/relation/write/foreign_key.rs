//! Whether rows that were stored belong to the parents that they were made for: the foreign key is the closure's to set, and
//! a trigger's to change.

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
    /// The relation of the first so many parents, and so on.
    pub(super) relations: &'a [(Related<P, C, K>, usize)],
    pub(super) parents: &'a [P],
    pub(super) counts: &'a [usize],
}

/// A child whose foreign key has other bytes than its parent's key: to the server the two may be equal.
struct UnequalChild<'a, P, C, K> {
    relation: &'a Related<P, C, K>,
    child: &'a C,
    place: ChildPosition,
}

/// Which child of which parent.
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

    /// How each parent finds its children.
    pub(super) fn paths(&self) -> impl Iterator<Item = (&'a Path<P>, &'a P, usize)> {
        self.each().map(|(relation, parent, count)| (&relation.path, parent, count))
    }

    /// Refuses children that do not belong to their parent. Equal values are seen here; whether others are equal to the
    /// server, as `citext` may be, it is asked: one statement more a level that has such.
    pub(super) async fn check<E: Executor>(&self, children: &[C], db: &E) -> Result<()> {
        let unlike = self.unlike(children)?;
        for (relation, _) in self.relations {
            let of_relation = unlike.iter().filter(|it| std::ptr::eq(it.relation, relation));
            let of_relation: Vec<&UnequalChild<'_, P, C, K>> = of_relation.collect();
            if !of_relation.is_empty() {
                // Seldom needed, so on the heap.
                Box::pin(self.ask(relation, &of_relation, db)).await?;
            }
        }
        Ok(())
    }

    fn unlike(&self, children: &'a [C]) -> Result<Vec<UnequalChild<'a, P, C, K>>> {
        let mut unlike = vec![];
        let mut children = children.iter();
        for (parent, (relation, row, count)) in self.each().enumerate() {
            let of_parent = children.by_ref().take(count).enumerate();
            let Some(refers) = relation.refers else {
                of_parent.for_each(drop);
                continue;
            };
            let key = relation.path.key(row);
            for (number, child) in of_parent {
                let place = ChildPosition { parent, child: number };
                let (Some(key), Some(reference)) = (&key, refers(child)) else {
                    return Err(stranger(relation, place));
                };
                if !relation.same::<C>(key, &reference) {
                    unlike.push(UnequalChild { relation, child, place });
                }
            }
        }
        Ok(unlike)
    }

    /// Asks the server for what belongs to the parents of `unlike` children, and looks for each child there.
    async fn ask<E: Executor>(
        &self,
        relation: &Related<P, C, K>,
        unlike: &[&UnequalChild<'_, P, C, K>],
        db: &E,
    ) -> Result<()> {
        let mut places: Vec<usize> = unlike.iter().map(|it| it.place.parent).collect();
        places.dedup();
        let keys = places.iter().filter_map(|it| relation.path.key(self.parents.get(*it)?)).collect();
        let found = rows_of_keys(relation.clone(), LookupKeys::Binds(keys), db).await?;
        for it in unlike {
            let group = places.iter().position(|place| *place == it.place.parent).and_then(|at| found.get(at));
            let key = it.child.key();
            let is_child = |row: &C| row.key().iter().zip(&key).all(|(one, other)| one.is_same(other));
            if !group.is_some_and(|rows| rows.iter().any(is_child)) {
                return Err(stranger(relation, it.place));
            }
        }
        Ok(())
    }
}

impl<P: Model, C, K> Related<P, C, K> {
    /// Whether a key of `P` and what a row of `C` refers to are the same values, whatever the server's equality is.
    fn same<D: Model>(&self, key: &[Bind], reference: &[Bind]) -> bool {
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

/// Whether the value has a blank at its end, which means something to one type of text and nothing to another.
fn ends_blank(value: &Bind) -> bool {
    let mut bytes = BytesMut::new();
    value.bytes(&mut bytes) && bytes.last() == Some(&b' ')
}

/// A child that belongs to another parent, or to none.
fn stranger<P: Model, C: Keyed, K>(relation: &Related<P, C, K>, place: ChildPosition) -> Error {
    let (child, parent) = (C::TABLE, P::TABLE);
    let columns = relation.path.compared().join(", ");
    let text = format!(
        "the row {} of `{}` that was made for row {} of `{}` does not belong to it: set its `{columns}` from the row that \
         the closure is given",
        place.child, child.name, place.parent, parent.name,
    );
    Error::new(ErrorKind::InvalidStatement, text).in_statement("insert into", Some(child.name))
}

//! The relations of a nested insert: one, and several side by side.

use std::{fmt, future::Future};

use super::{
    child::{Children, LevelRows, NestedOf, store},
    foreign_key::ParentsAndChildren,
    junction_row::link,
    link_column::{LinkColumns, refused},
};
use crate::{
    error::{Error, ErrorKind, Result},
    executor::Executor,
    model::{Keyed, Model},
    relation::{Related, StoredAfter, load::too_few_rows},
};

/// One relation of a nested insert, and the closure that makes its rows.
#[doc(hidden)]
pub struct NestedRelation<'f, P, C, K, I> {
    relation: Related<P, C, K>,
    closure: Closure<'f, P, I>,
}

/// The closure that makes the rows of a parent.
enum Closure<'f, P, I> {
    /// It is called for one parent.
    Once(Option<Box<dyn FnOnce(&P, usize) -> I + Send + 'f>>),
    /// It is called for any number of parents.
    Each(Box<dyn FnMut(&P, usize) -> I + Send + 'f>),
}

impl<P, I> Closure<'_, P, I> {
    fn rows(&mut self, parent: &P, number: usize) -> Result<I> {
        match self {
            Self::Once(closure) => Ok(closure.take().ok_or_else(too_few_rows)?(parent, number)),
            Self::Each(closure) => Ok(closure(parent, number)),
        }
    }
}

impl<P, C, K, I> fmt::Debug for NestedRelation<'_, P, C, K, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NestedRelation").finish_non_exhaustive()
    }
}

impl<'f, P, C, K, I> NestedRelation<'f, P, C, K, I> {
    /// Its closure is called for each parent.
    pub(super) fn each(relation: Related<P, C, K>, closure: impl FnMut(&P, usize) -> I + Send + 'f) -> Self {
        Self { relation, closure: Closure::Each(Box::new(closure)) }
    }

    /// Its closure is called once, for the only parent.
    pub(super) fn once(relation: Related<P, C, K>, closure: impl FnOnce(&P, usize) -> I + Send + 'f) -> Self {
        Self { relation, closure: Closure::Once(Some(Box::new(closure))) }
    }
}

/// One relation of a nested insert.
#[doc(hidden)]
pub trait InsertNested<P>: Send + Sized {
    /// What a parent gets.
    type Output: Send;

    /// Refuses a relation that cannot be stored, before any I/O.
    fn check(&self) -> Result<()>;

    /// Inserts the rows that belong to `parents`: those of the first parents are made by the first of `groups`, which
    /// has their number, and so on.
    fn write<E: Executor>(
        groups: Vec<(Self, usize)>,
        parents: &[P],
        db: &E,
    ) -> impl Future<Output = Result<Vec<Self::Output>>> + Send;
}

/// The relations of a nested insert: `()` for none, or a tuple of up to eight.
pub trait NestedRelations<M>: Send + Sized {
    /// The row with them: a tuple.
    type Output: Send;

    /// Refuses a relation that cannot be stored, before any I/O.
    #[doc(hidden)]
    fn check(&self) -> Result<()>;

    /// Inserts the rows that belong to `rows`: those of the first rows are made by the first of `groups`, which has
    /// their number, and so on.
    #[doc(hidden)]
    fn write<E: Executor>(
        groups: Vec<(Self, usize)>,
        rows: Vec<M>,
        db: &E,
    ) -> impl Future<Output = Result<Vec<Self::Output>>> + Send;
}

impl<M: Send> NestedRelations<M> for () {
    type Output = M;

    fn check(&self) -> Result<()> {
        Ok(())
    }

    async fn write<E: Executor>(_: Vec<(Self, usize)>, rows: Vec<M>, _: &E) -> Result<Vec<M>> {
        Ok(rows)
    }
}

macro_rules! branches {
    ($($($part:ident $value:ident)+;)+) => { $(
        impl<M: Model, $($part: InsertNested<M>),+> NestedRelations<M> for ($($part,)+) {
            type Output = (M, $($part::Output,)+);

            fn check(&self) -> Result<()> {
                let ($($value,)+) = self;
                $($value.check()?;)+
                Ok(())
            }

            async fn write<E: Executor>(
                groups: Vec<(Self, usize)>,
                rows: Vec<M>,
                db: &E,
            ) -> Result<Vec<Self::Output>> {
                $(let mut $value = Vec::with_capacity(groups.len());)+
                for (group, count) in groups {
                    #[expect(non_snake_case, reason = "the variables are named like the types")]
                    let ($($part,)+) = group;
                    $($value.push(($part, count));)+
                }
                let nest!($($value)+) = all!($($part::write($value, &rows, db)),+)?;
                zip_rows!(rows, $($value)+)
            }
        }
    )+ };
}
branches! {
    A a; A a B b; A a B b C c; A a B b C c D d; A a B b C c D d F f; A a B b C c D d F f G g;
    A a B b C c D d F f G g H h; A a B b C c D d F f G g H h I i;
}

/// The rows that the closures of one level made.
struct MadeRows<C: Model, I: Children<C>> {
    level: LevelRows<C>,
    /// How many children each parent gets.
    counts: Vec<usize>,
    nested: Vec<(NestedOf<C, I>, usize)>,
}

/// Calls the closures, each for its parents.
fn make<P: Model, C: Model, K: StoredAfter, I: Children<C>>(
    groups: &mut [(NestedRelation<'_, P, C, K, I>, usize)],
    parents: &[P],
) -> Result<MadeRows<C, I>> {
    let mut made = MadeRows { level: LevelRows::default(), counts: Vec::with_capacity(parents.len()), nested: vec![] };
    let mut parents = parents.iter();
    for (relation, count) in groups {
        for (n, parent) in parents.by_ref().take(*count).enumerate() {
            let (count, nested) = relation.closure.rows(parent, n)?.add(&mut made.level);
            // Before anything of this level is stored: `has_one` takes at most one row.
            K::gather::<P, C, ()>(vec![(); count])?;
            nested.check()?;
            made.counts.push(count);
            made.nested.push((nested, count));
        }
    }
    Ok(made)
}

impl<P, C, K, I> InsertNested<P> for NestedRelation<'_, P, C, K, I>
where
    P: Model,
    C: Keyed,
    K: StoredAfter,
    I: Children<C>,
{
    type Output = K::Of<I::Output>;

    fn check(&self) -> Result<()> {
        let refused = |text: String| refused(text).in_statement("insert into", Some(C::TABLE.name));
        if let Some(clause) = self.relation.query.ast.clauses().next() {
            let text = "a relation in a nested insert takes no clauses: remove its";
            return Err(refused(format!("{text} `{}`", clause.method())));
        }
        match LinkColumns::of(&self.relation.path) {
            Some(ends) => ends.refused().map_or(Ok(()), |text| Err(refused(text))),
            None if I::EXISTING => {
                let text = "`linked` rows need a relation through a junction table: the rows of this one refer to their parent themselves";
                Err(refused(text.into()))
            }
            None => Ok(()),
        }
    }

    async fn write<E: Executor>(mut groups: Vec<(Self, usize)>, parents: &[P], db: &E) -> Result<Vec<Self::Output>> {
        let MadeRows { level, counts, nested } = make(&mut groups, parents)?;
        let relations = groups.into_iter().map(|(nested, count)| (nested.relation, count)).collect::<Vec<_>>();
        let level_rows = ParentsAndChildren { relations: &relations, parents, counts: &counts };
        let (existing, insert) = level.finish();
        let rows = if I::EXISTING { existing } else { store(insert, db).await? };
        level_rows.check(&rows, db).await?;
        if let Some(links) = link(level_rows.paths(), &rows)? {
            let stored = db.execute(&links).await?;
            if !I::EXISTING && stored != rows.len() as u64 {
                return Err(fewer_links(stored, rows.len(), links.table));
            }
        }
        // On the heap: otherwise the future would grow with each level.
        let mut stored = Box::pin(NestedOf::<C, I>::write(nested, rows, db)).await?.into_iter();
        let dealt = counts.into_iter().map(|count| K::gather::<P, C, _>(stored.by_ref().take(count).collect()));
        dealt.collect()
    }
}

/// An error: new rows were linked with new ones, so each link must be new.
fn fewer_links(stored: u64, given: usize, table: Option<&'static str>) -> Error {
    let text = format!("{stored} of {given} links were stored: a trigger or a rule skipped the others");
    Error::new(ErrorKind::NotFound, text).in_statement("insert into", table)
}

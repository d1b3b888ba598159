//! One relation of rows that are stored, and several side by side.

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
    relation::{Related, StoredAfter, load::fewer},
};

/// One relation of rows that are stored, and what makes its rows.
#[doc(hidden)]
pub struct NestedRelation<'f, P, C, K, I> {
    relation: Related<P, C, K>,
    make: Make<'f, P, I>,
}

/// A closure that makes the rows of a parent.
enum Make<'f, P, I> {
    /// Of one parent.
    Once(Option<Box<dyn FnOnce(&P, usize) -> I + Send + 'f>>),
    /// Of any number.
    Each(Box<dyn FnMut(&P, usize) -> I + Send + 'f>),
}

impl<P, I> Make<'_, P, I> {
    fn rows(&mut self, parent: &P, number: usize) -> Result<I> {
        match self {
            Self::Once(make) => Ok(make.take().ok_or_else(fewer)?(parent, number)),
            Self::Each(make) => Ok(make(parent, number)),
        }
    }
}

impl<P, C, K, I> fmt::Debug for NestedRelation<'_, P, C, K, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NestedRelation").finish_non_exhaustive()
    }
}

impl<'f, P, C, K, I> NestedRelation<'f, P, C, K, I> {
    pub(super) fn new(relation: Related<P, C, K>, make: impl FnMut(&P, usize) -> I + Send + 'f) -> Self {
        Self { relation, make: Make::Each(Box::new(make)) }
    }

    /// Of a parent that is the only one.
    pub(super) fn once(relation: Related<P, C, K>, make: impl FnOnce(&P, usize) -> I + Send + 'f) -> Self {
        Self { relation, make: Make::Once(Some(Box::new(make))) }
    }
}

/// One relation of rows that are stored.
#[doc(hidden)]
pub trait InsertNested<P>: Send + Sized {
    /// What a parent gets.
    type Output: Send;

    /// Refuses what cannot be stored.
    fn check(&self) -> Result<()>;

    /// Stores what belongs to `parents`: to the first so many what the first of `groups` makes, and so on.
    fn write<E: Executor>(
        groups: Vec<(Self, usize)>,
        parents: &[P],
        db: &E,
    ) -> impl Future<Output = Result<Vec<Self::Output>>> + Send;
}

/// The relations of rows that are stored: `()` for none, or a tuple of up to eight.
pub trait NestedRelations<M>: Send + Sized {
    /// What a row becomes with them.
    type Output: Send;

    /// Refuses what cannot be stored.
    #[doc(hidden)]
    fn check(&self) -> Result<()>;

    /// Stores what belongs to `rows`: to the first so many what the first of `groups` makes, and so on.
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
                $(let mut $value = $value.into_iter();)+
                let mut stored = Vec::with_capacity(rows.len());
                for row in rows {
                    let ($(Some($value),)+) = ($($value.next(),)+) else { return Err(fewer()) };
                    stored.push((row, $($value,)+));
                }
                Ok(stored)
            }
        }
    )+ };
}
branches! {
    A a; A a B b; A a B b C c; A a B b C c D d; A a B b C c D d F f; A a B b C c D d F f G g;
    A a B b C c D d F f G g H h; A a B b C c D d F f G g H h I i;
}

/// What the closures of one level gave.
struct Made<C: Model, I: Children<C>> {
    level: LevelRows<C>,
    /// How many children each parent gets.
    counts: Vec<usize>,
    rest: Vec<(NestedOf<C, I>, usize)>,
}

/// Calls the closures, each for its parents.
fn make<P: Model, C: Model, K: StoredAfter, I: Children<C>>(
    groups: &mut [(NestedRelation<'_, P, C, K, I>, usize)],
    parents: &[P],
) -> Result<Made<C, I>> {
    let mut made = Made { level: LevelRows::default(), counts: Vec::with_capacity(parents.len()), rest: vec![] };
    let mut parents = parents.iter();
    for (branch, count) in groups {
        for (n, parent) in parents.by_ref().take(*count).enumerate() {
            let (count, rest) = branch.make.rows(parent, n)?.add(&mut made.level);
            // Before anything is stored: a relation to one takes one.
            K::gather::<P, C, ()>(vec![(); count])?;
            rest.check()?;
            made.counts.push(count);
            made.rest.push((rest, count));
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
                let text = "`linked` rows need a relation through a table: others refer to their parent themselves";
                Err(refused(text.into()))
            }
            None => Ok(()),
        }
    }

    async fn write<E: Executor>(mut groups: Vec<(Self, usize)>, parents: &[P], db: &E) -> Result<Vec<Self::Output>> {
        let Made { level, counts, rest } = make(&mut groups, parents)?;
        let relations = groups.into_iter().map(|(branch, count)| (branch.relation, count)).collect::<Vec<_>>();
        let families = ParentsAndChildren { relations: &relations, parents, counts: &counts };
        let (there, insert) = level.finish();
        let rows = if I::EXISTING { there } else { store(insert, db).await? };
        families.check(&rows, db).await?;
        if let Some(links) = link(families.paths(), &rows)? {
            let stored = db.execute(&links).await?;
            if !I::EXISTING && stored != rows.len() as u64 {
                return Err(fewer_links(stored, rows.len(), links.table));
            }
        }
        // On the heap, or the future would grow with each level.
        let mut stored = Box::pin(NestedOf::<C, I>::write(rest, rows, db)).await?.into_iter();
        let dealt = counts.into_iter().map(|count| K::gather::<P, C, _>(stored.by_ref().take(count).collect()));
        dealt.collect()
    }
}

/// New rows are linked with new ones, so each link is new.
fn fewer_links(stored: u64, given: usize, table: Option<&'static str>) -> Error {
    let text = format!("{stored} of {given} links were stored: a trigger or a rule left the others out");
    Error::new(ErrorKind::NotFound, text).in_statement("insert into", table)
}

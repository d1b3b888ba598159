//! Loading: one statement a relation, whose rows are dealt out to the parents by number.

use super::{
    Loads,
    key::{LookupKeys, ParentKeys},
    owner::{OwnerColumn, RowsByOwner, deal},
};
use crate::{
    ast,
    error::Result,
    executor::Executor,
    model::Model,
    query::{Subquery, select_statement},
    relation::{
        AtMostOne, Kind, Many, MaybeOne, One, Recursive, Related, Relation,
        kind::{SharedRows, UnsharedRows},
    },
    row::FromRow,
};

/// Runs `query`, whose rows begin with what says which key they belong to, and returns the place of that key for each.
pub(super) async fn placed<T: FromRow>(
    query: &ast::Select,
    pairing: OwnerColumn,
    db: &impl Executor,
) -> Result<(Vec<usize>, Vec<T>)> {
    let statement = select_statement(query)?;
    let mut rows = RowsByOwner::new(pairing);
    db.fetch(&statement, &mut rows).await?;
    Ok((rows.places, rows.rows))
}

/// Loads the rows and what belongs to them, and deals them out to the keys. Its callers put it on the heap: the future of a
/// query would grow with each level otherwise.
pub(crate) async fn rows_of_keys<P, C, K, Out, L>(
    relation: Related<P, C, K, Out, L>,
    asked: LookupKeys,
    db: &impl Executor,
) -> Result<Vec<Vec<L::Output>>>
where
    P: Model,
    C: Model,
    Out: FromRow,
    L: Loads<Out>,
{
    let count = asked.len();
    let Related { path, query, loads, .. } = relation;
    let timeout = query.ast.timeout;
    let Some((mut query, pairing)) = path.paired(query.into_ast(), asked) else { return deal(&[], vec![], count) };
    query.timeout = timeout;
    let (places, rows) = placed::<Out>(&query, pairing, db).await?;
    deal(&places, loads.load(rows, db).await?, count)
}

/// What each key gets where no two parents share a row; nothing belongs to a missing key.
pub(crate) async fn own_by_keys<P, C, K, Out, L>(
    relation: Related<P, C, K, Out, L>,
    keys: ParentKeys,
    db: &impl Executor,
) -> Result<Vec<K::Of<L::Output>>>
where
    P: Model,
    C: Model,
    K: UnsharedRows,
    Out: FromRow,
    L: Loads<Out>,
{
    let (there, asked) = keys.each();
    let mut rows = Box::pin(rows_of_keys(relation, asked, db)).await?.into_iter();
    let rows = there.into_iter().map(|it| if it { rows.next() } else { None }.unwrap_or_default());
    rows.map(K::gather::<P, C, _>).collect()
}

/// What each key gets where several parents may have the same row: it is read once.
pub(crate) async fn shared_by_keys<P, C, K, Out, L>(
    relation: Related<P, C, K, Out, L>,
    keys: ParentKeys,
    db: &impl Executor,
) -> Result<Vec<K::Of<L::Output>>>
where
    P: Model,
    C: Model,
    K: SharedRows,
    Out: FromRow,
    L: Loads<Out>,
    L::Output: Clone,
{
    let (of_row, asked) = keys.distinct();
    let rows = Box::pin(rows_of_keys(relation, asked, db)).await?;
    let of_key = |key: Option<usize>| key.and_then(|it| rows.get(it)).map_or(&[][..], Vec::as_slice);
    of_row.into_iter().map(|key| K::share::<P, C, _>(of_key(key))).collect()
}

macro_rules! relations {
    ($([$($param:ident)?] $kind:ty => $load:ident $(where $clone:ident)?;)+) => { $(
        impl<P: Model, C: Model, $($param: 'static,)? Out: FromRow, L: Loads<Out>> Relation for Related<P, C, $kind, Out, L>
        $(where L::Output: $clone)?
        {
            type Parent = P;
            type Output = <$kind as Kind>::Of<L::Output>;

            async fn load<E: Executor>(self, parents: &[P], db: &E) -> Result<Vec<Self::Output>> {
                let keys = ParentKeys::of(&self.path, parents);
                $load(self, keys, db).await
            }
        }
    )+ };
}
relations! {
    [V] Many<V> => own_by_keys;
    [] Recursive => own_by_keys;
    [] AtMostOne => own_by_keys;
    [] One => shared_by_keys where Clone;
    [] MaybeOne => shared_by_keys where Clone;
}

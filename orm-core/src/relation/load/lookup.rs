//! Loads one relation for any number of parents: runs its statement and gives each parent its rows.

use super::{
    Loads,
    key::{LookupKeys, ParentKeys},
    owner::{OwnerColumn, RowsByOwner, split_by_owner},
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

/// Runs `query`, whose first column says which key a row belongs to, and returns the position of that key for each row.
pub(super) async fn fetch_with_owners<T: FromRow>(
    query: &ast::Select,
    owner: OwnerColumn,
    db: &impl Executor,
) -> Result<(Vec<usize>, Vec<T>)> {
    let statement = select_statement(query)?;
    let mut rows = RowsByOwner::new(owner);
    db.fetch(&statement, &mut rows).await?;
    Ok((rows.owners, rows.rows))
}

/// Loads the rows of each key, with the relations of the next level. Callers put it on the heap: otherwise the future
/// of a query would grow with each level.
pub(crate) async fn rows_of_keys<P, C, K, Out, L>(
    relation: Related<P, C, K, Out, L>,
    keys: LookupKeys,
    db: &impl Executor,
) -> Result<Vec<Vec<L::Output>>>
where
    P: Model,
    C: Model,
    Out: FromRow,
    L: Loads<Out>,
{
    let count = keys.len();
    let Related { path, query, loads, .. } = relation;
    let timeout = query.ast.timeout;
    let Some((mut query, owner)) = path.load_statement(query.into_ast(), keys) else {
        return split_by_owner(&[], vec![], count);
    };
    query.timeout = timeout;
    let (owners, rows) = fetch_with_owners::<Out>(&query, owner, db).await?;
    split_by_owner(&owners, loads.load(rows, db).await?, count)
}

/// Returns the rows of each key, if no two parents share a row. No row belongs to a missing key.
pub(crate) async fn unshared_rows<P, C, K, Out, L>(
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
    let (present, keys) = keys.each();
    let mut rows = Box::pin(rows_of_keys(relation, keys, db)).await?.into_iter();
    let rows = present.into_iter().map(|it| if it { rows.next() } else { None }.unwrap_or_default());
    rows.map(K::gather::<P, C, _>).collect()
}

/// Returns the rows of each key, if several parents may share a row: it is read once and cloned.
pub(crate) async fn shared_rows<P, C, K, Out, L>(
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
    let (key_of_row, keys) = keys.distinct();
    let rows = Box::pin(rows_of_keys(relation, keys, db)).await?;
    let of_key = |key: Option<usize>| key.and_then(|it| rows.get(it)).map_or(&[][..], Vec::as_slice);
    key_of_row.into_iter().map(|key| K::share::<P, C, _>(of_key(key))).collect()
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
    [V] Many<V> => unshared_rows;
    [] Recursive => unshared_rows;
    [] AtMostOne => unshared_rows;
    [] One => shared_rows where Clone;
    [] MaybeOne => shared_rows where Clone;
}

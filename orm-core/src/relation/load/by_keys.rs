//! Loading: one statement a relation, whose rows are dealt out to the parents by number.

use std::future::Future;

use super::{
    Counted, Found,
    keys::{Asked, Keys},
    pairing::{Pairing, Placed, deal},
};
use crate::{
    ast,
    error::{Error, ErrorKind, Result},
    executor::Executor,
    model::Model,
    query::{Subquery, select_statement},
    relation::{
        AtMostOne, Deep, Kind, Many, MaybeOne, One, Related, Relation,
        kind::{Own, Shared},
    },
    row::FromRow,
};

/// Loads a relation for rows that are at hand, and pairs each row with what belongs to it.
///
/// Round trips: 1 for each level of the relation; none for no rows.
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// let users = User::query().all(&db).await?;
/// for (user, posts) in load(&users, User::posts(), &db).await? {
///     println!("{} wrote {} posts", user.name, posts.len());
/// }
/// # Ok(()) }
/// ```
///
/// # Errors
/// As for [`all`](crate::query::Select::all).
pub async fn load<'p, R: Relation>(
    parents: &'p [R::Parent],
    relation: R,
    db: &impl Executor,
) -> Result<Vec<(&'p R::Parent, R::Output)>> {
    let loaded = relation.load(parents, db).await?;
    Ok(parents.iter().zip(loaded).collect())
}

/// The relations asked for along with rows `T`: `()` for none, or a tuple of up to eight.
pub trait Loads<T>: Clone + Send {
    /// What a row becomes with them.
    type Output: Send;

    /// Loads them for `rows`.
    #[doc(hidden)]
    fn load<E: Executor>(self, rows: Vec<T>, db: &E) -> impl Future<Output = Result<Vec<Self::Output>>> + Send;
}

impl<T: Send> Loads<T> for () {
    type Output = T;

    async fn load<E: Executor>(self, rows: Vec<T>, _: &E) -> Result<Vec<T>> {
        Ok(rows)
    }
}

macro_rules! loads {
    ($($($part:ident $value:ident)+;)+) => { $(
        impl<M: Model, $($part: Relation<Parent = M>),+> Loads<M> for ($($part,)+) {
            type Output = (M, $($part::Output,)+);

            #[expect(non_snake_case, reason = "the variables are named like the types")]
            async fn load<E: Executor>(self, rows: Vec<M>, db: &E) -> Result<Vec<Self::Output>> {
                let ($($part,)+) = self;
                let nest!($($value)+) = all!($($part.load(&rows, db)),+)?;
                $(let mut $value = $value.into_iter();)+
                let mut loaded = Vec::with_capacity(rows.len());
                for row in rows {
                    let ($(Some($value),)+) = ($($value.next(),)+) else { return Err(fewer()) };
                    loaded.push((row, $($value,)+));
                }
                Ok(loaded)
            }
        }
    )+ };
}
loads! {
    A a; A a B b; A a B b C c; A a B b C c D d; A a B b C c D d F f; A a B b C c D d F f G g;
    A a B b C c D d F f G g H h; A a B b C c D d F f G g H h I i;
}

pub(crate) fn fewer() -> Error {
    Error::new(ErrorKind::Decode, "a relation was loaded for fewer rows than asked")
}

/// Runs `query`, whose rows begin with what says which key they belong to, and returns the place of that key for each.
async fn placed<T: FromRow>(query: &ast::Select, pairing: Pairing, db: &impl Executor) -> Result<(Vec<usize>, Vec<T>)> {
    let statement = select_statement(query)?;
    let mut rows = Placed::new(pairing);
    db.fetch(&statement, &mut rows).await?;
    Ok((rows.places, rows.rows))
}

/// Loads the rows and what belongs to them, and deals them out to the keys. Its callers put it on the heap: the future of a
/// query would grow with each level otherwise.
pub(crate) async fn rows_of_keys<P, C, K, Out, L>(
    relation: Related<P, C, K, Out, L>,
    asked: Asked,
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
    keys: Keys,
    db: &impl Executor,
) -> Result<Vec<K::Of<L::Output>>>
where
    P: Model,
    C: Model,
    K: Own,
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
    keys: Keys,
    db: &impl Executor,
) -> Result<Vec<K::Of<L::Output>>>
where
    P: Model,
    C: Model,
    K: Shared,
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
                let keys = Keys::of(&self.path, parents);
                $load(self, keys, db).await
            }
        }
    )+ };
}
relations! {
    [V] Many<V> => own_by_keys;
    [] Deep => own_by_keys;
    [] AtMostOne => own_by_keys;
    [] One => shared_by_keys where Clone;
    [] MaybeOne => shared_by_keys where Clone;
}

impl<P: Model, C: Model> Relation for Counted<P, C> {
    type Parent = P;
    type Output = i64;

    async fn load<E: Executor>(self, parents: &[P], db: &E) -> Result<Vec<i64>> {
        let (there, asked) = Keys::of(&self.path, parents).each();
        let mut counts = vec![0; asked.len()];
        let timeout = self.query.timeout;
        if let Some(mut query) = self.path.counted(self.query, asked.into_binds()) {
            query.timeout = timeout;
            let (numbers, found) = placed::<i64>(&query, Pairing::Number, db).await?;
            for (number, count) in numbers.into_iter().zip(found) {
                *counts.get_mut(number).ok_or_else(fewer)? = count;
            }
        }
        let mut counts = counts.into_iter();
        Ok(there.into_iter().map(|it| if it { counts.next() } else { None }.unwrap_or_default()).collect())
    }
}

impl<P: Model, C: Model> Relation for Found<P, C> {
    type Parent = P;
    type Output = bool;

    async fn load<E: Executor>(self, parents: &[P], db: &E) -> Result<Vec<bool>> {
        let counts = self.0.load(parents, db).await?;
        Ok(counts.into_iter().map(|it| it > 0).collect())
    }
}

//! The relations of one level: loaded at the same time, and put next to their rows.

use std::future::Future;

use crate::{
    error::{Error, ErrorKind, Result},
    executor::Executor,
    model::Model,
    relation::Relation,
};

/// Loads a relation for rows that were read before, and returns each row with its related rows.
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

/// The relations that are loaded with rows `T`: `()` for none, or a tuple of up to eight.
pub trait Loads<T>: Clone + Send {
    /// The row with them: a tuple.
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
                zip_rows!(rows, $($value)+)
            }
        }
    )+ };
}
loads! {
    A a; A a B b; A a B b C c; A a B b C c D d; A a B b C c D d F f; A a B b C c D d F f G g;
    A a B b C c D d F f G g H h; A a B b C c D d F f G g H h I i;
}

/// A bug of the library or of an executor: every row must get a value of each relation.
pub(crate) fn too_few_rows() -> Error {
    Error::new(ErrorKind::Decode, "a relation was loaded for fewer rows than there are")
}

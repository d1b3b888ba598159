//! The rows that a closure of a nested insert may return: new rows, new rows with children, or existing rows to link.

use std::fmt;

use super::{NestedRelation, NestedRelations};
use crate::{
    error::{Error, ErrorKind, Result},
    executor::Executor,
    model::{ColumnBuffers, Insertable, Keyed, Model, Writable},
    query::{Insert, ManyRows},
    relation::{AddRelation, Related, StoredAfter},
};

/// The rows of one level, of all parents.
#[doc(hidden)]
pub struct LevelRows<C> {
    new: ColumnBuffers,
    existing: Vec<C>,
}

impl<C> Default for LevelRows<C> {
    fn default() -> Self {
        Self { new: ColumnBuffers::default(), existing: vec![] }
    }
}

impl<C> fmt::Debug for LevelRows<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LevelRows").finish_non_exhaustive()
    }
}

impl<C: Model> LevelRows<C> {
    fn push_all<R: Insertable<C>>(&mut self, rows: impl IntoIterator<Item = R>) -> usize {
        let rows = rows.into_iter().map(|row| self.new.push(row));
        rows.count()
    }

    /// Returns the existing rows, and the insert of the new ones.
    pub(super) fn finish(self) -> (Vec<C>, Insert<C, C, ManyRows>) {
        (self.existing, Insert::new(C::TABLE, self.new.finish(C::TABLE)))
    }
}

/// Inserts rows; it is an error if fewer are stored than were given. Children and their parents would not match any
/// more.
pub(super) async fn store<C: Model, N>(insert: Insert<C, C, N>, db: &impl Executor) -> Result<Vec<C>> {
    let given = insert.given();
    let stored = insert.all(db).await?;
    if stored.len() != given {
        let text = format!("{} of {given} rows were stored: a trigger or a rule skipped the others", stored.len());
        return Err(Error::new(ErrorKind::NotFound, text).in_statement("insert into", Some(C::TABLE.name)));
    }
    Ok(stored)
}

/// The relations nested in rows of the type `I`.
#[doc(hidden)]
pub type NestedOf<C, I> = <I as Children<C>>::Nested;

/// The rows of `C` that a parent gets: anything that iterates over rows to insert (a `Vec`, an array, an `Option`),
/// [`children`] for rows that have children, [`linked`] for rows that exist already.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a collection of rows to insert as `{C}`",
    label = "expected a `Vec`, an array or an `Option` of new rows of `{C}`",
    note = "put a single row in brackets: `[NewPost::new(..)]`; use `children(..)` to nest further, and `linked(..)` for rows that exist already"
)]
pub trait Children<C: Model>: Sized {
    /// What a parent gets for each row.
    type Output: Send;
    /// The relations of each row, which are inserted after it.
    #[doc(hidden)]
    type Nested: NestedRelations<C, Output = Self::Output>;
    /// Whether the rows exist already.
    #[doc(hidden)]
    const EXISTING: bool = false;

    /// Adds the rows to a level, and returns their number.
    #[doc(hidden)]
    fn add(self, level: &mut LevelRows<C>) -> (usize, Self::Nested);
}

impl<C: Writable, I: IntoIterator> Children<C> for I
where
    I::Item: Insertable<C>,
{
    type Output = C;
    type Nested = ();

    fn add(self, level: &mut LevelRows<C>) -> (usize, ()) {
        (level.push_all(self), ())
    }
}

/// Rows to insert that have children: made by [`children`].
#[must_use = "nothing is stored unless a closure of `with` returns it"]
pub struct NewChildren<I, L = ()> {
    rows: I,
    relations: L,
}

impl<I, L> fmt::Debug for NewChildren<I, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewChildren").finish_non_exhaustive()
    }
}

/// Nests further: `with` adds the rows that belong to each of `rows`.
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// let (ann, posts): (User, Vec<(Post, Vec<Comment>)>) = User::insert(NewUser::new("ann@example.org", "Ann"))
///     .with(User::posts(), |ann| {
///         children([NewPost::new(ann.id, "One"), NewPost::new(ann.id, "Two")])
///             .with(Post::comments(), |post| [NewComment::new(post.id, "First!")])
///     })
///     .one(&db)
///     .await?;
/// # Ok(()) }
/// ```
pub fn children<I: IntoIterator>(rows: I) -> NewChildren<I> {
    NewChildren { rows, relations: () }
}

impl<I: IntoIterator, L> NewChildren<I, L> {
    /// Also inserts rows that belong to each of these rows, like [`Insert::with`].
    ///
    /// ```
    /// # use blog::*;
    /// let insert = User::insert(NewUser::new("ann@example.org", "Ann")).with(User::posts(), |ann| {
    ///     children([NewPost::new(ann.id, "One")])
    ///         .with(Post::comments(), |post| ["First!", "Second"].map(|body| NewComment::new(post.id, body)))
    ///         .with(Post::tags(), |_| [NewTag::new("rust")])
    /// });
    /// ```
    pub fn with<'f, C, D, K, J, F>(
        self,
        relation: Related<C, D, K>,
        mut children: F,
    ) -> NewChildren<I, <L as AddRelation<NestedRelation<'f, C, D, K, J>>>::Output>
    where
        I::Item: Insertable<C>,
        C: Model,
        D: Keyed,
        K: StoredAfter,
        J: Children<D>,
        F: FnMut(&C) -> J + Send + 'f,
        L: AddRelation<NestedRelation<'f, C, D, K, J>>,
    {
        self.with_nth(relation, move |row, _| children(row))
    }

    /// Like [`with`](Self::with); the closure also gets the number of the row among these rows, from zero.
    ///
    /// ```
    /// # use blog::*;
    /// let drafts = [("One", ["First!", "Second"]), ("Two", ["Well said", "Hear, hear"])];
    /// let insert = User::insert(NewUser::new("ann@example.org", "Ann")).with(User::posts(), |ann| {
    ///     children(drafts.map(|(title, _)| NewPost::new(ann.id, title)))
    ///         .with_nth(Post::comments(), |post, n| drafts[n].1.map(|body| NewComment::new(post.id, body)))
    /// });
    /// ```
    pub fn with_nth<'f, C, D, K, J, F>(
        self,
        relation: Related<C, D, K>,
        children: F,
    ) -> NewChildren<I, <L as AddRelation<NestedRelation<'f, C, D, K, J>>>::Output>
    where
        I::Item: Insertable<C>,
        C: Model,
        D: Keyed,
        K: StoredAfter,
        J: Children<D>,
        F: FnMut(&C, usize) -> J + Send + 'f,
        L: AddRelation<NestedRelation<'f, C, D, K, J>>,
    {
        NewChildren { rows: self.rows, relations: self.relations.push(NestedRelation::each(relation, children)) }
    }
}

#[diagnostic::do_not_recommend]
impl<C: Writable, I: IntoIterator, L: NestedRelations<C>> Children<C> for NewChildren<I, L>
where
    I::Item: Insertable<C>,
{
    type Output = L::Output;
    type Nested = L;

    fn add(self, level: &mut LevelRows<C>) -> (usize, L) {
        (level.push_all(self.rows), self.relations)
    }
}

/// Existing rows to link with a row that is inserted: made by [`linked`].
#[derive(Debug, Clone)]
#[must_use = "nothing is linked unless a closure of `with` returns it"]
pub struct Linked<C>(Vec<C>);

/// Links the inserted row with `rows`, which exist already. For relations `through` a junction table.
///
/// The closure of an insert of one row is called once, so it can move its rows: `|_| linked(tags)`. One that is called
/// for each of many rows, of `insert_many` or of [`children`], has to clone them: `|_| linked(tags.clone())`. Otherwise
/// the compiler says that `tags` cannot be moved out of an `FnMut` closure (E0507).
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// let ann = User::get(7).one(&db).await?;
/// let rust = Tag::query().filter(|t| t.name.eq("rust")).all(&db).await?;
/// let (post, tags): (Post, Vec<Tag>) =
///     Post::insert(NewPost::new(ann.id, "One")).with(Post::tags(), |_| linked(rust.clone())).one(&db).await?;
/// # Ok(()) }
/// ```
pub fn linked<C>(rows: impl IntoIterator<Item = C>) -> Linked<C> {
    Linked(rows.into_iter().collect())
}

#[diagnostic::do_not_recommend]
impl<C: Model> Children<C> for Linked<C> {
    type Output = C;
    type Nested = ();
    const EXISTING: bool = true;

    fn add(self, level: &mut LevelRows<C>) -> (usize, ()) {
        let count = self.0.len();
        level.existing.extend(self.0);
        (count, ())
    }
}

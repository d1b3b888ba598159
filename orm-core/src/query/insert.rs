//! INSERT and upsert.

use std::fmt;

use super::{Insert, OneRow};

use crate::{
    ast::{ConflictAction, ConflictTarget, EXCLUDED, InsertSource, OnConflict},
    expr::{Cond, IntoAssignments, IntoFilter, Origin, Present, SelectList, Selection},
    model::Model,
    schema::Constraint,
};

impl<M: Model, Out, N> Insert<M, Out, N> {
    /// Chooses what is returned of each stored row. Renders `RETURNING …`.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let posts = ["One", "Two"].map(|title| NewPost::new(1, title));
    /// let ids: Vec<i64> = Post::insert_many(posts).returning(|p| p.id).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn returning<P: Selection>(mut self, list: impl FnOnce(M::Columns<Present>) -> P) -> Insert<M, P::Output, N> {
        self.ast.returning = Some(SelectList::of(list(M::columns(Origin::new(self.ast.id, 0)))));
        self.retype()
    }

    /// Makes it an upsert, which handles rows whose values in `columns` are already stored. They must be the columns, or
    /// expressions, of a unique index. Renders `ON CONFLICT ("email")`.
    ///
    /// The server looks for an index over exactly the same expressions, so a value in one is part of the text, not a bind:
    /// `|s| (s.a, s.b.coalesce(0))` renders `ON CONFLICT ("a", COALESCE(s."b", CAST('0' AS integer)))`. A value of a type
    /// that has no such constant, an array say, is an error before any I/O.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let new = NewUser { age: Some(35), ..NewUser::new("ann@example.org", "Ann") };
    /// let ann = User::insert(new).on_conflict(|u| u.email).do_update(|u, new| u.age.set(new.age)).one(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn on_conflict<P: Selection>(self, columns: impl FnOnce(M::Columns<Present>) -> P) -> Conflict<M, Out, N> {
        let columns = SelectList::of(columns(M::columns(Origin::new(self.ast.id, 0))));
        Conflict { insert: self, target: ConflictTarget::Columns(columns) }
    }

    /// Makes it an upsert, which handles rows that would violate `constraint`, for instance `User::EMAIL_KEY`.
    /// Renders `ON CONFLICT ON CONSTRAINT "users_email_key"`.
    ///
    /// A unique index that the model declares has such a constant, too. SQL cannot name it here, so the keys and the condition
    /// of the index are written instead: `ON CONFLICT ((lower(email))) WHERE deleted_at IS NULL`. The server then takes each
    /// unique index that these describe.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let new = NewUser::new("ann@example.org", "Ann");
    /// let ann = User::insert(new).on_constraint(User::EMAIL_KEY).do_update(|u, new| u.name.set(new.name)).one(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn on_constraint(self, constraint: Constraint) -> Conflict<M, Out, N> {
        Conflict { insert: self, target: ConflictTarget::Constraint(constraint.name()) }
    }

    /// Leaves out rows that would violate any unique constraint. Renders `ON CONFLICT DO NOTHING`.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let stored = User::insert(NewUser::new("ann@example.org", "Ann")).on_any_conflict_do_nothing().execute(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn on_any_conflict_do_nothing(self) -> Self {
        Conflict { insert: self, target: ConflictTarget::Any }.do_nothing()
    }

    /// Updates only those conflicting rows for which the condition holds; the others stay and are not returned. After
    /// [`do_update`](Conflict::do_update); before it, it is an error. The first argument is the stored row, the second the proposed one.
    /// Renders `DO UPDATE SET … WHERE …`.
    ///
    /// ```
    /// # use blog::*;
    /// let upsert = User::insert(NewUser::new("ann@example.org", "Ann"))
    ///     .on_conflict(|u| u.email)
    ///     .do_update(|u, new| u.name.set(new.name))
    ///     .filter(|u, new| u.name.ne(new.name)); // an equal row is not written again
    /// ```
    pub fn filter<C: IntoFilter>(mut self, cond: impl FnOnce(M::Columns<Present>, M::Columns<Present>) -> C) -> Self {
        let (there, proposed) = self.both();
        let Some(Cond(cond)) = cond(there, proposed).into_filter() else { return self };
        match self.ast.on_conflict.as_deref_mut() {
            Some(OnConflict { action: ConflictAction::Update { filters, .. }, .. }) => filters.push(cond),
            _ => {
                self.refuse("`filter` of an insert comes after `do_update`");
            }
        }
        self
    }

    /// Marks it as having no meaning, and why. The first reason stays, whatever is called after it.
    fn refuse(&mut self, reason: &'static str) {
        self.ast.refused.get_or_insert(reason.into());
    }

    fn resolve(mut self, target: ConflictTarget, action: ConflictAction) -> Self {
        if self.ast.on_conflict.is_some() {
            self.refuse("an insert has one `ON CONFLICT`: call only one `on_conflict` method, once");
        }
        self.ast.on_conflict = Some(Box::new(OnConflict { target, action }));
        self
    }

    fn both(&self) -> (M::Columns<Present>, M::Columns<Present>) {
        let id = self.ast.id;
        (M::columns(Origin::new(id, 0)), M::columns(Origin::new(id, EXCLUDED)))
    }

    /// How many rows were given.
    pub(crate) fn given(&self) -> usize {
        self.given
    }

    /// Returns whether it is an upsert.
    pub(crate) fn is_upsert(&self) -> bool {
        self.ast.on_conflict.is_some()
    }

    /// Returns whether there is no row to insert.
    pub(super) fn is_empty(&self) -> bool {
        match &self.ast.rows {
            InsertSource::Values(rows) => rows.is_empty(),
            InsertSource::Unnest(_) => false,
        }
    }
}

/// An upsert for which it is still open what a conflict does: `do_nothing` or `do_update`.
#[must_use = "say what to do: `do_nothing()` or `do_update(..)`"]
pub struct Conflict<M, Out, N = OneRow> {
    insert: Insert<M, Out, N>,
    target: ConflictTarget,
}

impl<M: Model, Out, N> fmt::Debug for Conflict<M, Out, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conflict").field("target", &self.target).finish_non_exhaustive()
    }
}

impl<M: Model, Out, N> Conflict<M, Out, N> {
    /// Leaves the stored row unchanged. Nothing is returned for it: read with `one_or_none` or `all`.
    /// Renders `DO NOTHING`.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let new = NewUser::new("ann@example.org", "Ann");
    /// let stored: Option<User> = User::insert(new).on_conflict(|u| u.email).do_nothing().one_or_none(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn do_nothing(self) -> Insert<M, Out, N> {
        self.insert.resolve(self.target, ConflictAction::Nothing)
    }

    /// Updates the stored row. The first argument is that row, the second the proposed one:
    /// `do_update(|u, new| u.name.set(new.name))`. Renders `DO UPDATE SET …`.
    ///
    /// ```
    /// # use blog::*;
    /// let visit = User::insert(NewUser::new("ann@example.org", "Ann"))
    ///     .on_conflict(|u| u.email)
    ///     .do_update(|u, new| (u.name.set(new.name), u.score.set(u.score + 1.0)));
    /// ```
    pub fn do_update<A: IntoAssignments<M>>(
        self,
        set: impl FnOnce(M::Columns<Present>, M::Columns<Present>) -> A,
    ) -> Insert<M, Out, N> {
        let (there, proposed) = self.insert.both();
        let mut assignments = Vec::new();
        set(there, proposed).assign(&mut assignments);
        self.insert.resolve(self.target, ConflictAction::Update { set: assignments, filters: vec![] })
    }
}

//! The clauses of queries that load relations along: those of the query of their rows.

use std::fmt;

use super::With;
use crate::{
    ast::Direction,
    expr::{IntoCond, IntoFilter, IntoOrder, Selection},
    query::{Append, Maybe, On, Room, Source},
    statement::Sql,
};

/// The sources `S` with `J`, and their columns.
type Joins<S, J> = <S as Append<J>>::Output;
type Columns<S, J> = <S as Append<J>>::Columns;

impl<M, L, Row, S: Source> fmt::Display for With<M, L, Row, S> {
    /// The SQL of the rows, as [`to_sql`](Self::to_sql) has it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.query.fmt(f)
    }
}

impl<M, L, Row, S: Source> With<M, L, Row, S> {
    /// Returns the SQL of the rows and its binds. The statements of relations depend on what these find. No I/O.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().with(User::posts()).limit(10);
    /// assert!(query.to_sql().text.ends_with(r#"FROM "users" AS t0 LIMIT $1"#));
    /// ```
    #[must_use]
    pub fn to_sql(&self) -> Sql {
        self.query.to_sql()
    }

    /// Keeps the rows for which the condition holds; an `Option` of one where it is `Some`. Renders `WHERE …`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().with(User::posts()).filter(|u| u.age.ge(18));
    /// ```
    pub fn filter<C: IntoFilter>(mut self, cond: impl FnOnce(S::Columns) -> C) -> Self {
        self.query = self.query.filter(cond);
        self
    }

    /// Sorts the rows. Renders `ORDER BY …`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().with(User::posts()).order_by(|u| u.name.asc());
    /// ```
    pub fn order_by<O: IntoOrder>(mut self, order: impl FnOnce(S::Columns) -> O) -> Self {
        self.query = self.query.order_by(order);
        self
    }

    /// Sorts by a column that is known only at run time, as [`Select::order_by_name`](crate::query::Select::order_by_name)
    /// does.
    ///
    /// ```
    /// # use blog::*;
    /// // From a request: `?sort=name`.
    /// let users = User::query().with(User::posts()).order_by_name("name", Direction::Desc);
    /// ```
    pub fn order_by_name(mut self, name: &str, direction: Direction) -> Self {
        self.query = self.query.order_by_name(name, direction);
        self
    }

    /// Returns at most `rows` rows; what belongs to them is not counted. Renders `LIMIT $n`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().with(User::posts()).order_by(|u| u.id.asc()).limit(10);
    /// ```
    pub fn limit(mut self, rows: u64) -> Self {
        self.query = self.query.limit(rows);
        self
    }

    /// Leaves out the first `rows` rows. Renders `OFFSET $n`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().with(User::posts()).order_by(|u| u.id.asc()).limit(10).offset(20);
    /// ```
    pub fn offset(mut self, rows: u64) -> Self {
        self.query = self.query.offset(rows);
        self
    }

    /// Returns equal rows once. What a projection reads besides its fields counts: the keys of its relations. Renders
    /// `SELECT DISTINCT`.
    ///
    /// ```
    /// # use blog::*;
    /// let authors = User::query().with(User::posts()).join::<Post>(|(u, p)| p.author_id.eq(u.id)).distinct();
    /// ```
    pub fn distinct(mut self) -> Self {
        self.query = self.query.distinct();
        self
    }

    /// Returns the first row, in the query's order, of those that agree on `key`. Renders `SELECT DISTINCT ON (…)`.
    ///
    /// ```
    /// # use blog::*;
    /// let newest = Post::query().with(Post::author()).distinct_on(|p| p.author_id);
    /// let newest = newest.order_by(|p| (p.author_id.asc(), p.id.desc()));
    /// ```
    pub fn distinct_on<P: Selection>(mut self, key: impl FnOnce(S::Columns) -> P) -> Self {
        self.query = self.query.distinct_on(key);
        self
    }

    /// Joins rows of `J` for the clauses that follow; what is read stays the same. A row comes once for each that it is
    /// joined with: to ask only whether there is one, [`any`](crate::relation::Related::any) is the better way. Renders `JOIN …`.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let posts = Post::query().with(Post::comments()).join::<User>(|(p, u)| u.id.eq(p.author_id));
    /// let posts: Vec<(Post, Vec<Comment>)> = posts.order_by(|(p, u)| (u.name.asc(), p.id.asc())).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn join<J>(self, on: impl On<Columns<S, J>, Cond: IntoCond>) -> With<M, L, Row, Joins<S, J>>
    where
        S: Room + Append<J>,
    {
        With { consistent: self.consistent, ..With::of(self.query.join_beside(on), self.loads) }
    }

    /// The same, of rows that need not be there: their columns are nullable. Renders `LEFT JOIN …`.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let posts = Post::query().with(Post::author()).left_join::<Comment>(|(p, c)| c.post_id.eq(p.id));
    /// let silent: Vec<(Post, User)> = posts.filter(|(_, c)| c.id.is_null()).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn left_join<J>(self, on: impl On<Columns<S, Maybe<J>>, Cond: IntoCond>) -> With<M, L, Row, Joins<S, Maybe<J>>>
    where
        S: Room + Append<Maybe<J>>,
    {
        With { consistent: self.consistent, ..With::of(self.query.left_join_beside(on), self.loads) }
    }

    /// Locks the rows, not what belongs to them, against writes and other locks until the transaction ends. Only in a
    /// transaction. Renders `FOR UPDATE`.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let tx = db.begin().await?;
    /// let (ann, posts) = User::get(7).with(User::posts()).for_update().one(&tx).await?;
    /// tx.commit().await?;
    /// # Ok(()) }
    /// ```
    pub fn for_update(mut self) -> Self {
        self.query = self.query.for_update();
        self
    }

    /// Locks like [`for_update`](Self::for_update), but lets others refer to the rows by foreign key.
    /// Renders `FOR NO KEY UPDATE`.
    ///
    /// ```
    /// # use blog::*;
    /// let user = User::get(7).with(User::posts()).for_no_key_update();
    /// ```
    pub fn for_no_key_update(mut self) -> Self {
        self.query = self.query.for_no_key_update();
        self
    }

    /// Locks the rows against writes, not against other shared locks. Only in a transaction. Renders `FOR SHARE`.
    ///
    /// ```
    /// # use blog::*;
    /// let user = User::get(7).with(User::posts()).for_share();
    /// ```
    pub fn for_share(mut self) -> Self {
        self.query = self.query.for_share();
        self
    }

    /// Locks the rows against deletes and changes of their key. Only in a transaction. Renders `FOR KEY SHARE`.
    ///
    /// ```
    /// # use blog::*;
    /// let user = User::get(7).with(User::posts()).for_key_share();
    /// ```
    pub fn for_key_share(mut self) -> Self {
        self.query = self.query.for_key_share();
        self
    }

    /// Leaves out rows that others have locked. After `for_update` or one of its kind. Renders `SKIP LOCKED`.
    ///
    /// ```
    /// # use blog::*;
    /// let job = Post::query().with(Post::comments()).for_update().skip_locked().limit(1);
    /// ```
    pub fn skip_locked(mut self) -> Self {
        self.query = self.query.skip_locked();
        self
    }

    /// Fails at once (55P03) when others have locked a row. After `for_update` or one of its kind. Renders `NOWAIT`.
    ///
    /// ```
    /// # use blog::*;
    /// let user = User::get(7).with(User::posts()).for_update().nowait();
    /// ```
    pub fn nowait(mut self) -> Self {
        self.query = self.query.nowait();
        self
    }
}

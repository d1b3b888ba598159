//! The clauses of queries that load relations, which are those of the query of their rows.

use std::fmt;

use super::With;
use crate::{
    expr::{IntoCond, IntoFilter, IntoOrder, Selection},
    query::{AddSource, CanJoin, JoinCondition, JoinedColumns, JoinedSources, Maybe, Source, clauses},
    statement::Sql,
};

impl<M, L, Row, S: Source> fmt::Display for With<M, L, Row, S> {
    /// The SQL of the rows, as [`to_sql`](Self::to_sql) returns it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.query.fmt(f)
    }
}

impl<M, L, Row, S: Source> With<M, L, Row, S> {
    /// Returns the SQL of the rows and its binds. The statements of relations depend on the rows that it finds. No
    /// I/O.
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

    /// Joins rows of `J` for the clauses that follow; the type of a row stays the same. A row is returned once for each row
    /// that it is joined with; to ask only whether there is one, use [`any`](crate::relation::Related::any). Renders
    /// `JOIN …`.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let posts = Post::query().with(Post::comments()).join::<User>(|(p, u)| u.id.eq(p.author_id));
    /// let posts: Vec<(Post, Vec<Comment>)> = posts.order_by(|(p, u)| (u.name.asc(), p.id.asc())).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn join<J>(
        self,
        on: impl JoinCondition<JoinedColumns<S, J>, Cond: IntoCond>,
    ) -> With<M, L, Row, JoinedSources<S, J>>
    where
        S: CanJoin + AddSource<J>,
    {
        With { consistent: self.consistent, ..With::of(self.query.join_beside(on), self.loads) }
    }

    /// Like [`join`](Self::join), but keeps the rows that match no row of `J`, whose columns are nullable. Renders
    /// `LEFT JOIN …`.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let posts = Post::query().with(Post::author()).left_join::<Comment>(|(p, c)| c.post_id.eq(p.id));
    /// let silent: Vec<(Post, User)> = posts.filter(|(_, c)| c.id.is_null()).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn left_join<J>(
        self,
        on: impl JoinCondition<JoinedColumns<S, Maybe<J>>, Cond: IntoCond>,
    ) -> With<M, L, Row, JoinedSources<S, Maybe<J>>>
    where
        S: CanJoin + AddSource<Maybe<J>>,
    {
        With { consistent: self.consistent, ..With::of(self.query.left_join_beside(on), self.loads) }
    }
}

clauses! {
    [filter order lock] for {
        [M, L, Row, S: Source] With<M, L, Row, S>, query.ast of S, S::Columns;
        [IntoFilter] [IntoOrder] [Selection];
        "", "User::query().with(User::posts())", "u", "u"
    }
}

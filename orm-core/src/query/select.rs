//! SELECT.

use super::{Select, Source, clauses};
use crate::{
    ast::{self, Node},
    expr::{Cond, Expr, IntoFilter, IntoOrder, SelectList, Selection},
    model::Model,
    value::SqlType,
};

impl<M: Model> Select<M, M> {
    pub(crate) fn of_model() -> Self {
        Self::from_ast(ast::Select::of(M::TABLE))
    }
}

impl<S: Source, Out> Select<S, Out> {
    pub(crate) fn columns(&self) -> S::Columns {
        S::columns(self.ast.id, 0)
    }

    /// Makes one row of all rows with the same `key`. Needs a [`select`](Self::select) that says what to return for each
    /// group.
    /// Renders `GROUP BY …`.
    ///
    /// ```
    /// # use blog::*;
    /// let per_age = User::query().group_by(|u| u.age).having(|u| u.id.count().gt(3)).select(|u| (u.age, u.id.count()));
    /// assert_eq!(
    ///     per_age.to_string(),
    ///     r#"SELECT t0."age", count(t0."id") FROM "users" AS t0 GROUP BY t0."age" HAVING count(t0."id") > $1"#,
    /// );
    /// ```
    pub fn group_by<P: Selection>(mut self, key: impl FnOnce(S::Columns) -> P) -> Self {
        let key = SelectList::of(key(self.columns()));
        self.ast.group_by.extend(key);
        self
    }

    /// Keeps the groups for which the condition holds; an `Option` of one where it is `Some`. Renders `HAVING …`.
    ///
    /// ```
    /// # use blog::*;
    /// let busy = Post::query().group_by(|p| p.author_id).having(|p| count_all().gt(3)).select(|p| p.author_id);
    /// ```
    pub fn having<C: IntoFilter>(mut self, cond: impl FnOnce(S::Columns) -> C) -> Self {
        self.ast.having.extend(cond(self.columns()).into_filter().map(|Cond(node)| node));
        self
    }

    /// Chooses what is read of each row: an expression, a model's columns, or a tuple of up to 16 of those. Replaces an
    /// earlier select list. Renders `SELECT …`.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let pairs: Vec<(String, Option<i32>)> = User::query().select(|u| (u.email, u.age)).all(&db).await?;
    /// // The list can contain whole models.
    /// let with_next: Vec<(User, Option<i32>)> = User::query().select(|u| (u, u.age + 1)).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn select<P: Selection>(mut self, list: impl FnOnce(S::Columns) -> P) -> Select<S, P::Output> {
        self.ast.list = Some(SelectList::of(list(self.columns())));
        self.retype()
    }
}

clauses! {
    [filter order lock] for {
        [S: Source, Out] Select<S, Out>, ast of S, S::Columns;
        [IntoFilter] [IntoOrder] [Selection];
        "", "User::query()", "u", "u"
    }
}

impl<S: Source, Out: SqlType> Select<S, Out> {
    /// The query as a value in another query: its one column, NULL when there is no row. More than one row is an error of
    /// the server (21000). Renders `(SELECT …)`.
    #[must_use]
    ///
    /// ```
    /// # use blog::*;
    /// let newest = User::query().select(|u| {
    ///     let posts = Post::query().filter(|p| p.author_id.eq(u.id));
    ///     (u.email, posts.select(|p| p.id.max()).scalar())
    /// });
    /// assert_eq!(
    ///     newest.to_string(),
    ///     r#"SELECT t0."email", (SELECT max(t1."id") FROM "posts" AS t1 WHERE t1."author_id" = t0."id") FROM "users" AS t0"#,
    /// );
    /// ```
    pub fn scalar(self) -> Expr<Out::Nullable> {
        let ast = super::Subquery::into_ast(self);
        Expr::new(Node::Subquery(Box::new(ast)))
    }
}

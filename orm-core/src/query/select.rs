//! SELECT.

use std::fmt;

use super::{Select, Source};
use crate::{
    ast::{self, Direction, Distinct, Lock, LockStrength, LockWait, Node, OrderItem},
    expr::{Cond, Expr, IntoFilter, IntoOrder, SelectList, Selection},
    model::Model,
    value::SqlType,
};

impl<S: Source, Out> fmt::Debug for Select<S, Out> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Select").field(&self.to_sql()).finish()
    }
}

impl<S: Source, Out> fmt::Display for Select<S, Out> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_sql().fmt(f)
    }
}

impl<M: Model> Select<M, M> {
    pub(crate) fn of_model() -> Self {
        Self::from_ast(ast::Select::of(M::TABLE))
    }
}

impl<S: Source, Out> Select<S, Out> {
    pub(crate) fn columns(&self) -> S::Columns {
        S::columns(self.ast.id, 0)
    }

    /// Keeps the rows for which the condition holds. Several filters must all hold. Renders `WHERE …`.
    ///
    /// An `Option` of a condition filters where it is `Some`: `.filter(|u| min_age.map(|age| u.age.ge(age)))`.
    ///
    /// ```
    /// # use blog::*;
    /// // Conditions are plain functions, too.
    /// fn adult(u: UserColumns) -> Cond { u.age.ge(18) }
    /// let some = User::query().filter(adult).filter(|u| u.email.ends_with(".org").or(u.id.in_([1, 2]))).select(|u| u.id);
    /// assert!(some.to_string().ends_with(r#"WHERE (t0."age" >= $1) AND ((t0."email" LIKE $2) OR (t0."id" = ANY ($3)))"#));
    /// ```
    pub fn filter<C: IntoFilter>(mut self, cond: impl FnOnce(S::Columns) -> C) -> Self {
        self.ast.filters.extend(cond(self.columns()).into_filter().map(|Cond(node)| node));
        self
    }

    /// Sorts the rows; later calls sort within earlier ones. Renders `ORDER BY …`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().order_by(|u| (u.age.desc().nulls_last(), u.id.asc())).select(|u| u.id);
    /// assert!(query.to_string().ends_with(r#"ORDER BY t0."age" DESC NULLS LAST, t0."id""#));
    /// ```
    pub fn order_by<O: IntoOrder>(mut self, order: impl FnOnce(S::Columns) -> O) -> Self {
        order(self.columns()).order(&mut self.ast.order_by);
        self
    }

    /// Sorts by a column that is known only at run time: a name from a request. It must be a field or a column of one
    /// of the query's models, written `name` or `table.name`; anything else is an error before any I/O.
    ///
    /// ```
    /// # use blog::*;
    /// // From a request: `?sort=name`.
    /// let users = User::query().order_by_name("name", Direction::Desc);
    /// ```
    pub fn order_by_name(mut self, name: &str, direction: Direction) -> Self {
        let node = self.named_column(name);
        self.ast.order_by.push(OrderItem { node, direction, nulls: None });
        self
    }

    fn named_column(&self, name: &str) -> Node {
        let (table, column) = name.split_once('.').map_or((None, name), |(table, column)| (Some(table), column));
        for (source, from) in self.ast.from.iter().enumerate() {
            let Some(of) = from.relation.table() else { continue };
            if table.is_some_and(|it| it != of.name && it != of.model) {
                continue;
            }
            let found = of.columns.iter().find(|it| it.field == column || it.name == column);
            if let (Some(def), Ok(source)) = (found, u8::try_from(source)) {
                return Node::Column { query: self.ast.id, source, name: ast::ColumnName::Named(def.name) };
            }
        }
        let tables = self.ast.from.iter().filter_map(|from| from.relation.table());
        let known = tables.flat_map(|of| of.columns.iter().map(|it| it.field));
        let known: Vec<_> = known.collect();
        Node::Invalid(format!("there is no column {name:?} to order by; there are: {}", known.join(", ")))
    }

    /// Returns at most `rows` rows; a later call replaces it. Renders `LIMIT $n`. More rows than an `i64` counts are an
    /// error before any I/O: [`ErrorKind::Encode`](crate::ErrorKind::Encode).
    ///
    /// ```
    /// # use blog::*;
    /// let page = User::query().order_by(|u| u.id.asc()).limit(20).offset(40);
    /// ```
    pub fn limit(mut self, rows: u64) -> Self {
        self.ast.limit = Some(rows);
        self
    }

    /// Leaves out the first `rows` rows; a later call replaces it. Renders `OFFSET $n`. More rows than an `i64` counts are
    /// an error before any I/O: [`ErrorKind::Encode`](crate::ErrorKind::Encode).
    ///
    /// ```
    /// # use blog::*;
    /// let page = User::query().order_by(|u| u.id.asc()).limit(20).offset(40);
    /// ```
    pub fn offset(mut self, rows: u64) -> Self {
        self.ast.offset = Some(rows);
        self
    }

    /// Returns equal rows once. Renders `SELECT DISTINCT`.
    ///
    /// ```
    /// # use blog::*;
    /// let authors = Post::query().select(|p| p.author_id).distinct();
    /// ```
    pub fn distinct(mut self) -> Self {
        match self.ast.distinct {
            None => self.ast.distinct = Some(Distinct::Rows),
            Some(Distinct::Rows) => {}
            Some(Distinct::On(_)) => self.ast.refuse(DISTINCT_TWICE),
        }
        self
    }

    /// Returns the first row, in the query's order, of those that agree on `key`. Renders `SELECT DISTINCT ON (…)`.
    /// The order must begin with the same expressions.
    ///
    /// ```
    /// # use blog::*;
    /// let newest = Post::query().distinct_on(|p| p.author_id).order_by(|p| (p.author_id.asc(), p.id.desc()));
    /// ```
    pub fn distinct_on<P: Selection>(mut self, key: impl FnOnce(S::Columns) -> P) -> Self {
        let key = SelectList::of(key(self.columns()));
        if self.ast.distinct.is_some() {
            self.ast.refuse(DISTINCT_TWICE);
        }
        self.ast.distinct = Some(Distinct::On(key));
        self
    }

    /// Makes one row of all that agree on `key`. Needs a [`select`](Self::select) of what to know of each group.
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

    /// Says what a row is: an expression, a model's columns, or a tuple of up to 16 of those. Whatever was selected
    /// before is replaced.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let pairs: Vec<(String, Option<i32>)> = User::query().select(|u| (u.email, u.age)).all(&db).await?;
    /// // Whole models can stand in the list.
    /// let with_next: Vec<(User, Option<i32>)> = User::query().select(|u| (u, u.age + 1)).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn select<P: Selection>(mut self, list: impl FnOnce(S::Columns) -> P) -> Select<S, P::Output> {
        self.ast.list = Some(SelectList::of(list(self.columns())));
        self.retype()
    }

    /// Locks the rows against writes and other locks until the transaction ends. Only in a transaction.
    /// Renders `FOR UPDATE`.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// db.transaction(async |tx| {
    ///     let oldest = Post::query().filter(|p| !p.published).order_by(|p| p.id.asc()).limit(1);
    ///     match oldest.for_update().skip_locked().one_or_none(tx).await? {
    ///         Some(draft) => draft.update(|p| p.published.set(true)).execute(tx).await,
    ///         None => Ok(0),
    ///     }
    /// })
    /// .await?;
    /// # Ok(()) }
    /// ```
    pub fn for_update(self) -> Self {
        self.lock(LockStrength::Update)
    }

    /// Locks like [`for_update`](Self::for_update), but lets others refer to the rows by foreign key.
    /// Renders `FOR NO KEY UPDATE`.
    ///
    /// ```
    /// # use blog::*;
    /// let account = Account::get(1).for_no_key_update();
    /// ```
    pub fn for_no_key_update(self) -> Self {
        self.lock(LockStrength::NoKeyUpdate)
    }

    /// Locks the rows against writes, not against other shared locks. Only in a transaction. Renders `FOR SHARE`.
    ///
    /// ```
    /// # use blog::*;
    /// let author = User::get(7).for_share();
    /// ```
    pub fn for_share(self) -> Self {
        self.lock(LockStrength::Share)
    }

    /// Locks the rows against deletes and changes of their key. Only in a transaction. Renders `FOR KEY SHARE`.
    ///
    /// ```
    /// # use blog::*;
    /// let author = User::get(7).for_key_share();
    /// ```
    pub fn for_key_share(self) -> Self {
        self.lock(LockStrength::KeyShare)
    }

    /// Leaves out rows that others have locked. After `for_update` or one of its kind. Renders `SKIP LOCKED`.
    ///
    /// ```
    /// # use blog::*;
    /// let job = Post::query().filter(|p| !p.published).for_update().skip_locked().limit(1);
    /// ```
    pub fn skip_locked(self) -> Self {
        self.lock_wait(LockWait::SkipLocked)
    }

    /// Fails at once (55P03) when others have locked a row. After `for_update` or one of its kind. Renders `NOWAIT`.
    ///
    /// ```
    /// # use blog::*;
    /// let account = Account::get(1).for_update().nowait();
    /// ```
    pub fn nowait(self) -> Self {
        self.lock_wait(LockWait::NoWait)
    }

    fn lock(mut self, strength: LockStrength) -> Self {
        match self.ast.lock {
            None => self.ast.lock = Some(Lock { strength, wait: LockWait::Wait }),
            Some(lock) if lock.strength == strength => {}
            Some(_) => self.ast.refuse("a query locks its rows in one way: say `for_update` or one of its kind once"),
        }
        self
    }

    fn lock_wait(mut self, wait: LockWait) -> Self {
        match &mut self.ast.lock {
            Some(lock) if lock.wait == LockWait::Wait || lock.wait == wait => lock.wait = wait,
            Some(_) => self.ast.refuse("rows that others have locked are left out or are an error, not both"),
            None => self.ast.refuse("`skip_locked` and `nowait` come after `for_update` or one of its kind"),
        }
        self
    }
}

/// What a query is told that says twice which of its rows are the same.
const DISTINCT_TWICE: &str = "a query is `distinct`, or `distinct_on` one key: say which once";

impl<S: Source, Out: SqlType> Select<S, Out> {
    /// The query as a value in another: its one column, NULL when there is no row. More than one row is an error of
    /// the server (21000). Renders `(SELECT …)`.
    #[must_use]
    ///
    /// ```
    /// # use blog::*;
    /// let newest = User::query().select(|u| (u.email, Post::query().filter(|p| p.author_id.eq(u.id)).select(|p| p.id.max()).scalar()));
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

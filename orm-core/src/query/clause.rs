//! The clauses that several builders have: queries, queries that load relations, relations, and trees with depths. Each is
//! written once, here.

use crate::ast::{ColumnName, Direction, Distinct, Lock, LockStrength, LockWait, Node, OrderItem, Select};

/// Writes the clauses of a builder, by groups: `filter`, `order` (with DISTINCT and LIMIT) and `lock`.
///
/// Of the builder it is given: the generics and the type; where its `ast::Select` is, its sources, and what closures get of
/// them; the bounds of methods; and for the docs: whether clauses count for each parent, then an expression of the type,
/// the parameter of closures, and a row in it that has an `id` and a `name`. The bounds are named where the macro is
/// called so that messages of the compiler point there, and do not tell users of a macro.
macro_rules! clauses {
    ($([$($group:ident)+] for $builder:tt)+) => { $($(
        $crate::query::clauses!(@$group $builder);
    )+)+ };

    (@filter {
        [$($generics:tt)*] $type:ty, $($ast:ident).+ of $source:ty, $columns:ty;
        [$($filter:tt)+] [$($order:tt)+] [$($selection:tt)+] $(where [$($bound:tt)+])?;
        $of_each:literal, $query:literal, $closure:literal, $row:literal
    }) => {
        impl<$($generics)*> $type {
            #[doc = concat!("Keeps the rows", $of_each, " for which the condition holds. Several filters must all hold.")]
            /// Renders `WHERE …`.
            ///
            #[doc = concat!(
                "An `Option` of a condition filters where it is `Some`: `.filter(|", $closure, "| name.map(|name| ", $row,
                ".name.eq(name)))`."
            )]
            ///
            /// ```
            /// # use blog::*;
            #[doc = concat!("let query = ", $query, ".filter(|", $closure, "| ", $row, ".name.starts_with(\"A\"));")]
            /// ```
            pub fn filter<F: $($filter)+>(mut self, cond: impl FnOnce($columns) -> F) -> Self
            $(where $($bound)+)?
            {
                let query = &mut self.$($ast).+;
                let cond = cond(<$source as $crate::query::Source>::columns(query.id, 0));
                query.filters.extend($crate::expr::IntoFilter::into_filter(cond).map(|it| it.0));
                self
            }
        }
    };

    (@order {
        [$($generics:tt)*] $type:ty, $($ast:ident).+ of $source:ty, $columns:ty;
        [$($filter:tt)+] [$($order:tt)+] [$($selection:tt)+] $(where [$($bound:tt)+])?;
        $of_each:literal, $query:literal, $closure:literal, $row:literal
    }) => {
        impl<$($generics)*> $type {
            #[doc = concat!("Sorts the rows", $of_each, "; later calls sort within earlier ones. Renders `ORDER BY …`.")]
            ///
            /// ```
            /// # use blog::*;
            #[doc = concat!(
                "let query = ", $query, ".order_by(|", $closure, "| (", $row, ".name.asc(), ", $row, ".id.desc()));"
            )]
            /// ```
            pub fn order_by<O: $($order)+>(mut self, order: impl FnOnce($columns) -> O) -> Self
            $(where $($bound)+)?
            {
                let query = &mut self.$($ast).+;
                let order = order(<$source as $crate::query::Source>::columns(query.id, 0));
                $crate::expr::IntoOrder::order(order, &mut query.order_by);
                self
            }

            #[doc = concat!("Sorts the rows", $of_each, " by a column that is known only at run time: a name from a")]
            /// request. It must be a field or a column of one of the query's models, written `name` or `table.name`;
            /// anything else is an error before any I/O. Renders `ORDER BY …`.
            ///
            /// ```
            /// # use blog::*;
            /// // From a request: `?sort=name`.
            #[doc = concat!("let query = ", $query, ".order_by_name(\"name\", Direction::Desc);")]
            /// ```
            pub fn order_by_name(mut self, name: &str, direction: $crate::ast::Direction) -> Self
            $(where $($bound)+)?
            {
                self.$($ast).+.sort_by_name(name, direction);
                self
            }

            #[doc = concat!("Returns at most `rows` rows", $of_each, "; a later call replaces it.")]
            /// Renders `LIMIT $n`. More rows than an `i64` counts are an error before any I/O:
            /// [`ErrorKind::Encode`](crate::ErrorKind::Encode).
            ///
            /// ```
            /// # use blog::*;
            #[doc = concat!("let query = ", $query, ".order_by(|", $closure, "| ", $row, ".id.asc()).limit(20);")]
            /// ```
            pub fn limit(mut self, rows: u64) -> Self
            $(where $($bound)+)?
            {
                self.$($ast).+.limit = Some(rows);
                self
            }

            #[doc = concat!("Also returns the rows", $of_each, " that tie with the last one within the limit: those that")]
            /// `order_by` does not tell from it. Needs `order_by` and `limit`, and cannot be used with `skip_locked`.
            /// Renders `FETCH FIRST $n ROWS WITH TIES` in place of LIMIT, which PostgreSQL 13 and later have.
            ///
            /// ```
            /// # use blog::*;
            #[doc = concat!(
                "let query = ", $query, ".order_by(|", $closure, "| ", $row, ".name.asc()).limit(10).with_ties();"
            )]
            /// ```
            pub fn with_ties(mut self) -> Self
            $(where $($bound)+)?
            {
                self.$($ast).+.with_ties = true;
                self
            }

            #[doc = concat!("Leaves out the first `rows` rows", $of_each, "; a later call replaces it.")]
            /// Renders `OFFSET $n`. More rows than an `i64` counts are an error before any I/O:
            /// [`ErrorKind::Encode`](crate::ErrorKind::Encode).
            ///
            /// ```
            /// # use blog::*;
            #[doc = concat!(
                "let query = ", $query, ".order_by(|", $closure, "| ", $row, ".id.asc()).limit(20).offset(40);"
            )]
            /// ```
            pub fn offset(mut self, rows: u64) -> Self
            $(where $($bound)+)?
            {
                self.$($ast).+.offset = Some(rows);
                self
            }

            #[doc = concat!("Removes duplicate rows", $of_each, ". All columns that are read count, of a projection also")]
            /// the keys of its relations. Renders `SELECT DISTINCT`.
            ///
            /// ```
            /// # use blog::*;
            #[doc = concat!("let query = ", $query, ".distinct();")]
            /// ```
            pub fn distinct(mut self) -> Self
            $(where $($bound)+)?
            {
                self.$($ast).+.remove_duplicates($crate::ast::Distinct::Rows);
                self
            }

            #[doc = concat!("Returns the first row", $of_each, ", in the query's order, of those that agree on `key`.")]
            /// The order must begin with the same expressions. Renders `SELECT DISTINCT ON (…)`.
            ///
            /// ```
            /// # use blog::*;
            #[doc = concat!("let newest = ", $query, ".distinct_on(|", $closure, "| ", $row, ".name);")]
            #[doc = concat!(
                "let newest = newest.order_by(|", $closure, "| (", $row, ".name.asc(), ", $row, ".id.desc()));"
            )]
            /// ```
            pub fn distinct_on<D: $($selection)+>(mut self, key: impl FnOnce($columns) -> D) -> Self
            $(where $($bound)+)?
            {
                let query = &mut self.$($ast).+;
                let key = key(<$source as $crate::query::Source>::columns(query.id, 0));
                query.remove_duplicates($crate::ast::Distinct::On($crate::expr::SelectList::of(key)));
                self
            }
        }
    };

    (@lock {
        [$($generics:tt)*] $type:ty, $($ast:ident).+ of $source:ty, $columns:ty;
        [$($filter:tt)+] [$($order:tt)+] [$($selection:tt)+];
        $of_each:literal, $query:literal, $closure:literal, $row:literal
    }) => {
        impl<$($generics)*> $type {
            /// Locks the rows against writes and other locks until the transaction ends; not rows of relations that are
            /// loaded with them. Only in a transaction. Renders `FOR UPDATE`.
            ///
            /// ```
            /// # use blog::*; async fn run(db: Database) -> Result<()> {
            /// let tx = db.begin().await?;
            #[doc = concat!("let first = ", $query, ".order_by(|", $closure, "| ", $row, ".id.asc()).for_update()")]
            ///     .first(&tx)
            ///     .await?;
            /// tx.commit().await?;
            /// # Ok(()) }
            /// ```
            pub fn for_update(mut self) -> Self {
                self.$($ast).+.lock_rows($crate::ast::LockStrength::Update);
                self
            }

            /// Locks like [`for_update`](Self::for_update), but lets others refer to the rows by foreign key.
            /// Renders `FOR NO KEY UPDATE`.
            ///
            /// ```
            /// # use blog::*;
            #[doc = concat!("let query = ", $query, ".for_no_key_update();")]
            /// ```
            pub fn for_no_key_update(mut self) -> Self {
                self.$($ast).+.lock_rows($crate::ast::LockStrength::NoKeyUpdate);
                self
            }

            /// Locks the rows against writes, not against other shared locks. Only in a transaction. Renders `FOR SHARE`.
            ///
            /// ```
            /// # use blog::*;
            #[doc = concat!("let query = ", $query, ".for_share();")]
            /// ```
            pub fn for_share(mut self) -> Self {
                self.$($ast).+.lock_rows($crate::ast::LockStrength::Share);
                self
            }

            /// Locks the rows against deletes and changes of their key. Only in a transaction. Renders `FOR KEY SHARE`.
            ///
            /// ```
            /// # use blog::*;
            #[doc = concat!("let query = ", $query, ".for_key_share();")]
            /// ```
            pub fn for_key_share(mut self) -> Self {
                self.$($ast).+.lock_rows($crate::ast::LockStrength::KeyShare);
                self
            }

            /// Leaves out rows that others have locked. After `for_update` or another lock. Renders `SKIP LOCKED`.
            ///
            /// ```
            /// # use blog::*;
            #[doc = concat!("let next = ", $query, ".for_update().skip_locked().limit(1);")]
            /// ```
            pub fn skip_locked(mut self) -> Self {
                self.$($ast).+.wait_for_locks($crate::ast::LockWait::SkipLocked);
                self
            }

            /// Fails at once (55P03) when others have locked a row. After `for_update` or another lock. Renders `NOWAIT`.
            ///
            /// ```
            /// # use blog::*;
            #[doc = concat!("let query = ", $query, ".for_update().nowait();")]
            /// ```
            pub fn nowait(mut self) -> Self {
                self.$($ast).+.wait_for_locks($crate::ast::LockWait::NoWait);
                self
            }
        }
    };
}
pub(crate) use clauses;

impl Select {
    pub(crate) fn sort_by_name(&mut self, name: &str, direction: Direction) {
        let node = self.named_column(name);
        self.order_by.push(OrderItem { node, direction, nulls: None });
    }

    /// The column that is called `name` or `table.name`.
    fn named_column(&self, name: &str) -> Node {
        let (table, column) = name.split_once('.').map_or((None, name), |(table, column)| (Some(table), column));
        for (source, from) in self.from.iter().enumerate() {
            let Some(of) = from.relation.table() else { continue };
            if table.is_some_and(|it| it != of.name && it != of.model) {
                continue;
            }
            let found = of.columns.iter().find(|it| it.field == column || it.name == column);
            if let (Some(def), Ok(source)) = (found, u8::try_from(source)) {
                return Node::Column { query: self.id, source, name: ColumnName::Named(def.name) };
            }
        }
        let tables = self.from.iter().filter_map(|from| from.relation.table());
        let known: Vec<_> = tables.flat_map(|of| of.columns.iter().map(|it| it.field)).collect();
        Node::Invalid(format!("there is no column {name:?} to order by; there are: {}", known.join(", ")))
    }

    /// Adds DISTINCT, which may be called twice, or DISTINCT ON, which may not.
    pub(crate) fn remove_duplicates(&mut self, distinct: Distinct) {
        if !matches!((&self.distinct, &distinct), (None, _) | (Some(Distinct::Rows), Distinct::Rows)) {
            self.refuse("a query has one `distinct` or one `distinct_on`: remove the others");
        }
        self.distinct = Some(distinct);
    }

    pub(crate) fn lock_rows(&mut self, strength: LockStrength) {
        match self.lock {
            None => self.lock = Some(Lock { strength, wait: LockWait::Wait }),
            Some(lock) if lock.strength == strength => {}
            Some(_) => self.refuse("a query has one kind of row lock: call only one of `for_update`, `for_no_key_update`, `for_share`, `for_key_share`"),
        }
    }

    /// Sets what happens to rows that others have locked: `SKIP LOCKED`, `NOWAIT`.
    pub(crate) fn wait_for_locks(&mut self, wait: LockWait) {
        match &mut self.lock {
            Some(lock) if lock.wait == LockWait::Wait || lock.wait == wait => lock.wait = wait,
            Some(_) => self.refuse(
                "rows that others have locked are left out or are an error: call `skip_locked` or `nowait`, not both",
            ),
            None => self.refuse("`skip_locked` and `nowait` come after `for_update` or another row lock"),
        }
    }
}

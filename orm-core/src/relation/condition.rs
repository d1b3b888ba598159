//! Relations in conditions, orders and select lists: the rows that belong to a row of the outer query.
//!
//! ```sql
//! -- User::query().filter(|u| User::posts().any(u, |p| p.published))
//! FROM users t0 WHERE EXISTS (SELECT 1 FROM posts t1 WHERE t1.author_id = t0.id AND t1.published)
//! -- User::query().order_by(|u| User::posts().aggregate(u, |p| p.id.count()).desc())
//! FROM users t0 ORDER BY (SELECT count(t1.id) FROM posts t1 WHERE t1.author_id = t0.id) DESC
//! ```

use super::{Related, path::is_flat};
use crate::{
    ast::{self, Node, QueryId},
    expr::{Cond, Expr, Expression, IntoCond, Origin, Present, SelectList, Selection},
    model::Model,
    query::{Select, Subquery},
    value::SqlType,
};

/// The columns of a model that is a source of a query, nullable by an outer join or not.
#[diagnostic::on_unimplemented(
    message = "expected the columns of `{P}`, which this relation belongs to",
    label = "not the columns of `{P}`"
)]
pub trait ColumnsOf<P: Model>: Selection {}

#[diagnostic::do_not_recommend]
impl<P: Model, S: Selection> ColumnsOf<P> for S where S::Output: RowOf<P> {}

/// A row of a model, or one that may be missing.
pub trait RowOf<P> {}

impl<P: Model> RowOf<P> for P {}
impl<P: Model> RowOf<P> for Option<P> {}

/// The query and the source that the columns belong to.
pub(super) fn source_of(columns: impl Selection) -> (QueryId, u8) {
    let columns = SelectList::of(columns);
    let origin = columns.iter().find_map(|it| match it {
        Node::Column { query, source, .. } => Some((*query, *source)),
        _ => None,
    });
    origin.unwrap_or((QueryId::NONE, 0))
}

impl<P: Model, C: Model, K, Out> Related<P, C, K, Out> {
    /// Holds for rows with a related row for which the condition holds. Renders one EXISTS, so no row is returned
    /// twice.
    ///
    /// If the relation has a limit, only the rows within it count: `order_by(|p| p.id.desc()).limit(1)` is the newest.
    ///
    /// ```
    /// # use blog::*;
    /// let authors = User::query().filter(|u| User::posts().any(u, |p| p.published));
    /// ```
    pub fn any<U: ColumnsOf<P>, C2: IntoCond>(self, parent: U, cond: impl FnOnce(C::Columns<Present>) -> C2) -> Cond {
        Cond(Node::Exists(Box::new(self.belonging_to(parent).filter(cond).into_ast())))
    }

    /// Holds for rows without a related row for which the condition holds: also for those that have no related row at
    /// all.
    ///
    /// ```
    /// # use blog::*;
    /// let quiet = User::query().filter(|u| User::posts().none(u, |p| p.published));
    /// ```
    pub fn none<U: ColumnsOf<P>, C2: IntoCond>(self, parent: U, cond: impl FnOnce(C::Columns<Present>) -> C2) -> Cond {
        self.any(parent, cond).not()
    }

    /// Holds for rows all of whose related rows fulfil the condition: also for those that have none. A row for which
    /// the condition is NULL does not fulfil it.
    ///
    /// ```
    /// # use blog::*;
    /// let open = User::query().filter(|u| User::posts().every(u, |p| p.published));
    /// ```
    pub fn every<U: ColumnsOf<P>, C2: IntoCond>(self, parent: U, cond: impl FnOnce(C::Columns<Present>) -> C2) -> Cond {
        self.none(parent, |it| Cond(Node::Postfix(Box::new(cond(it).into_cond().0), "IS NOT TRUE")))
    }

    /// Returns an aggregate over the related rows of each row, to filter, sort or select by. For no rows a count is 0,
    /// and most other aggregates are NULL. Renders one sub-query.
    ///
    /// ```
    /// # use blog::*;
    /// let busiest = User::query().order_by(|u| User::posts().aggregate(u, |p| p.id.count()).desc());
    /// let newest = User::query().select(|u| (u.name, User::posts().aggregate(u, |p| p.id.max())));
    /// ```
    pub fn aggregate<U: ColumnsOf<P>, A: Expression>(
        self,
        parent: U,
        aggregate: impl FnOnce(C::Columns<Present>) -> A,
    ) -> Expr<A::Type>
    where
        A::Type: SqlType,
    {
        let mut query = self.belonging_to(parent);
        let list = vec![aggregate(query.columns()).node()];
        query.ast.forget_order();
        query.ast.list = Some(list);
        Expr::new(Node::Subquery(Box::new(query.ast)))
    }

    /// The rows that belong to the row of the outer query.
    ///
    /// Those of a relation with a limit go into a derived table: the condition must not change which rows they are.
    ///
    /// ```sql
    /// FROM posts t1 WHERE t1.author_id = t0.id
    /// FROM (SELECT … FROM posts t2 WHERE t2.author_id = t0.id ORDER BY t2.id DESC LIMIT $1) t1
    /// ```
    fn belonging_to<U: ColumnsOf<P>>(self, parent: U) -> Select<C, C> {
        let Self { path, query: Select { ast: mut rows, .. }, .. } = self;
        let (outer, source) = source_of(parent);
        path.correlate(&mut rows, outer, source);
        if rows.is_grouped() || (rows.distinct.is_some() && rows.list.is_some()) {
            let text = "a condition or aggregate needs the rows of the relation, and this one selects groups or distinct values: \
                        remove its `select`";
            rows.refuse(text);
        }
        rows.forget_list();
        if is_flat(&rows) {
            return Select::from_ast(rows);
        }
        rows.list = Some(SelectList::of(C::columns::<Present>(Origin::new(rows.id, 0))));
        Select::from_ast(ast::Select::over(ast::FromItem::Rows(Box::new(rows))))
    }
}

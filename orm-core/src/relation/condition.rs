//! Relations in conditions and orders: what belongs to a row of the query around.

use super::{Related, path::is_flat};
use crate::{
    ast::{self, Node, QueryId},
    expr::{Cond, Expr, Expression, IntoCond, Origin, Present, SelectList, Selection},
    model::Model,
    query::{Select, Subquery},
    value::SqlType,
};

/// The columns of a model that stands in a query, on the outer side of a join or not.
#[diagnostic::on_unimplemented(
    message = "expected the columns of `{P}`, whose relation this is",
    label = "not the columns of `{P}`"
)]
pub trait ColumnsOf<P: Model>: Selection {}

#[diagnostic::do_not_recommend]
impl<P: Model, S: Selection> ColumnsOf<P> for S where S::Output: RowOf<P> {}

/// A row of a model, or one that may be missing.
pub trait RowOf<P> {}

impl<P: Model> RowOf<P> for P {}
impl<P: Model> RowOf<P> for Option<P> {}

/// Which source of which query the columns are of.
pub(super) fn origin(columns: impl Selection) -> (QueryId, u8) {
    let columns = SelectList::of(columns);
    let origin = columns.iter().find_map(|it| match it {
        Node::Column { query, source, .. } => Some((*query, *source)),
        _ => None,
    });
    origin.unwrap_or((QueryId::NONE, 0))
}

impl<P: Model, C: Model, K, Out> Related<P, C, K, Out> {
    /// Holds for rows that have one for which the condition holds. Renders one EXISTS; no row comes twice.
    ///
    /// A relation with a limit is asked about the rows within it: `order_by(|p| p.id.desc()).limit(1)` is the newest.
    ///
    /// ```
    /// # use blog::*;
    /// let authors = User::query().filter(|u| User::posts().any(u, |p| p.published));
    /// ```
    pub fn any<U: ColumnsOf<P>, C2: IntoCond>(self, parent: U, cond: impl FnOnce(C::Columns<Present>) -> C2) -> Cond {
        Cond(Node::Exists(Box::new(self.belonging_to(parent).filter(cond).into_ast())))
    }

    /// Holds for rows that have none for which the condition holds: also for those that have none at all.
    ///
    /// ```
    /// # use blog::*;
    /// let quiet = User::query().filter(|u| User::posts().none(u, |p| p.published));
    /// ```
    pub fn none<U: ColumnsOf<P>, C2: IntoCond>(self, parent: U, cond: impl FnOnce(C::Columns<Present>) -> C2) -> Cond {
        self.any(parent, cond).not()
    }

    /// Holds for rows all of whose rows fulfil the condition: also for those that have none. One for which the
    /// condition is NULL does not fulfil it.
    ///
    /// ```
    /// # use blog::*;
    /// let open = User::query().filter(|u| User::posts().every(u, |p| p.published));
    /// ```
    pub fn every<U: ColumnsOf<P>, C2: IntoCond>(self, parent: U, cond: impl FnOnce(C::Columns<Present>) -> C2) -> Cond {
        self.none(parent, |it| Cond(Node::Postfix(Box::new(cond(it).into_cond().0), "IS NOT TRUE")))
    }

    /// An aggregate over what belongs to the row: to filter, sort or select by. NULL where the aggregate is; a count of
    /// none is 0. Renders one sub-query.
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

    /// The rows that belong to the row of the query around. Where the relation has a limit they stand in a query of their
    /// own: what is asked of them must not change which they are.
    fn belonging_to<U: ColumnsOf<P>>(self, parent: U) -> Select<C, C> {
        let Self { path, query: Select { ast: mut rows, .. }, .. } = self;
        let (around, source) = origin(parent);
        path.correlate(&mut rows, around, source);
        if rows.is_grouped() || (rows.distinct.is_some() && rows.list.is_some()) {
            let text = "conditions and aggregates ask about rows of a relation, and this one has groups or distinct \
                        values: leave out its `select`";
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

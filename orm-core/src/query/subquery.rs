//! Sub-queries.

use super::{Select, Source};
use crate::{
    ast::{self, Node},
    expr::{Cond, InList, NotInList, SelectList},
    row::FromRow,
    value::{Scalar, SqlType},
};

/// A query that can be part of another one.
pub trait Subquery {
    /// The query without its types.
    #[doc(hidden)]
    fn into_ast(self) -> ast::Select;
}

impl<S: Source, Out> Subquery for Select<S, Out> {
    fn into_ast(mut self) -> ast::Select {
        if self.ast.list.is_none() {
            self.ast.list = Some(SelectList::of(self.columns()));
        }
        self.ast
    }
}

/// Holds when `query` finds a row. Its filters may use columns of the outer query. Renders `EXISTS (SELECT …)`.
///
/// ```
/// # use blog::*;
/// let busy = User::query().filter(|u| exists(Post::query().filter(|p| p.author_id.eq(u.id)))).select(|u| u.id);
/// assert_eq!(
///     busy.to_string(),
///     r#"SELECT t0."id" FROM "users" AS t0 WHERE EXISTS (SELECT 1 FROM "posts" AS t1 WHERE t1."author_id" = t0."id")"#,
/// );
/// ```
pub fn exists<S: Source, Out>(query: Select<S, Out>) -> Cond {
    Cond(Node::Exists(Box::new(query.into_ast())))
}

/// Holds when `query` finds no row. Its filters may use columns of the outer query.
/// Renders `NOT EXISTS (SELECT …)`.
///
/// ```
/// # use blog::*;
/// let quiet = User::query().filter(|u| not_exists(Post::query().filter(|p| p.author_id.eq(u.id))));
/// ```
pub fn not_exists<S: Source, Out>(query: Select<S, Out>) -> Cond {
    exists(query).not()
}

#[diagnostic::do_not_recommend]
impl<S, Out: SqlType + FromRow> InList<Out::Base> for Select<S, Out>
where
    Self: Subquery,
{
    fn into_node(self) -> Node {
        Node::Subquery(Box::new(Subquery::into_ast(self)))
    }
}

#[diagnostic::do_not_recommend]
impl<S, T: Scalar + FromRow> NotInList<T> for Select<S, T> where Self: Subquery {}

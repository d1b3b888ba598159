//! Aggregates beyond those that every expression has, and their modifiers.

use super::{Average, Cond, Expr, Expression, IntoCond, IntoOrder, Operand, Sum, Text, expression::Base};
use crate::{
    ast::Node,
    value::{Element, Scalar, SqlType},
};

/// Counts rows. Renders `count(*)`.
///
/// ```
/// # use blog::*;
/// let query = User::query().group_by(|u| u.name).select(|u| (u.name, count_all()));
/// ```
#[must_use]
pub fn count_all() -> Expr<i64> {
    Expr::new(Node::aggregate("count", vec![Node::Constant("*")]))
}

/// The aggregates that are restricted to some types.
///
/// ```
/// # use blog::*;
/// use orm_pg::prelude::*;
///
/// let per_name = User::query().group_by(|u| u.name).select(|u| (u.name, u.score.avg(), u.age.max()));
/// ```
pub trait Aggregates: Expression {
    /// The sum; NULL when there is no value. Renders `sum(x)`.
    ///
    /// ```
    /// # use blog::*;
    /// let total = User::query().select(|u| u.age.sum()); // Option<i64>: there may be no rows
    /// ```
    fn sum(self) -> Expr<Option<<Base<Self> as Sum>::Output>>
    where
        Base<Self>: Sum,
    {
        Expr::new(Node::aggregate("sum", vec![self.node()]))
    }

    /// The average; NULL when there is no value. Renders `avg(x)`.
    ///
    /// ```
    /// # use blog::*;
    /// let mean = User::query().select(|u| u.score.avg()); // Option<f64>
    /// ```
    fn avg(self) -> Expr<Option<<Base<Self> as Average>::Output>>
    where
        Base<Self>: Average,
    {
        Expr::new(Node::aggregate("avg", vec![self.node()]))
    }

    /// Returns all values as an array, NULLs included; NULL when there is no row. Renders `array_agg(x)`.
    ///
    /// ```
    /// # use blog::*;
    /// let ids = User::query().group_by(|u| u.name).select(|u| (u.name, u.id.array_agg().order_by(u.id.asc())));
    /// ```
    fn array_agg(self) -> Expr<Option<Vec<Self::Type>>>
    where
        Vec<Self::Type>: Scalar,
        Base<Self>: Element,
    {
        Expr::new(Node::aggregate("array_agg", vec![self.node()]))
    }

    /// Returns all values in one text, with `separator` between them; NULL when there is none. Renders `string_agg(x, separator)`.
    ///
    /// ```
    /// # use blog::*;
    /// let names = User::query().select(|u| u.name.string_agg(", ").order_by(u.name.asc()));
    /// ```
    fn string_agg<R: Operand<String>>(self, separator: R) -> Expr<Option<String>>
    where
        Base<Self>: Text,
    {
        Expr::new(Node::aggregate("string_agg", vec![self.node(), separator.into_node()]))
    }
}

impl<E: Expression> Aggregates for E {}

/// The modifiers of aggregates.
impl<T: SqlType> Expr<T> {
    /// Ignores duplicate values. Renders `count(DISTINCT x)`. Only for aggregates.
    ///
    /// ```
    /// # use blog::*;
    /// let names = User::query().select(|u| u.name.count().distinct());
    /// ```
    #[must_use]
    pub fn distinct(self) -> Self {
        self.modify("distinct", |call| call.distinct = true)
    }

    /// Takes only the rows for which `cond` holds. Renders `count(x) FILTER (WHERE …)`. Only for aggregates.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().select(|u| (count_all(), count_all().filter(u.age.ge(18))));
    /// assert_eq!(query.to_string(), r#"SELECT count(*), count(*) FILTER (WHERE t0."age" >= $1) FROM "users" AS t0"#);
    /// ```
    #[must_use]
    pub fn filter(self, cond: impl IntoCond) -> Self {
        let Cond(cond) = cond.into_cond();
        self.modify("filter", |call| {
            call.filter = Some(match call.filter.take() {
                None => cond,
                Some(before) => before.logic(crate::ast::Logic::And, cond),
            });
        })
    }

    /// Sorts the values, where the order matters: `array_agg`, `string_agg`. Only for aggregates.
    ///
    /// ```
    /// # use blog::*;
    /// let names = User::query().select(|u| u.name.array_agg().order_by((u.age.desc(), u.id.asc())));
    /// ```
    #[must_use]
    pub fn order_by(self, order: impl IntoOrder) -> Self {
        self.modify("order_by", |call| order.order(&mut call.order_by))
    }

    fn modify(self, modifier: &str, change: impl FnOnce(&mut crate::ast::Call)) -> Self {
        match self.node {
            Node::Call(call) if matches!(call.args.as_slice(), [Node::Constant("*")]) && modifier != "filter" => {
                Self::new(Node::Invalid(format!("`{modifier}` of `count_all` has no meaning: count a column")))
            }
            Node::Call(mut call) if call.aggregate => {
                change(&mut call);
                Self::new(Node::Call(call))
            }
            _ => Self::new(Node::Invalid(format!("`{modifier}` is for aggregates only"))),
        }
    }
}

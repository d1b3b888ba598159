//! The operators that every column and expression has.

use super::{Assignable, Column, Cond, Expr, InList, MinMax, NotInList, Operand, Order};
use crate::{
    ast::Node,
    value::{NotNull, Nullability, Scalar, SqlType},
};

/// The type of `E`'s value without the `Option`.
pub(crate) type Base<E> = <<E as Expression>::Type as SqlType>::Base;

/// `B`, nullable if `E` is.
pub(crate) type NullableLike<E, B> = <<<E as Expression>::Type as SqlType>::Nullability as Nullability>::Of<B>;

/// `B`, nullable if `E` or an operand of nullability `N` is.
pub(crate) type NullIfEither<E, N, B> =
    <<<<E as Expression>::Type as SqlType>::Nullability as Nullability>::Or<N> as Nullability>::Of<B>;

/// A [`Column`] or an [`Expr`]: it has the operators and functions of SQL as methods.
///
/// Comparisons take a value, a reference to one, a column or an expression of the same type; values become binds.
/// A comparison with NULL is NULL, and a filter drops its row.
///
/// ```
/// # use blog::*;
/// use orm_pg::prelude::*;
///
/// let query = User::query()
///     .filter(|u| u.age.between(18, 65).and(u.email.lower().ne("ann@example.org")))
///     .filter(|u| u.age.is_not_distinct_from(None).or(u.id.gt(u.age.coalesce(0).cast::<i64>())));
/// assert!(query.to_sql().binds.len() == 5);
/// ```
#[expect(clippy::wrong_self_convention, reason = "the names are SQL's, and columns are cheap to move")]
pub trait Expression: Sized {
    /// The Rust type of the value.
    type Type: SqlType;

    /// Makes the node.
    #[doc(hidden)]
    fn node(self) -> Node;

    /// Renders `x = y`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().filter(|u| u.name.eq("Ann"));
    /// ```
    fn eq<R: Operand<Base<Self>>>(self, rhs: R) -> Cond {
        compare(self, "=", rhs)
    }

    /// Renders `x <> y`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().filter(|u| u.name.ne("Ann"));
    /// ```
    fn ne<R: Operand<Base<Self>>>(self, rhs: R) -> Cond {
        compare(self, "<>", rhs)
    }

    /// Renders `x < y`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().filter(|u| u.age.lt(18));
    /// ```
    fn lt<R: Operand<Base<Self>>>(self, rhs: R) -> Cond {
        compare(self, "<", rhs)
    }

    /// Renders `x <= y`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().filter(|u| u.age.le(17));
    /// ```
    fn le<R: Operand<Base<Self>>>(self, rhs: R) -> Cond {
        compare(self, "<=", rhs)
    }

    /// Renders `x > y`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().filter(|u| u.score.gt(0.5));
    /// ```
    fn gt<R: Operand<Base<Self>>>(self, rhs: R) -> Cond {
        compare(self, ">", rhs)
    }

    /// Renders `x >= y`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().filter(|u| u.age.ge(18));
    /// ```
    fn ge<R: Operand<Base<Self>>>(self, rhs: R) -> Cond {
        compare(self, ">=", rhs)
    }

    /// Renders `x BETWEEN low AND high`; both ends are included.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().filter(|u| u.age.between(18, 65));
    /// ```
    fn between<L: Operand<Base<Self>>, H: Operand<Base<Self>>>(self, low: L, high: H) -> Cond {
        let (mut node, mut low, mut high) = (self.node(), low.into_node(), high.into_node());
        Node::of_one_type([&mut node, &mut low, &mut high]);
        Cond(Node::Between(Box::new(node), Box::new(low), Box::new(high)))
    }

    /// Holds when the value is NULL. Renders `x IS NULL`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().filter(|u| u.age.is_null());
    /// ```
    fn is_null(self) -> Cond {
        Cond(Node::Postfix(Box::new(self.node()), "IS NULL"))
    }

    /// Holds when the value is not NULL. Renders `x IS NOT NULL`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().filter(|u| u.age.is_not_null());
    /// ```
    fn is_not_null(self) -> Cond {
        Cond(Node::Postfix(Box::new(self.node()), "IS NOT NULL"))
    }

    /// Holds when the values differ, NULL being a value like any other. Takes an `Option`.
    /// Renders `x IS DISTINCT FROM y`.
    ///
    /// ```
    /// # use blog::*;
    /// let not_ten = User::query().filter(|u| u.age.is_distinct_from(10)); // NULL is not ten either
    /// ```
    fn is_distinct_from<R: Assignable<Option<Base<Self>>>>(self, rhs: R) -> Cond {
        Cond(self.node().binary("IS DISTINCT FROM", rhs.into_node()))
    }

    /// Holds when the values are the same, NULL being a value like any other. Takes an `Option`.
    /// Renders `x IS NOT DISTINCT FROM y`.
    ///
    /// PostgreSQL uses no index for it, so on a large table it reads every row. To filter only if there is a value, pass
    /// the `Option` to `filter`; to look for NULL if there is none, choose the condition in Rust:
    ///
    /// ```
    /// # use blog::*;
    /// let age: Option<i32> = None; // may be given
    /// let of_any_or_this_age = User::query().filter(|u| age.map(|age| u.age.eq(age)));
    /// let of_no_or_this_age = User::query().filter(|u| match age {
    ///     Some(age) => u.age.eq(age),
    ///     None => u.age.is_null(),
    /// });
    /// ```
    ///
    /// Use it to compare two columns, and on rows that other conditions have found:
    ///
    /// ```
    /// # use blog::*;
    /// let age: Option<i32> = None; // may be given
    /// let same_age = User::query().filter(|u| u.id.in_([1, 2]).and(u.age.is_not_distinct_from(age)));
    /// ```
    fn is_not_distinct_from<R: Assignable<Option<Base<Self>>>>(self, rhs: R) -> Cond {
        Cond(self.node().binary("IS NOT DISTINCT FROM", rhs.into_node()))
    }

    /// Holds when the value is one of `list`: an array, a vector, a slice or a query of one column. False for an empty
    /// list. Values travel as one array, so any number of them makes the same statement: `x = ANY ($1)`.
    ///
    /// ```
    /// # use blog::*;
    /// let some = User::query().filter(|u| u.id.in_([1, 2, 3]));
    /// let authors = User::query().filter(|u| u.id.in_(Post::query().select(|p| p.author_id)));
    /// assert_eq!(some.select(|u| u.id).to_string(), r#"SELECT t0."id" FROM "users" AS t0 WHERE t0."id" = ANY ($1)"#);
    /// ```
    fn in_<L: InList<Base<Self>>>(self, list: L) -> Cond {
        among(self.node(), "=", "ANY", list.into_node())
    }

    /// Holds when the value is none of `list`: an array, a vector, a slice or a query of one column. True for an empty
    /// list. Neither side may be NULL, because then SQL's result is never true. Renders `x <> ALL ($1)`.
    ///
    /// ```
    /// # use blog::*;
    /// let others = User::query().filter(|u| u.id.not_in([1, 2, 3]));
    /// ```
    fn not_in<L: NotInList<Base<Self>>>(self, list: L) -> Cond
    where
        Self::Type: NeverNull,
    {
        among(self.node(), "<>", "ALL", list.into_node())
    }

    /// The value, or `other` where it is NULL. Renders `COALESCE(x, y)`.
    ///
    /// ```
    /// # use blog::*;
    /// let ages = User::query().select(|u| u.age.coalesce(0)); // i32, no Option any more
    /// ```
    fn coalesce<R: Operand<Base<Self>>>(self, other: R) -> Expr<<R::Nullability as Nullability>::Of<Base<Self>>> {
        Expr::new(Node::call_of_one_type("COALESCE", vec![self.node(), other.into_node()]))
    }

    /// NULL where the value equals `other`. Renders `NULLIF(x, y)`.
    ///
    /// ```
    /// # use blog::*;
    /// let names = User::query().select(|u| u.name.nullif("")); // Option<String>
    /// ```
    fn nullif<R: Operand<Base<Self>>>(self, other: R) -> Expr<Option<Base<Self>>> {
        Expr::new(Node::call_of_one_type("NULLIF", vec![self.node(), other.into_node()]))
    }

    /// The value as another type, as the server converts it. Renders `CAST(x AS type)`.
    ///
    /// ```
    /// # use blog::*;
    /// let texts = User::query().select(|u| u.id.cast::<String>());
    /// ```
    fn cast<T: Scalar>(self) -> Expr<NullableLike<Self, T>> {
        Expr::new(Node::Cast(Box::new(self.node()), T::TYPE))
    }

    /// Sorts by the value, smallest first; NULLs come last. Renders `x ASC`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().order_by(|u| (u.name.asc(), u.id.asc()));
    /// ```
    fn asc(self) -> Order {
        Order::new(self.node(), crate::ast::Direction::Asc)
    }

    /// Sorts by the value, largest first; NULLs come first: see [`Order::nulls_last`]. Renders `x DESC`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().order_by(|u| u.age.desc().nulls_last());
    /// ```
    fn desc(self) -> Order {
        Order::new(self.node(), crate::ast::Direction::Desc)
    }

    /// Counts the rows whose value is not NULL. Renders `count(x)`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = Post::query().group_by(|p| p.author_id).select(|p| (p.author_id, p.id.count()));
    /// ```
    fn count(self) -> Expr<i64> {
        Expr::new(Node::aggregate("count", vec![self.node()]))
    }

    /// The smallest value; NULL when there is none. Renders `min(x)`.
    ///
    /// ```
    /// # use blog::*;
    /// let youngest = User::query().select(|u| u.age.min()); // Option<i32>
    /// ```
    fn min(self) -> Expr<Option<Base<Self>>>
    where
        Base<Self>: MinMax,
    {
        Expr::new(Node::aggregate("min", vec![self.node()]))
    }

    /// The largest value; NULL when there is none. Renders `max(x)`.
    ///
    /// ```
    /// # use blog::*;
    /// let oldest = User::query().select(|u| u.age.max()); // Option<i32>
    /// ```
    fn max(self) -> Expr<Option<Base<Self>>>
    where
        Base<Self>: MinMax,
    {
        Expr::new(Node::aggregate("max", vec![self.node()]))
    }
}

/// A type that is never NULL: `not_in` requires it.
#[diagnostic::on_unimplemented(
    message = "`not_in` does not accept a nullable operand, and this is an `{Self}`",
    label = "may be NULL",
    note = "`NULL NOT IN (..)` is never true, so the row would be left out; write `.coalesce(..)` or `.is_null().or(..)` first"
)]
pub trait NeverNull: SqlType<Nullability = NotNull> {}

#[diagnostic::do_not_recommend]
impl<T: Scalar> NeverNull for T {}

fn compare<L: Expression, R: Operand<Base<L>>>(lhs: L, operator: &'static str, rhs: R) -> Cond {
    Cond(lhs.node().binary(operator, rhs.into_node()))
}

/// `x = ANY (list)`, `x <> ALL (list)`.
fn among(node: Node, operator: &'static str, word: &'static str, list: Node) -> Cond {
    let list = node.beside(list);
    Cond(node.binary(operator, Node::Quantified(word, Box::new(list))))
}

impl<T: SqlType, W> Expression for Column<T, W> {
    type Type = T;

    fn node(self) -> Node {
        Self::node(self)
    }
}

impl<T: SqlType> Expression for Expr<T> {
    type Type = T;

    fn node(self) -> Node {
        self.node
    }
}

impl<T: SqlType> Expression for &Expr<T> {
    type Type = T;

    fn node(self) -> Node {
        self.node.clone()
    }
}

impl Expression for Cond {
    type Type = Option<bool>;

    fn node(self) -> Node {
        self.0
    }
}

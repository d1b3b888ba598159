//! Conditions, for WHERE, ON and HAVING.

use std::ops::{BitAnd, BitOr, Not};

use super::{Assignable, Column, Expr, Generated, Operand, RawSql, SelectList, Selection};
use crate::{
    ast::{Logic, Node},
    value::Null,
};

/// A condition. NULL counts as false, as in SQL.
///
/// ```
/// # use blog::*;
/// use orm_pg::prelude::*;
///
/// fn adult(u: UserColumns) -> Cond {
///     u.age.ge(18)
/// }
/// let adults = User::query().filter(adult);
/// ```
#[derive(Debug, Clone)]
#[must_use = "a condition does nothing until a query takes it"]
pub struct Cond(pub(crate) Node);

impl Cond {
    /// Holds when both hold. Renders `x AND y`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().filter(|u| u.age.ge(18).and(u.active));
    /// ```
    pub fn and(self, other: impl IntoCond) -> Self {
        Self(self.0.logic(Logic::And, other.into_cond().0))
    }

    /// Holds when at least one holds. Renders `x OR y`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().filter(|u| u.age.lt(6).or(u.age.ge(65)));
    /// ```
    pub fn or(self, other: impl IntoCond) -> Self {
        Self(self.0.logic(Logic::Or, other.into_cond().0))
    }

    /// Holds when this is false; when it is NULL, so is the result. Renders `NOT x`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().filter(|u| u.name.like("A%").not()); // or `!u.name.like("A%")`
    /// ```
    #[expect(clippy::should_implement_trait, reason = "`Not` is implemented as well; the method reads in a chain")]
    pub fn not(self) -> Self {
        Self(Node::Prefix("NOT", Box::new(self.0)).bounded())
    }

    /// Holds when all of `conds` hold. Without conditions it is true, and does not count as a filter of an update or delete.
    ///
    /// ```
    /// # use blog::*;
    /// let words = ["rust", "sql"];
    /// let query = Post::query().filter(|p| Cond::all(words.map(|word| p.title.contains(word))));
    /// ```
    pub fn all<C: IntoCond>(conds: impl IntoIterator<Item = C>) -> Self {
        Self::gather(conds, Logic::And, "TRUE")
    }

    /// Holds when at least one of `conds` holds; false without conditions. Renders `a OR b`, or `FALSE`.
    ///
    /// An `Option` is one condition or none: a condition about the user who is logged in is false if nobody is. It replaces
    /// `is_not_distinct_from` with NULL, which uses no index.
    ///
    /// ```
    /// # use blog::*; async fn run(db: Database) -> Result<()> {
    /// let viewer: Option<i64> = Some(7); // who is logged in, if anybody
    /// // Published posts, and the drafts of the user who is logged in.
    /// let mine = |p: PostColumns| Cond::any(viewer.map(|id| p.author_id.eq(id)));
    /// let posts = Post::query().filter(|p| p.published.or(mine(p))).all(&db).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// ```
    /// # use blog::*;
    /// let words = ["rust", "sql"];
    /// let query = Post::query().filter(|p| Cond::any(words.map(|word| p.title.contains(word))));
    /// ```
    pub fn any<C: IntoCond>(conds: impl IntoIterator<Item = C>) -> Self {
        Self::gather(conds, Logic::Or, "FALSE")
    }

    /// Returns the condition as a value, to select or to set: NULL where it is neither true nor false.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().select(|u| (u.name, u.age.ge(18).expr()));
    /// ```
    #[must_use]
    pub fn expr(self) -> Expr<Option<bool>> {
        Expr::new(self.0)
    }

    fn gather<C: IntoCond>(conds: impl IntoIterator<Item = C>, kind: Logic, none: &'static str) -> Self {
        let mut parts: Vec<Node> = conds.into_iter().map(|it| it.into_cond().0).collect();
        match parts.len() {
            0 => Self(Node::Constant(none)),
            1 => Self(parts.remove(0)),
            _ => Self(Node::Logic(kind, parts)),
        }
    }
}

/// A condition: a comparison, or a column or expression of `bool`.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` is not a condition",
    label = "expected a condition",
    note = "compare it: `.eq(..)`, `.gt(..)`, `.is_null()`; a column of `bool` is a condition itself",
    note = "combine conditions with `.and(..)`, `.or(..)`, `.not()`; Rust's `&&` and `||` do not work"
)]
pub trait IntoCond {
    /// Makes the condition.
    fn into_cond(self) -> Cond;
}

/// An argument of [`filter`](crate::query::Select::filter): a condition, or an `Option` of one, where `None` filters
/// nothing.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` is not a condition",
    label = "expected a condition",
    note = "compare it: `.eq(..)`, `.gt(..)`, `.is_null()`; a column of `bool` is a condition itself",
    note = "combine conditions with `.and(..)`, `.or(..)`, `.not()`; Rust's `&&` and `||` do not work"
)]
pub trait IntoFilter {
    /// Makes the condition, if there is one.
    fn into_filter(self) -> Option<Cond>;
}

#[diagnostic::do_not_recommend]
impl<C: IntoCond> IntoFilter for C {
    fn into_filter(self) -> Option<Cond> {
        Some(self.into_cond())
    }
}

#[diagnostic::do_not_recommend]
impl<C: IntoCond> IntoFilter for Option<C> {
    fn into_filter(self) -> Option<Cond> {
        self.map(IntoCond::into_cond)
    }
}

#[diagnostic::do_not_recommend]
impl IntoCond for Cond {
    fn into_cond(self) -> Cond {
        self
    }
}

/// `&` and `|`, as `and` and `or`.
macro_rules! operators {
    ($ty:ty) => {
        impl<C: IntoCond> BitAnd<C> for $ty {
            type Output = Cond;

            fn bitand(self, other: C) -> Cond {
                self.and(other)
            }
        }

        impl<C: IntoCond> BitOr<C> for $ty {
            type Output = Cond;

            fn bitor(self, other: C) -> Cond {
                self.or(other)
            }
        }
    };
}

macro_rules! booleans {
    ($($ty:ty, $this:ident => $node:expr;)+) => { $(
        #[diagnostic::do_not_recommend]
        impl IntoCond for $ty {
            fn into_cond(self) -> Cond {
                let $this = self;
                Cond($node)
            }
        }

        operators!($ty);

        impl Not for $ty {
            type Output = Cond;

            fn not(self) -> Cond {
                self.into_cond().not()
            }
        }

        impl $ty {
            /// Holds when both hold. Renders `x AND y`.
            ///
            /// ```
            /// # use blog::*;
            /// let query = User::query().filter(|u| u.active.and(u.age.ge(18)));
            /// ```
            pub fn and(self, other: impl IntoCond) -> Cond {
                self.into_cond().and(other)
            }

            /// Holds when at least one holds. Renders `x OR y`.
            ///
            /// ```
            /// # use blog::*;
            /// let query = User::query().filter(|u| u.active.or(u.score.gt(0.5)));
            /// ```
            pub fn or(self, other: impl IntoCond) -> Cond {
                self.into_cond().or(other)
            }

            /// Holds when this is false. Renders `NOT x`.
            ///
            /// ```
            /// # use blog::*;
            /// let query = User::query().filter(|u| u.active.not()); // or `!u.active`
            /// ```
            #[expect(clippy::should_implement_trait, reason = "`Not` is implemented as well")]
            pub fn not(self) -> Cond {
                self.into_cond().not()
            }
        }
    )+ };
}

booleans! {
    Column<bool>, this => this.node();
    Column<Option<bool>>, this => this.node();
    Column<bool, Generated>, this => this.node();
    Column<Option<bool>, Generated>, this => this.node();
    Expr<bool>, this => this.node;
    Expr<Option<bool>>, this => this.node;
    RawSql, this => this.into_node();
}

operators!(Cond);

impl Not for Cond {
    type Output = Self;

    fn not(self) -> Self {
        Self::not(self)
    }
}

/// A condition is also a value, NULL where it is neither true nor false: it can be sorted by
/// (`u.age.is_null().desc()`), counted and compared.
#[diagnostic::do_not_recommend]
impl Assignable<Option<bool>> for Cond {
    fn into_node(self) -> Node {
        self.0
    }
}

#[diagnostic::do_not_recommend]
impl Operand<bool> for Cond {
    type Nullability = Null;

    fn into_node(self) -> Node {
        self.0
    }
}

/// Selected, a condition is an `Option<bool>`.
#[diagnostic::do_not_recommend]
impl Selection for Cond {
    type Output = Option<bool>;

    fn select(self, list: &mut SelectList) {
        list.push(self.0);
    }
}

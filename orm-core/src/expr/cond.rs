//! Conditions: what WHERE, ON and HAVING take.

use std::ops::Not;

use super::{Column, Expr, RawSql, SelectList, Selection};
use crate::ast::{Logic, Node};

/// A condition. NULL counts as false, as in SQL.
#[derive(Debug, Clone)]
#[must_use = "a condition does nothing until a query takes it"]
pub struct Cond(pub(crate) Node);

impl Cond {
    /// Holds when both do. Renders `x AND y`.
    pub fn and(self, other: impl IntoCond) -> Self {
        Self(self.0.logic(Logic::And, other.into_cond().0))
    }

    /// Holds when one does. Renders `x OR y`.
    pub fn or(self, other: impl IntoCond) -> Self {
        Self(self.0.logic(Logic::Or, other.into_cond().0))
    }

    /// Holds when this is false; when it is NULL, so is the result. Renders `NOT x`.
    #[expect(clippy::should_implement_trait, reason = "`Not` is implemented as well; the method reads in a chain")]
    pub fn not(self) -> Self {
        Self(Node::Prefix("NOT", Box::new(self.0)).bounded())
    }

    /// Holds when all of `conds` do; true when there is none.
    pub fn all<C: IntoCond>(conds: impl IntoIterator<Item = C>) -> Self {
        Self::gather(conds, Logic::And, "TRUE")
    }

    /// Holds when one of `conds` does; false when there is none.
    pub fn any<C: IntoCond>(conds: impl IntoIterator<Item = C>) -> Self {
        Self::gather(conds, Logic::Or, "FALSE")
    }

    /// The condition as a value, to select or to set: NULL where it is neither true nor false.
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

/// What can be a condition: a comparison, or a column or expression of `bool`.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` is not a condition",
    label = "expected a condition",
    note = "compare it: `.eq(..)`, `.gt(..)`, `.is_null()`; a column of `bool` is a condition as it is"
)]
pub trait IntoCond {
    /// Makes the condition.
    fn into_cond(self) -> Cond;
}

impl IntoCond for Cond {
    fn into_cond(self) -> Cond {
        self
    }
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

        impl Not for $ty {
            type Output = Cond;

            fn not(self) -> Cond {
                self.into_cond().not()
            }
        }

        impl $ty {
            /// Holds when both do. Renders `x AND y`.
            pub fn and(self, other: impl IntoCond) -> Cond {
                self.into_cond().and(other)
            }

            /// Holds when one does. Renders `x OR y`.
            pub fn or(self, other: impl IntoCond) -> Cond {
                self.into_cond().or(other)
            }

            /// Holds when this is false. Renders `NOT x`.
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
    Expr<bool>, this => this.node;
    Expr<Option<bool>>, this => this.node;
    RawSql, this => this.into_node();
}

impl Not for Cond {
    type Output = Self;

    fn not(self) -> Self {
        Self::not(self)
    }
}

/// Selected, a condition is an `Option<bool>`.
impl Selection for Cond {
    type Output = Option<bool>;

    fn select(self, list: &mut SelectList) {
        list.push(self.0);
    }
}

//! Sort keys, for ORDER BY.

use crate::ast::{Direction, Node, Nulls, OrderItem};

/// A thing to sort by, and which way.
#[derive(Debug, Clone)]
#[must_use = "an order does nothing until a query takes it"]
pub struct Order(pub(crate) OrderItem);

impl Order {
    pub(crate) fn new(node: Node, direction: Direction) -> Self {
        Self(OrderItem { node, direction, nulls: None })
    }

    /// Puts NULLs before all values. Renders `NULLS FIRST`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().order_by(|u| u.age.asc().nulls_first());
    /// ```
    pub fn nulls_first(mut self) -> Self {
        self.0.nulls = Some(Nulls::First);
        self
    }

    /// Puts NULLs after all values. Renders `NULLS LAST`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().order_by(|u| u.age.desc().nulls_last());
    /// ```
    pub fn nulls_last(mut self) -> Self {
        self.0.nulls = Some(Nulls::Last);
        self
    }
}

/// The sort keys of a query: `column.asc()`, `column.desc()`, a tuple or a `Vec` of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an order",
    label = "expected `.asc()` or `.desc()`",
    note = "write `column.asc()`, `column.desc()`, or a tuple or a `Vec` of those",
    note = "a condition can be sorted by as well, `u.age.is_null().desc()`, and so can raw SQL, `sql!(..).asc()`"
)]
pub trait IntoOrder {
    /// Adds the items.
    #[doc(hidden)]
    fn order(self, items: &mut Vec<OrderItem>);
}

impl IntoOrder for Order {
    fn order(self, items: &mut Vec<OrderItem>) {
        items.push(self.0);
    }
}

impl<O: IntoOrder> IntoOrder for Vec<O> {
    fn order(self, items: &mut Vec<OrderItem>) {
        self.into_iter().for_each(|it| it.order(items));
    }
}

impl<O: IntoOrder> IntoOrder for Option<O> {
    fn order(self, items: &mut Vec<OrderItem>) {
        if let Some(it) = self {
            it.order(items);
        }
    }
}

macro_rules! tuples {
    ($($($part:ident)+;)+) => { $(
        impl<$($part: IntoOrder),+> IntoOrder for ($($part,)+) {
            #[expect(non_snake_case, reason = "the variables are named like the types")]
            fn order(self, items: &mut Vec<OrderItem>) {
                let ($($part,)+) = self;
                $($part.order(items);)+
            }
        }
    )+ };
}

tuples! { A; A B; A B C; A B C D; A B C D E; A B C D E F; A B C D E F G; A B C D E F G H; }

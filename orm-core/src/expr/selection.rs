//! Select lists.

use super::{Column, Expr, Origin, column::whole_row};
use crate::{ast::Node, row::FromRow, value::SqlType};

/// A select list, or what a statement returns: an expression, the columns of a model, or a tuple of up to 16 of those.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be selected",
    label = "expected a column, an expression, the columns of a model, or a tuple of up to 16 of those",
    note = "to select a value write `bind(value)`, to select raw SQL give it a type: `sql!(\"..\").expr::<i64>()`",
    note = "a tuple has at most 16 parts, which can be whole models"
)]
pub trait Selection {
    /// The type of a row.
    type Output: FromRow;

    /// Adds the expressions to the list.
    #[doc(hidden)]
    fn select(self, list: &mut SelectList);
}

/// A select list that is being built.
#[derive(Debug, Default)]
pub struct SelectList(Vec<Node>);

impl SelectList {
    /// Adds an expression.
    #[doc(hidden)]
    pub fn push(&mut self, node: Node) {
        self.0.push(node);
    }

    /// Adds a value that is NULL only where an outer join found no row of the source.
    #[doc(hidden)]
    pub fn push_marker(&mut self, origin: Origin) {
        self.0.push(whole_row(origin));
    }

    pub(crate) fn into_nodes(self) -> Vec<Node> {
        self.0
    }

    /// The nodes of `selection`.
    pub(crate) fn of(selection: impl Selection) -> Vec<Node> {
        let mut list = Self(Vec::with_capacity(16));
        selection.select(&mut list);
        list.0
    }
}

#[diagnostic::do_not_recommend]
impl<T: SqlType + FromRow, W> Selection for Column<T, W> {
    type Output = T;

    fn select(self, list: &mut SelectList) {
        list.push(self.node());
    }
}

#[diagnostic::do_not_recommend]
impl<T: SqlType + FromRow> Selection for Expr<T> {
    type Output = T;

    fn select(self, list: &mut SelectList) {
        list.push(self.node);
    }
}

macro_rules! tuples {
    ($($($part:ident)+;)+) => { $(
        impl<$($part: Selection),+> Selection for ($($part,)+) {
            type Output = ($($part::Output,)+);

            #[expect(non_snake_case, reason = "the variables are named like the types")]
            fn select(self, list: &mut SelectList) {
                let ($($part,)+) = self;
                $($part.select(list);)+
            }
        }
    )+ };
}

tuples! {
    A; A B; A B C; A B C D; A B C D E; A B C D E F; A B C D E F G; A B C D E F G H; A B C D E F G H I;
    A B C D E F G H I J; A B C D E F G H I J K; A B C D E F G H I J K L; A B C D E F G H I J K L M;
    A B C D E F G H I J K L M N; A B C D E F G H I J K L M N O; A B C D E F G H I J K L M N O P;
}

//! Assignments, for SET.

use std::borrow::Cow;

use super::{Column, Expr};
use crate::{
    ast::{Assignment, ColumnName, Node},
    value::{Bind, Element, Scalar, Settable, SqlType},
};

/// A value that a column of type `T` can be set to, or compared with where NULL counts as a value: a `T`, a reference to one,
/// a column or an expression of that type; for a nullable column also an `Option`.
#[diagnostic::on_unimplemented(
    message = "a column of type `{T}` cannot take a `{Self}`",
    label = "expected a `{T}`, or a column or an expression of that type",
    note = "if the value may be NULL and the column may not, give a default: `.coalesce(..)`"
)]
pub trait Assignable<T: SqlType> {
    /// Makes the node.
    #[doc(hidden)]
    fn into_node(self) -> Node;
}

macro_rules! assignable {
    ($([$($generics:tt)*] $ty:ty => $target:ty, $this:ident => $node:expr;)+) => { $(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Assignable<$target> for $ty {
            fn into_node(self) -> Node {
                let $this = self;
                $node
            }
        }
    )+ };
}

assignable! {
    [B: Scalar] B => B, this => Node::Bind(Bind::new(this));
    [B: Scalar] B => Option<B>, this => Node::Bind(Bind::new(this));
    [B: Scalar] Option<B> => Option<B>, this => Node::Bind(Bind::new(this));
    [B: Scalar + Clone] &B => B, this => Node::Bind(Bind::new(this.clone()));
    [B: Scalar + Clone] &B => Option<B>, this => Node::Bind(Bind::new(this.clone()));
    [B: Scalar + Clone] &Option<B> => Option<B>, this => Node::Bind(Bind::new(this.clone()));
    [] &str => String, this => Node::Bind(Bind::new(this.to_owned()));
    [] &str => Option<String>, this => Node::Bind(Bind::new(this.to_owned()));
    [] Cow<'_, str> => String, this => Node::Bind(Bind::new(this.into_owned()));
    [] Cow<'_, str> => Option<String>, this => Node::Bind(Bind::new(this.into_owned()));
    [] &[u8] => Vec<u8>, this => Node::Bind(Bind::new(this.to_vec()));
    [] &[u8] => Option<Vec<u8>>, this => Node::Bind(Bind::new(this.to_vec()));
    [T: Element + Clone] &[T] => Vec<T>, this => Node::Bind(Bind::new(this.to_vec()));
    [T: Element + Clone] &[T] => Option<Vec<T>>, this => Node::Bind(Bind::new(this.to_vec()));
    [T: Element + Clone] &[Option<T>] => Vec<Option<T>>, this => Node::Bind(Bind::new(this.to_vec()));
    [T: Element + Clone] &[Option<T>] => Option<Vec<Option<T>>>, this => Node::Bind(Bind::new(this.to_vec()));
    [] &[&str] => Vec<String>, this => Node::Bind(texts(this));
    [] &[&str] => Option<Vec<String>>, this => Node::Bind(texts(this));
    [T: SqlType, W] Column<T, W> => T, this => this.node();
    [B: Scalar, W] Column<B, W> => Option<B>, this => this.node();
    [T: SqlType] Expr<T> => T, this => this.node;
    [B: Scalar] Expr<B> => Option<B>, this => this.node;
}

fn texts(borrowed: &[&str]) -> Bind {
    Bind::new(borrowed.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>())
}

impl<T: SqlType, W> Column<T, W> {
    /// Sets the column in an update or upsert: a value, or an expression over the old row. Renders
    /// `"column" = …`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().filter(|u| u.id.eq(7));
    /// let update = query.update(|u| (u.name.set("Ann"), u.age.set(u.age + 1)));
    /// assert!(update.to_string().starts_with(
    ///     r#"UPDATE "users" AS t0 SET "name" = $1, "age" = t0."age" + $2 WHERE t0."id" = $3"#
    /// ));
    /// ```
    pub fn set<V: Assignable<T>>(self, value: V) -> Assignment
    where
        W: Settable,
    {
        let value = match value.into_node() {
            Node::Bind(bind) => Node::Bind(bind.beside(self.neighbour())),
            node => node,
        };
        match self.name {
            ColumnName::Named(column) => Assignment { query: self.query, column, value },
            ColumnName::Position(_) => {
                let reason = "a column of a query in FROM cannot be set".to_owned();
                Assignment { query: self.query, column: "", value: Node::Invalid(reason) }
            }
        }
    }
}

/// The assignments of an update of `M`: an assignment, a tuple, a `Vec` or an `Option` of them, or a struct with
/// `#[derive(Changes)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an assignment",
    label = "expected assignments",
    note = "write `column.set(value)`, a tuple, a `Vec` or an `Option` of those, or a struct with `#[derive(Changes)]`"
)]
pub trait IntoAssignments<M> {
    /// Adds the assignments.
    fn assign(self, set: &mut Vec<Assignment>);
}

/// Collects the assignments.
pub(crate) fn assignments<M>(set: impl IntoAssignments<M>) -> Vec<Assignment> {
    let mut assignments = Vec::new();
    set.assign(&mut assignments);
    assignments
}

#[diagnostic::do_not_recommend]
impl<M> IntoAssignments<M> for Assignment {
    fn assign(self, set: &mut Vec<Assignment>) {
        set.push(self);
    }
}

#[diagnostic::do_not_recommend]
impl<M, A: IntoAssignments<M>> IntoAssignments<M> for Vec<A> {
    fn assign(self, set: &mut Vec<Assignment>) {
        self.into_iter().for_each(|it| it.assign(set));
    }
}

#[diagnostic::do_not_recommend]
impl<M, A: IntoAssignments<M>> IntoAssignments<M> for Option<A> {
    fn assign(self, set: &mut Vec<Assignment>) {
        if let Some(it) = self {
            it.assign(set);
        }
    }
}

macro_rules! tuples {
    ($($($part:ident)+;)+) => { $(
        impl<M, $($part: IntoAssignments<M>),+> IntoAssignments<M> for ($($part,)+) {
            #[expect(non_snake_case, reason = "the variables are named like the types")]
            fn assign(self, set: &mut Vec<Assignment>) {
                let ($($part,)+) = self;
                $($part.assign(set);)+
            }
        }
    )+ };
}

tuples! {
    A; A B; A B C; A B C D; A B C D E; A B C D E F; A B C D E F G; A B C D E F G H; A B C D E F G H I;
    A B C D E F G H I J; A B C D E F G H I J K; A B C D E F G H I J K L; A B C D E F G H I J K L N;
    A B C D E F G H I J K L N O; A B C D E F G H I J K L N O P; A B C D E F G H I J K L N O P Q;
}

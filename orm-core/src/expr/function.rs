//! SQL functions that the user declares with their types.

use super::Expr;
use crate::{
    ast::{Call, FunctionName, Node, is_of_one_type},
    value::SqlType,
};

/// A call of a user's function that is being built; [`sql_function!`](crate::sql_function) makes it.
#[doc(hidden)]
#[derive(Debug)]
pub struct FunctionCall(Call);

impl FunctionCall {
    /// A call of `schema.name`.
    #[must_use]
    pub fn new(schema: Option<&'static str>, name: &'static str, mut args: Vec<Node>, aggregate: bool) -> Self {
        if schema.is_none() && is_of_one_type(name) {
            Node::of_one_type(&mut args);
        }
        Self(Call { aggregate, ..Call::new(FunctionName::User { schema, name }, args) })
    }

    /// Returns the call as an expression of type `T`.
    #[must_use]
    pub fn returns<T: SqlType>(self) -> Expr<T> {
        Expr::new(Node::Call(Box::new(self.0)))
    }
}

/// Declares SQL functions with their Rust types, so that queries can call them like any other.
///
/// The arguments may be values, columns and expressions. The declaration determines the type of the result: write `Option`
/// if the function may return NULL. `as schema.name` gives its name in the database.
///
/// ```
/// orm_pg::sql_function! {
///     /// How alike two texts are, from 0 to 1 (extension `pg_trgm`).
///     pub fn similarity(a: String, b: String) -> f32;
///     /// The distance of two places in metres.
///     fn distance(a: String, b: String) -> Option<f64> as geo.distance_in_metres;
/// }
/// let alike = similarity("colour", "color");
/// let metres = distance("Berlin", "Potsdam");
/// ```
#[macro_export]
macro_rules! sql_function {
    ($($(#[$meta:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),* $(,)?) -> $out:ty
        $(as $schema:ident . $sql_name:ident)?;)+) => {
        $($crate::sql_function!(
            @one false [$($schema)?] [$name $($sql_name)?] $(#[$meta])* $vis fn $name($($arg: $ty),*) -> $out
        );)+
    };
    (@one $aggregate:literal [$($schema:ident)?] [$name:ident $($sql_name:ident)?]
        $(#[$meta:meta])* $vis:vis fn $fn:ident($($arg:ident: $ty:ty),*) -> $out:ty) => {
        $(#[$meta])*
        #[must_use]
        $vis fn $fn($($arg: impl $crate::expr::Operand<$ty>),*) -> $crate::expr::Expr<$out> {
            $crate::expr::FunctionCall::new(
                $crate::sql_function!(@schema $($schema)?),
                $crate::sql_function!(@name $name $($sql_name)?),
                ::std::vec![$($crate::expr::Operand::<$ty>::into_node($arg)),*],
                $aggregate,
            )
            .returns()
        }
    };
    (@schema) => { ::core::option::Option::None };
    (@schema $schema:ident) => { ::core::option::Option::Some(::core::stringify!($schema)) };
    (@name $name:ident) => { ::core::stringify!($name) };
    (@name $name:ident $sql_name:ident) => { ::core::stringify!($sql_name) };
}

/// Declares SQL aggregates with their Rust types; otherwise like [`sql_function!`](crate::sql_function).
///
/// ```
/// # use blog::*;
/// orm_pg::sql_aggregate! {
///     /// The most frequent value.
///     fn most_frequent(value: i64) -> Option<i64> as stats.most_frequent;
/// }
/// let busiest = Post::query().select(|p| most_frequent(p.author_id));
/// ```
#[macro_export]
macro_rules! sql_aggregate {
    ($($(#[$meta:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),* $(,)?) -> $out:ty
        $(as $schema:ident . $sql_name:ident)?;)+) => {
        $($crate::sql_function!(
            @one true [$($schema)?] [$name $($sql_name)?] $(#[$meta])* $vis fn $name($($arg: $ty),*) -> $out
        );)+
    };
}

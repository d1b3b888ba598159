//! Typed expressions: a thin layer of Rust types over [`ast`](crate::ast) nodes.
//!
//! A [`Column`] or [`Expr`] knows which Rust type its value has; the methods of [`Expression`] make larger ones.

mod aggregate;
mod assign;
mod case;
mod column;
mod cond;
mod date;
mod expression;
mod function;
mod list;
mod number;
mod operand;
mod order;
mod raw;
mod selection;
mod text;

pub use self::{
    aggregate::{Aggregates, Average, Sum, count_all},
    assign::{Assignable, IntoAssignments},
    case::{Case, CaseValue, EmptyCase, case},
    column::{Column, Expr, Joined, Mode, Origin, Present, bind},
    cond::{Cond, IntoCond},
    date::{DatePart, Dates, Temporal},
    expression::{Expression, NeverNull},
    function::FunctionCall,
    list::{InList, Item, NotInList},
    number::{Exact, Fractional, Number, Numeric},
    operand::Operand,
    order::{IntoOrder, Order},
    raw::{Fragment, RawSql},
    selection::{SelectList, Selection},
    text::{Pattern, Text, Textual, Wildcards},
};

#[cfg(feature = "chrono")]
pub use self::date::{current_date, now};

//! Typed expressions: a thin layer of Rust types over [`ast`](crate::ast) nodes.
//!
//! A [`Column`] or [`Expr`] knows which Rust type its value has; the methods of [`Expression`] make larger ones.

mod aggregate;
mod aggregate_type;
mod arithmetic;
mod array;
mod assign;
mod case;
mod column;
mod composite;
mod cond;
mod date;
mod expression;
mod function;
mod list;
mod mode;
mod numeric;
mod operand;
mod order;
mod range;
mod raw;
mod selection;
mod text;
#[cfg(feature = "pgvector")]
mod vector;

pub use self::{
    aggregate::{Aggregates, count_all},
    aggregate_type::{Average, Extremes, Sum},
    arithmetic::{Minus, MinusSide, Over, OverSide, Plus, PlusSide, Signed, Term, Times, TimesSide},
    array::{Array, Arrays},
    assign::{Assignable, IntoAssignments},
    case::{Case, CaseValue, EmptyCase, case},
    column::{Column, Expr, Origin, bind},
    composite::{Composite, Composites},
    cond::{Cond, IntoCond, IntoFilter},
    date::{DatePart, Dates, Temporal},
    expression::{Expression, NeverNull},
    function::FunctionCall,
    list::{InList, Item, NotInList},
    mode::{Flatten, Joined, Mode, Present},
    numeric::{Exact, Fractional, Number, Numeric},
    operand::Operand,
    order::{IntoOrder, Order},
    range::{Ranges, Span, Spans},
    raw::{Fragment, RawSql, argument, compared},
    selection::{SelectList, Selection},
    text::{Pattern, Text, Textual, Wildcards},
};

pub(crate) use self::assign::assignments;
#[cfg(feature = "chrono")]
pub use self::date::with_chrono;
#[cfg(feature = "jiff")]
pub use self::date::with_jiff;
#[cfg(feature = "time")]
pub use self::date::with_time;
#[cfg(feature = "chrono")]
pub use self::date::{current_date, now};
#[cfg(feature = "pgvector")]
pub use self::vector::Vectors;
#[doc(hidden)]
pub use self::{
    composite::attribute,
    mode::{NewPart, Part},
};
pub use crate::value::{Generated, Settable, Writer, Written};

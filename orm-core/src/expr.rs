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
mod overlap;
mod range;
mod raw;
mod renamed;
mod selection;
mod text;
#[cfg(feature = "pgvector")]
mod vector;

pub use self::{
    aggregate::{Aggregates, count_all},
    aggregate_type::{Average, MinMax, Sum},
    arithmetic::{
        Addable, Addend, ArithmeticOperand, Divisible, Divisor, Multipliable, Multiplier, Signed, Subtractable,
        Subtrahend,
    },
    array::{Array, Arrays},
    assign::{Assignable, IntoAssignments},
    case::{Case, CaseValue, EmptyCase, case},
    column::{Column, Expr, Origin, bind},
    composite::{Composite, Composites},
    cond::{Cond, IntoCond, IntoFilter},
    date::{DatePart, Dates, Temporal},
    expression::{Expression, NeverNull},
    function::FunctionCall,
    list::{InList, ListItem, NotInList},
    mode::{Flatten, Joined, Mode, Present},
    numeric::{ExactNumber, Fractional, Number, Numeric},
    operand::Operand,
    order::{IntoOrder, Order},
    overlap::{OverlapOperand, Overlaps},
    range::{RangeOperand, RangeType, Ranges},
    raw::{Fragment, RawSql, argument, compared},
    renamed::*,
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
    mode::{FlattenedField, NewFlattened},
};
pub use crate::value::{Generated, Settable, Writer, Written};

//! The same trees by the typed API: every mixture of columns, expressions and values, nullable or not.

use orm_pg::{
    ast::Assignment,
    expr::{Column, Expr, SelectList, Selection},
    prelude::*,
    row::FromRow as Row,
    value::Scalar as Value,
};

use super::{
    CellColumns,
    tree::{Bool, Comparison, Int, Matching, Op, Part, Text},
};

/// Does the same with an operand of whatever type: `with!(a => a.abs())`. `left` is for places that take no values.
macro_rules! with {
    ($any:expr, $it:ident => $body:expr) => {
        match $any {
            Any::Column($it) => $body,
            Any::Nullable($it) => $body,
            Any::Value($it) => $body,
            Any::Expr($it) => $body,
            Any::NullableExpr($it) => $body,
        }
    };
    (left $any:expr, $it:ident => $body:expr) => {
        match $any {
            Any::Column($it) => $body,
            Any::Nullable($it) => $body,
            Any::Value(value) => {
                let $it = bind(value);
                $body
            }
            Any::Expr($it) => $body,
            Any::NullableExpr($it) => $body,
        }
    };
}
pub(super) use with;

/// An operand of any kind with values of type `T`.
#[derive(Clone)]
pub(super) enum Any<T> {
    Column(Column<T>),
    Nullable(Column<Option<T>>),
    Value(T),
    Expr(Expr<T>),
    NullableExpr(Expr<Option<T>>),
}

impl<T> From<Expr<T>> for Any<T> {
    fn from(it: Expr<T>) -> Self {
        Self::Expr(it)
    }
}

impl<T> From<Expr<Option<T>>> for Any<T> {
    fn from(it: Expr<Option<T>>) -> Self {
        Self::NullableExpr(it)
    }
}

impl<T: Value> Any<T> {
    /// Whether its type says so.
    pub(super) fn is_never_null(&self) -> bool {
        matches!(self, Self::Column(_) | Self::Value(_) | Self::Expr(_))
    }

    pub(super) fn set(self, column: Column<Option<T>>) -> Assignment {
        with!(self, it => column.set(it))
    }
}

impl<T: Value + Row> Selection for Any<T> {
    type Output = Option<T>;

    fn select(self, list: &mut SelectList) {
        with!(left self, it => it.select(list));
    }
}

/// `a` and `b` as they are, in an operation of two.
macro_rules! both {
    ($a:expr, $b:expr, |$x:ident, $y:ident| $body:expr) => {{
        let b = $b;
        with!(left $a, $x => with!(b, $y => $body))
    }};
}

/// A CASE of one or two arms. Each arm has its own type.
macro_rules! cases {
    ($arms:expr, $end:expr, $columns:expr) => {{
        let built: Vec<_> = $arms.iter().map(|(cond, value)| (cond.build($columns), value.build($columns))).collect();
        let end = $end.as_ref().map(|it| it.build($columns));
        let mut arms = built.into_iter();
        let (cond, first) = arms.next().expect("a case has an arm");
        with!(first, first => {
            let case = case().when(cond, first);
            match (arms.next(), end) {
                (None, None) => case.end().into(),
                (None, Some(end)) => with!(end, end => case.otherwise(end).into()),
                (Some((cond, second)), None) => with!(second, second => case.when(cond, second).end().into()),
                (Some((cond, second)), Some(end)) => {
                    with!(second, second => {
                        let case = case.when(cond, second);
                        with!(end, end => case.otherwise(end).into())
                    })
                }
            }
        })
    }};
}

impl Int {
    pub(super) fn build(&self, c: CellColumns) -> Any<i64> {
        match self {
            Self::A => Any::Column(c.a),
            Self::B => Any::Nullable(c.b),
            Self::Value(value) => Any::Value(*value),
            Self::Op(op, a, b) => both!(a.build(c), b.build(c), |a, b| match op {
                Op::Add => (a + b).into(),
                Op::Sub => (a - b).into(),
                Op::Mul => (a * b).into(),
            }),
            Self::Div(a, b) => with!(left a.build(c), a => (a / *b).into()),
            Self::Rem(a, b) => with!(left a.build(c), a => (a % *b).into()),
            Self::Neg(a) => with!(left a.build(c), a => (-a).into()),
            Self::Abs(a) => with!(left a.build(c), a => a.abs().into()),
            Self::Length(text) => with!(left text.build(c), text => text.length().cast::<i64>().into()),
            Self::Coalesce(a, b) => both!(a.build(c), b.build(c), |a, b| a.coalesce(b).into()),
            Self::Nullif(a, b) => both!(a.build(c), b.build(c), |a, b| a.nullif(b).into()),
            Self::Case(arms, end) => cases!(arms, end, c),
        }
    }
}

impl Text {
    pub(super) fn build(&self, c: CellColumns) -> Any<String> {
        match self {
            Self::S => Any::Column(c.s),
            Self::T => Any::Nullable(c.t),
            Self::Value(value) => Any::Value(value.clone()),
            Self::Concat(a, b) => both!(a.build(c), b.build(c), |a, b| a.concat(b).into()),
            Self::Lower(a) => with!(left a.build(c), a => a.lower().into()),
            Self::Upper(a) => with!(left a.build(c), a => a.upper().into()),
            Self::Trim(a) => with!(left a.build(c), a => a.trim().into()),
            Self::Substring(a, start, count) => with!(left a.build(c), a => with!(left start.build(c), start => {
                a.substring(start.cast::<i32>(), *count).into()
            })),
            Self::Replace(a, from, to) => {
                let to = to.build(c);
                both!(a.build(c), from.build(c), |a, from| with!(to, to => a.replace(from, to).into()))
            }
            Self::Coalesce(a, b) => both!(a.build(c), b.build(c), |a, b| a.coalesce(b).into()),
            Self::Nullif(a, b) => both!(a.build(c), b.build(c), |a, b| a.nullif(b).into()),
            Self::Case(arms, end) => cases!(arms, end, c),
            Self::Of(int) => with!(left int.build(c), int => int.cast::<String>().into()),
        }
    }
}

impl Bool {
    pub(super) fn build(&self, c: CellColumns) -> Cond {
        match self {
            Self::P => c.p.and(Cond::all::<Cond>([])),
            Self::Q => c.q.or(Cond::any::<Cond>([])),
            Self::Value(value) => Cond::all([bind(*value)]),
            Self::Compare(op, a, b) => both!(a.build(c), b.build(c), |a, b| match op {
                Comparison::Eq => a.eq(b),
                Comparison::Ne => a.ne(b),
                Comparison::Lt => a.lt(b),
                Comparison::Le => a.le(b),
                Comparison::Gt => a.gt(b),
                Comparison::Ge => a.ge(b),
            }),
            Self::Same(true, a, b) => both!(a.build(c), b.build(c), |a, b| a.eq(b)),
            Self::Same(false, a, b) => both!(a.build(c), b.build(c), |a, b| a.ne(b)),
            Self::Between(it, low, high) => {
                let high = high.build(c);
                both!(it.build(c), low.build(c), |it, low| with!(high, high => it.between(low, high)))
            }
            Self::In(it, list) => with!(left it.build(c), it => it.in_(list)),
            Self::TextIn(it, list) => with!(left it.build(c), it => it.in_(list)),
            Self::IntIsNull(true, it) => with!(left it.build(c), it => it.is_null()),
            Self::IntIsNull(false, it) => with!(left it.build(c), it => it.is_not_null()),
            Self::TextIsNull(true, it) => with!(left it.build(c), it => it.is_null()),
            Self::TextIsNull(false, it) => with!(left it.build(c), it => it.is_not_null()),
            Self::IsNull(true, it) => it.build(c).expr().is_null(),
            Self::IsNull(false, it) => it.build(c).expr().is_not_null(),
            Self::Distinct(true, a, b) => both!(a.build(c), b.build(c), |a, b| a.is_distinct_from(b)),
            Self::Distinct(false, a, b) => both!(a.build(c), b.build(c), |a, b| a.is_not_distinct_from(b)),
            Self::Like(like, it, pattern) => with!(left it.build(c), it => match like {
                Matching::Like => it.like(pattern),
                Matching::Unlike => it.not_like(pattern),
                Matching::AnyCase => it.ilike(pattern),
            }),
            // Values are taken as strings are, all else by the server.
            Self::Part(part, it, other) => both!(it.build(c), other.build(c), |it, other| match part {
                Part::Start => it.starts_with(other),
                Part::End => it.ends_with(other),
                Part::Inside => it.contains(other),
            }),
            Self::Not(it) => !it.build(c),
            Self::And(a, b) => a.build(c).and(b.build(c)),
            Self::Or(a, b) => a.build(c).or(b.build(c)),
            Self::All(all) => Cond::all(all.iter().map(|it| it.build(c))),
            Self::Any(any) => Cond::any(any.iter().map(|it| it.build(c))),
        }
    }
}

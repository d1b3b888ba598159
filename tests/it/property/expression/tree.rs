//! Expressions as trees, and their values by the rules of SQL.

use proptest::{collection::vec, prelude::*};

/// What the columns of a row hold.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) a: i64,
    pub(super) b: Option<i64>,
    pub(super) s: String,
    pub(super) t: Option<String>,
    pub(super) p: bool,
    pub(super) q: Option<bool>,
}

#[derive(Debug, Clone)]
pub(super) enum Int {
    A,
    B,
    Value(i64),
    Op(Op, Box<Self>, Box<Self>),
    /// By a constant that is not zero.
    Div(Box<Self>, i64),
    Rem(Box<Self>, i64),
    Neg(Box<Self>),
    Abs(Box<Self>),
    Length(Box<Text>),
    Coalesce(Box<Self>, Box<Self>),
    Nullif(Box<Self>, Box<Self>),
    Case(Vec<(Bool, Self)>, Option<Box<Self>>),
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Op {
    Add,
    Sub,
    Mul,
}

#[derive(Debug, Clone)]
pub(super) enum Text {
    S,
    T,
    Value(String),
    Concat(Box<Self>, Box<Self>),
    Lower(Box<Self>),
    Upper(Box<Self>),
    Trim(Box<Self>),
    Substring(Box<Self>, Box<Int>, i32),
    Replace(Box<Self>, Box<Self>, Box<Self>),
    Coalesce(Box<Self>, Box<Self>),
    Nullif(Box<Self>, Box<Self>),
    Case(Vec<(Bool, Self)>, Option<Box<Self>>),
    Of(Box<Int>),
}

#[derive(Debug, Clone)]
pub(super) enum Bool {
    P,
    Q,
    Value(bool),
    Compare(Comparison, Box<Int>, Box<Int>),
    Same(bool, Box<Text>, Box<Text>),
    Between(Box<Int>, Box<Int>, Box<Int>),
    In(Box<Int>, Vec<i64>),
    TextIn(Box<Text>, Vec<String>),
    IntIsNull(bool, Box<Int>),
    TextIsNull(bool, Box<Text>),
    IsNull(bool, Box<Self>),
    Distinct(bool, Box<Int>, Box<Int>),
    Like(Matching, Box<Text>, String),
    /// A part that only the server knows.
    Part(Part, Box<Text>, Box<Text>),
    Not(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Comparison {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Matching {
    Like,
    Unlike,
    AnyCase,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Start,
    End,
    Inside,
}

pub(super) fn row() -> impl Strategy<Value = Row> {
    let number = -3..4_i64;
    (
        number.clone(),
        proptest::option::of(number),
        word(),
        proptest::option::of(word()),
        any::<bool>(),
        any::<Option<bool>>(),
    )
        .prop_map(|(a, b, s, t, p, q)| Row { a, b, s, t, p, q })
}

fn word() -> impl Strategy<Value = String> {
    r"[abAB%_ \\']{0,4}"
}

/// A pattern whose last character is not an escape.
fn pattern() -> impl Strategy<Value = String> {
    r"([abAB% _']|\\[abAB%_\\]){0,4}"
}

fn boxed<T>((a, b): (T, T)) -> (Box<T>, Box<T>) {
    (Box::new(a), Box::new(b))
}

/// Trees of the three types, which are made of each other.
#[derive(Debug, Clone)]
pub(super) struct Trees {
    pub(super) int: Int,
    pub(super) text: Text,
    pub(super) bool: Bool,
}

pub(super) fn trees(depth: u32) -> BoxedStrategy<Trees> {
    (ints(depth), texts(depth), bools(depth)).prop_map(|(int, text, bool)| Trees { int, text, bool }).boxed()
}

pub(super) fn ints(depth: u32) -> BoxedStrategy<Int> {
    let leaf = prop_oneof![Just(Int::A), Just(Int::B), (-3..4_i64).prop_map(Int::Value)];
    let Some(below) = depth.checked_sub(1) else { return leaf.boxed() };
    let (int, text, bool) = (ints(below), texts(below), bools(below));
    let two = (int.clone(), int.clone()).prop_map(boxed);
    let op = prop_oneof![Just(Op::Add), Just(Op::Sub), Just(Op::Mul)];
    let divisor = prop_oneof![-3..0_i64, 1..4_i64];
    prop_oneof![
        leaf,
        (op, two.clone()).prop_map(|(op, (a, b))| Int::Op(op, a, b)),
        (int.clone(), divisor.clone()).prop_map(|(a, b)| Int::Div(Box::new(a), b)),
        (int.clone(), divisor).prop_map(|(a, b)| Int::Rem(Box::new(a), b)),
        int.clone().prop_map(|it| Int::Neg(Box::new(it))),
        int.clone().prop_map(|it| Int::Abs(Box::new(it))),
        text.prop_map(|it| Int::Length(Box::new(it))),
        two.clone().prop_map(|(a, b)| Int::Coalesce(a, b)),
        two.prop_map(|(a, b)| Int::Nullif(a, b)),
        (vec((bool, int.clone()), 1..=2), proptest::option::of(int.prop_map(Box::new)))
            .prop_map(|(arms, end)| Int::Case(arms, end)),
    ]
    .boxed()
}

pub(super) fn texts(depth: u32) -> BoxedStrategy<Text> {
    let leaf = prop_oneof![Just(Text::S), Just(Text::T), word().prop_map(Text::Value)];
    let Some(below) = depth.checked_sub(1) else { return leaf.boxed() };
    let (int, text, bool) = (ints(below), texts(below), bools(below));
    let two = (text.clone(), text.clone()).prop_map(boxed);
    prop_oneof![
        leaf,
        two.clone().prop_map(|(a, b)| Text::Concat(a, b)),
        text.clone().prop_map(|it| Text::Lower(Box::new(it))),
        text.clone().prop_map(|it| Text::Upper(Box::new(it))),
        text.clone().prop_map(|it| Text::Trim(Box::new(it))),
        (text.clone(), ints(0), 0..4).prop_map(|(it, start, count)| Text::Substring(
            Box::new(it),
            Box::new(start),
            count
        )),
        (text.clone(), two.clone()).prop_map(|(it, (from, to))| Text::Replace(Box::new(it), from, to)),
        two.clone().prop_map(|(a, b)| Text::Coalesce(a, b)),
        two.prop_map(|(a, b)| Text::Nullif(a, b)),
        (vec((bool, text.clone()), 1..=2), proptest::option::of(text.prop_map(Box::new)))
            .prop_map(|(arms, end)| Text::Case(arms, end)),
        int.prop_map(|it| Text::Of(Box::new(it))),
    ]
    .boxed()
}

pub(super) fn bools(depth: u32) -> BoxedStrategy<Bool> {
    use Comparison as C;
    let leaf = prop_oneof![Just(Bool::P), Just(Bool::Q), any::<bool>().prop_map(Bool::Value)];
    let Some(below) = depth.checked_sub(1) else { return leaf.boxed() };
    let (int, text, bool) = (ints(below), texts(below), bools(below));
    let (one_int, one_text, one) =
        (int.clone().prop_map(Box::new), text.clone().prop_map(Box::new), bool.clone().prop_map(Box::new));
    let ints = (int.clone(), int).prop_map(boxed);
    let texts = (text.clone(), text).prop_map(boxed);
    let two = (bool.clone(), bool.clone()).prop_map(boxed);
    let comparison = proptest::sample::select(vec![C::Eq, C::Ne, C::Lt, C::Le, C::Gt, C::Ge]);
    let like = proptest::sample::select(vec![Matching::Like, Matching::Unlike, Matching::AnyCase]);
    let part = proptest::sample::select(vec![Part::Start, Part::End, Part::Inside]);
    prop_oneof![
        leaf,
        (comparison, ints.clone()).prop_map(|(op, (a, b))| Bool::Compare(op, a, b)),
        (any::<bool>(), texts.clone()).prop_map(|(same, (a, b))| Bool::Same(same, a, b)),
        (one_int.clone(), ints.clone()).prop_map(|(it, (low, high))| Bool::Between(it, low, high)),
        (one_int.clone(), vec(-3..4_i64, 0..4)).prop_map(|(it, list)| Bool::In(it, list)),
        (one_text.clone(), vec(word(), 0..4)).prop_map(|(it, list)| Bool::TextIn(it, list)),
        (any::<bool>(), one_int).prop_map(|(null, it)| Bool::IntIsNull(null, it)),
        (any::<bool>(), one_text.clone()).prop_map(|(null, it)| Bool::TextIsNull(null, it)),
        (any::<bool>(), one.clone()).prop_map(|(null, it)| Bool::IsNull(null, it)),
        (any::<bool>(), ints).prop_map(|(same, (a, b))| Bool::Distinct(same, a, b)),
        (like, one_text, pattern()).prop_map(|(like, it, pattern)| Bool::Like(like, it, pattern)),
        (part, texts).prop_map(|(part, (a, b))| Bool::Part(part, a, b)),
        one.prop_map(Bool::Not),
        two.clone().prop_map(|(a, b)| Bool::And(a, b)),
        two.prop_map(|(a, b)| Bool::Or(a, b)),
        vec(bool.clone(), 0..4).prop_map(Bool::All),
        vec(bool, 0..4).prop_map(Bool::Any),
    ]
    .boxed()
}

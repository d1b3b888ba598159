//! The value of a tree for a row, by three-valued logic.

use super::tree::{Bool, Comparison, Int, Matching, Op, Part, Row, Text};

impl Int {
    pub(super) fn of(&self, row: &Row) -> Option<i64> {
        match self {
            Self::A => Some(row.a),
            Self::B => row.b,
            Self::Value(value) => Some(*value),
            Self::Op(op, a, b) => {
                let (a, b) = (a.of(row)?, b.of(row)?);
                Some(match op {
                    Op::Add => a + b,
                    Op::Sub => a - b,
                    Op::Mul => a * b,
                })
            }
            Self::Div(a, b) => Some(a.of(row)? / b),
            Self::Rem(a, b) => Some(a.of(row)? % b),
            Self::Neg(a) => Some(-a.of(row)?),
            Self::Abs(a) => Some(a.of(row)?.abs()),
            Self::Length(text) => i64::try_from(text.of(row)?.chars().count()).ok(),
            Self::Coalesce(a, b) => a.of(row).or_else(|| b.of(row)),
            Self::Nullif(a, b) => a.of(row).filter(|it| Some(*it) != b.of(row)),
            Self::Case(arms, end) => match arms.iter().find(|(cond, _)| cond.of(row) == Some(true)) {
                Some((_, value)) => value.of(row),
                None => end.as_ref()?.of(row),
            },
        }
    }
}

impl Text {
    pub(super) fn of(&self, row: &Row) -> Option<String> {
        match self {
            Self::S => Some(row.s.clone()),
            Self::T => row.t.clone(),
            Self::Value(value) => Some(value.clone()),
            Self::Concat(a, b) => Some(a.of(row)? + &b.of(row)?),
            Self::Lower(a) => Some(a.of(row)?.to_lowercase()),
            Self::Upper(a) => Some(a.of(row)?.to_uppercase()),
            Self::Trim(a) => Some(a.of(row)?.trim_matches(' ').to_owned()),
            Self::Substring(a, start, count) => {
                let (a, start) = (a.of(row)?, start.of(row)?);
                let inside = |at: &i64| (start..start + i64::from(*count)).contains(at);
                Some((1..).zip(a.chars()).filter(|(at, _)| inside(at)).map(|it| it.1).collect())
            }
            Self::Replace(a, from, to) => {
                let (a, from, to) = (a.of(row)?, from.of(row)?, to.of(row)?);
                Some(if from.is_empty() { a } else { a.replace(&from, &to) })
            }
            Self::Coalesce(a, b) => a.of(row).or_else(|| b.of(row)),
            Self::Nullif(a, b) => a.of(row).filter(|it| Some(it) != b.of(row).as_ref()),
            Self::Case(arms, end) => match arms.iter().find(|(cond, _)| cond.of(row) == Some(true)) {
                Some((_, value)) => value.of(row),
                None => end.as_ref()?.of(row),
            },
            Self::Of(int) => Some(int.of(row)?.to_string()),
        }
    }
}

impl Bool {
    pub(super) fn of(&self, row: &Row) -> Option<bool> {
        match self {
            Self::P => Some(row.p),
            Self::Q => row.q,
            Self::Value(value) => Some(*value),
            Self::Compare(op, a, b) => {
                let (a, b) = (a.of(row)?, b.of(row)?);
                Some(match op {
                    Comparison::Eq => a == b,
                    Comparison::Ne => a != b,
                    Comparison::Lt => a < b,
                    Comparison::Le => a <= b,
                    Comparison::Gt => a > b,
                    Comparison::Ge => a >= b,
                })
            }
            Self::Same(same, a, b) => Some((a.of(row)? == b.of(row)?) == *same),
            Self::Between(it, low, high) => {
                let it = it.of(row);
                let from = it.and_then(|it| Some(low.of(row)? <= it));
                and(from, it.and_then(|it| Some(it <= high.of(row)?)))
            }
            // An empty list holds nothing, whatever is looked for.
            Self::In(_, list) if list.is_empty() => Some(false),
            Self::In(it, list) => Some(list.contains(&it.of(row)?)),
            Self::TextIn(_, list) if list.is_empty() => Some(false),
            Self::TextIn(it, list) => Some(list.contains(&it.of(row)?)),
            Self::IntIsNull(null, it) => Some(it.of(row).is_none() == *null),
            Self::TextIsNull(null, it) => Some(it.of(row).is_none() == *null),
            Self::IsNull(null, it) => Some(it.of(row).is_none() == *null),
            Self::Distinct(distinct, a, b) => Some((a.of(row) != b.of(row)) == *distinct),
            Self::Like(like, it, pattern) => {
                let it = it.of(row)?;
                Some(match like {
                    Matching::Like => matches(&it, pattern),
                    Matching::Unlike => !matches(&it, pattern),
                    Matching::AnyCase => matches(&it.to_lowercase(), &pattern.to_lowercase()),
                })
            }
            Self::Part(part, it, other) => {
                let (it, other) = (it.of(row)?, other.of(row)?);
                Some(match part {
                    Part::Start => it.starts_with(&other),
                    Part::End => it.ends_with(&other),
                    Part::Inside => it.contains(&other),
                })
            }
            Self::Not(it) => it.of(row).map(|it| !it),
            Self::And(a, b) => and(a.of(row), b.of(row)),
            Self::Or(a, b) => or(a.of(row), b.of(row)),
            Self::All(all) => {
                let mut value = Some(true);
                all.iter().for_each(|it| value = and(value, it.of(row)));
                value
            }
            Self::Any(any) => {
                let mut value = Some(false);
                any.iter().for_each(|it| value = or(value, it.of(row)));
                value
            }
        }
    }
}

fn and(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    if a == Some(false) || b == Some(false) { Some(false) } else { Some(a? && b?) }
}

fn or(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    if a == Some(true) || b == Some(true) { Some(true) } else { Some(a? || b?) }
}

/// LIKE.
fn matches(text: &str, pattern: &str) -> bool {
    let mut signs = pattern.chars();
    match signs.next() {
        None => text.is_empty(),
        Some('%') => {
            let rest = signs.as_str();
            matches(text, rest) || text.chars().next().is_some_and(|it| matches(&text[it.len_utf8()..], pattern))
        }
        Some(sign) => {
            let any = sign == '_';
            let sign = if sign == '\\' { signs.next() } else { Some(sign) };
            let mut chars = text.chars();
            let first = chars.next();
            first.is_some() && (any || first == sign) && matches(chars.as_str(), signs.as_str())
        }
    }
}

//! Conditions over several sources, with queries in them.

use orm_pg::{expr::Column, prelude::*};
use proptest::{prelude::*, sample::select};

use super::{
    Point,
    build::{Side, Sides},
};

/// A column: which source, and whether it is the second.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place(usize, bool);

#[derive(Debug, Clone)]
pub(super) enum Condition {
    Eq(Place, Place),
    Lt(Place, Place),
    Is(Place, i64),
    IsNull(Place),
    Not(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    /// A query over one more source, which the condition is over.
    Exists(Box<Self>),
    NotExists(Box<Self>),
    /// Among the second columns of such a query.
    In(Place, Box<Self>),
    /// Equal to the largest first column of such a query.
    Max(Place, Box<Self>),
    /// How many rows such a query of two more sources has, and that the same query as a list has the value.
    Pairs(Place, Box<Self>, i64),
}

fn place(sources: usize) -> impl Strategy<Value = Place> {
    (0..sources, any::<bool>()).prop_map(|(source, second)| Place(source, second))
}

pub(super) fn equality(before: usize) -> impl Strategy<Value = Condition> {
    (place(before), any::<bool>()).prop_map(move |(left, second)| Condition::Eq(left, Place(before, second)))
}

pub(super) fn conditions(sources: usize, depth: u32) -> BoxedStrategy<Condition> {
    let two = || (place(sources), place(sources));
    let leaf = prop_oneof![
        two().prop_map(|(a, b)| Condition::Eq(a, b)),
        two().prop_map(|(a, b)| Condition::Lt(a, b)),
        (place(sources), 0..3_i64).prop_map(|(a, value)| Condition::Is(a, value)),
        place(sources).prop_map(Condition::IsNull),
    ];
    let Some(below) = depth.checked_sub(1) else { return leaf.boxed() };
    let same = conditions(sources, below).prop_map(Box::new);
    let more = conditions(sources + 1, below).prop_map(Box::new);
    let most = conditions(sources + 2, below).prop_map(Box::new);
    prop_oneof![
        4 => leaf,
        1 => same.clone().prop_map(Condition::Not),
        1 => (same.clone(), same.clone()).prop_map(|(a, b)| Condition::And(a, b)),
        1 => (same.clone(), same).prop_map(|(a, b)| Condition::Or(a, b)),
        1 => more.clone().prop_map(Condition::Exists),
        1 => more.clone().prop_map(Condition::NotExists),
        1 => (place(sources), more.clone()).prop_map(|(at, it)| Condition::In(at, it)),
        1 => (place(sources), more).prop_map(|(at, it)| Condition::Max(at, it)),
        1 => (place(sources), most, select(vec![0, 1, 2])).prop_map(|(at, it, least)| Condition::Pairs(at, it, least)),
    ]
    .boxed()
}

impl Place {
    fn column(self, sides: &[Side]) -> Column<Option<i64>> {
        let side = sides[self.0];
        if self.1 { side.1 } else { side.0 }
    }

    fn of(self, row: &[Option<Point>]) -> Option<i64> {
        let point = row[self.0].as_ref()?;
        if self.1 { point.y } else { point.x }
    }
}

impl Condition {
    pub(super) fn build(&self, sides: &[Side]) -> Cond {
        let more = |it: &Self, columns: Vec<Side>| it.build(&[sides, &columns].concat());
        match self {
            Self::Eq(a, b) => a.column(sides).eq(b.column(sides)),
            Self::Lt(a, b) => a.column(sides).lt(b.column(sides)),
            Self::Is(a, value) => a.column(sides).eq(*value),
            Self::IsNull(a) => a.column(sides).is_null(),
            Self::Not(it) => !it.build(sides),
            Self::And(a, b) => a.build(sides).and(b.build(sides)),
            Self::Or(a, b) => a.build(sides).or(b.build(sides)),
            Self::Exists(it) => exists(Point::query().filter(|p| more(it, p.sides()))),
            Self::NotExists(it) => not_exists(Point::query().filter(|p| more(it, p.sides()))),
            Self::In(at, it) => at.column(sides).in_(Point::query().filter(|p| more(it, p.sides())).select(|p| p.y)),
            Self::Max(at, it) => {
                let max = Point::query().filter(|p| more(it, p.sides())).select(|p| p.x.max());
                at.column(sides).eq(max.scalar())
            }
            Self::Pairs(at, it, least) => {
                let pairs = Point::query().left_join::<Point>(|(a, b)| a.x.eq(b.y)).filter(|c| more(it, c.sides()));
                // The clone's sub-queries must keep their columns to themselves.
                let ys = pairs.clone().select(|(a, _)| a.y);
                let count = pairs.select(|_| count_all()).scalar();
                count.gt(*least).and(at.column(sides).in_(ys))
            }
        }
    }

    /// What it is worth for a row of the sources, by three-valued logic.
    pub(super) fn of(&self, row: &[Option<Point>], points: &[Point]) -> Option<bool> {
        let found = |it: &Self| -> Vec<&Point> {
            let holds = |point: &&Point| it.of(&[row, &[Some((*point).clone())]].concat(), points) == Some(true);
            points.iter().filter(holds).collect()
        };
        match self {
            Self::Eq(a, b) => Some(a.of(row)? == b.of(row)?),
            Self::Lt(a, b) => Some(a.of(row)? < b.of(row)?),
            Self::Is(a, value) => Some(a.of(row)? == *value),
            Self::IsNull(a) => Some(a.of(row).is_none()),
            Self::Not(it) => it.of(row, points).map(|it| !it),
            Self::And(a, b) => and(a.of(row, points), b.of(row, points)),
            Self::Or(a, b) => {
                let no = |it: Option<bool>| it.map(|it| !it);
                no(and(no(a.of(row, points)), no(b.of(row, points))))
            }
            Self::Exists(it) => Some(!found(it).is_empty()),
            Self::NotExists(it) => Some(found(it).is_empty()),
            Self::In(at, it) => among(at.of(row), &found(it).iter().map(|it| it.y).collect::<Vec<_>>()),
            Self::Max(at, it) => Some(at.of(row)? == found(it).iter().filter_map(|it| it.x).max()?),
            Self::Pairs(at, it, least) => {
                let mut ys = vec![];
                for a in points {
                    let mut others: Vec<_> =
                        points.iter().filter(|b| a.x.is_some() && a.x == b.y).map(|b| Some(b.clone())).collect();
                    if others.is_empty() {
                        others.push(None);
                    }
                    for b in others {
                        if it.of(&[row, &[Some(a.clone()), b]].concat(), points) == Some(true) {
                            ys.push(a.y);
                        }
                    }
                }
                let count = i64::try_from(ys.len()).ok()?;
                and(Some(count > *least), among(at.of(row), &ys))
            }
        }
    }
}

fn and(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    if a == Some(false) || b == Some(false) { Some(false) } else { Some(a? && b?) }
}

/// IN: NULL where a NULL may be what is looked for.
fn among(value: Option<i64>, list: &[Option<i64>]) -> Option<bool> {
    if list.is_empty() {
        return Some(false);
    }
    let value = value?;
    if list.contains(&Some(value)) {
        Some(true)
    } else if list.contains(&None) {
        None
    } else {
        Some(false)
    }
}

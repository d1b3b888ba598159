//! Random joins of a table with itself, with sub-queries in their conditions: the same rows as nested loops in Rust.

mod build;
mod condition;

use std::fmt::Debug;

use orm_pg::{
    executor::Executor,
    prelude::*,
    query::{Select, Source},
    row::FromRow as Row,
};
use proptest::{collection::vec, option, prelude::*, sample::select, test_runner::TestCaseResult};

use self::{
    build::{Rows, Sides},
    condition::{Condition, conditions},
};
use super::{check, failed};

/// No key, and no column that is never NULL: hard to tell from a row that is not there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Model)]
#[orm(table = "points")]
struct Point {
    x: Option<i64>,
    y: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Inner,
    Left,
    Right,
    Full,
}

/// How one more source is joined.
#[derive(Debug, Clone)]
struct Join {
    kind: Kind,
    on: Condition,
}

#[derive(Debug, Clone)]
struct Case {
    points: Vec<Point>,
    joins: Vec<Join>,
    filters: Vec<Condition>,
    /// The first column must be among those of a clone of the query, in the query itself.
    within: bool,
}

fn point() -> impl Strategy<Value = Point> {
    let number = || option::weighted(0.7, 0..3_i64);
    (number(), number()).prop_map(|(x, y)| Point { x, y })
}

fn join(sources: usize) -> BoxedStrategy<Join> {
    let any = (select(vec![Kind::Inner, Kind::Left, Kind::Right]), conditions(sources + 1, 1));
    // The server joins both ways by equality only.
    let full = condition::equality(sources).prop_map(|on| Join { kind: Kind::Full, on });
    prop_oneof![4 => any.prop_map(|(kind, on)| Join { kind, on }), 1 => full].boxed()
}

fn cases() -> impl Strategy<Value = Case> {
    (0..=3_usize).prop_flat_map(|joins| {
        let joins: Vec<_> = (1..=joins).map(join).collect();
        let filters = vec(conditions(joins.len() + 1, 2), 0..3);
        (vec(point(), 0..5), joins, filters, prop::bool::weighted(0.3))
            .prop_map(|(points, joins, filters, within)| Case { points, joins, filters, within })
    })
}

/// What stands in one row of the result, source by source.
type Found = Vec<Option<Point>>;

impl Case {
    /// The rows by nested loops.
    fn expected(&self) -> Vec<Found> {
        let points = &self.points;
        let mut rows: Vec<Found> = points.iter().map(|it| vec![Some(it.clone())]).collect();
        for (number, Join { kind, on }) in (1..).zip(&self.joins) {
            let mut joined = vec![];
            let mut met = vec![false; points.len()];
            for left in &rows {
                let before = joined.len();
                for (right, met) in points.iter().zip(&mut met) {
                    let row = [left.as_slice(), &[Some(right.clone())]].concat();
                    if on.of(&row, points) == Some(true) {
                        *met = true;
                        joined.push(row);
                    }
                }
                if joined.len() == before && matches!(kind, Kind::Left | Kind::Full) {
                    joined.push([left.as_slice(), &[None]].concat());
                }
            }
            if matches!(kind, Kind::Right | Kind::Full) {
                let alone = points.iter().zip(met).filter(|(_, met)| !met);
                joined.extend(alone.map(|(right, _)| [vec![None; number], vec![Some(right.clone())]].concat()));
            }
            rows = joined;
        }
        rows.retain(|row| self.filters.iter().all(|it| it.of(row, points) == Some(true)));
        if self.within {
            let x = |row: &Found| row[0].as_ref().and_then(|it| it.x);
            let ys: Vec<_> = rows.iter().map(|row| row[0].as_ref().and_then(|it| it.y)).collect();
            rows.retain(|row| x(row).is_some_and(|x| ys.contains(&Some(x))));
        }
        rows.sort();
        rows
    }

    /// Runs the finished query.
    async fn finish<S>(&self, query: Select<S, S::Row>, db: &impl Executor) -> TestCaseResult
    where
        S: Source<Columns: Sides, Row: Rows + Row + Debug>,
    {
        let mut query = query;
        for cond in &self.filters {
            query = query.filter(|c| cond.build(&c.sides()));
        }
        if self.within {
            let copy = query.clone().select(|c| c.sides()[0].1);
            query = query.filter(|c| c.sides()[0].0.in_(copy));
        }
        let expected = self.expected();
        let found = query.clone().all(db).await.map_err(failed)?;
        let mut found: Vec<Found> = found.into_iter().map(Rows::list).collect();
        found.sort();
        prop_assert_eq!(&found, &expected, "{}", query);
        let count = query.clone().count(db).await.map_err(failed)?;
        prop_assert_eq!(usize::try_from(count), Ok(expected.len()), "{}", query);
        let distinct = query.clone().distinct().count(db).await.map_err(failed)?;
        let mut once = expected;
        once.dedup();
        prop_assert_eq!(usize::try_from(distinct), Ok(once.len()), "{}", query);
        Ok(())
    }
}

/// Joins by what the case says: each kind of join has a separate type. The rest of the tokens stand for joins to
/// come.
macro_rules! joined {
    ($case:expr, $at:expr, $query:expr, $db:expr,) => {
        $case.finish($query, $db).await
    };
    ($case:expr, $at:expr, $query:expr, $db:expr, + $($more:tt)*) => {
        match $case.joins.get($at) {
            None => $case.finish($query, $db).await,
            Some(Join { kind: Kind::Inner, on }) => {
                let query = $query.join::<Point>(|c| on.build(&c.sides()));
                joined!($case, $at + 1, query, $db, $($more)*)
            }
            Some(Join { kind: Kind::Left, on }) => {
                let query = $query.left_join::<Point>(|c| on.build(&c.sides()));
                joined!($case, $at + 1, query, $db, $($more)*)
            }
            Some(Join { kind: Kind::Right, on }) => {
                let query = $query.right_join::<Point>(|c| on.build(&c.sides()));
                joined!($case, $at + 1, query, $db, $($more)*)
            }
            Some(Join { kind: Kind::Full, on }) => {
                let query = $query.full_join::<Point>(|c| on.build(&c.sides()));
                joined!($case, $at + 1, query, $db, $($more)*)
            }
        }
    };
}

#[orm_pg::test(models(Point))]
async fn joins_find_what_nested_loops_find(db: Database) -> Result<()> {
    let db = db.connection().await?;
    // The server knows nothing of the table's size, and would rather compile than run.
    sql!("SET jit = off").execute(&db).await?;
    check(300, cases, async move |case| {
        Point::query().all_rows().delete().execute(&db).await.map_err(failed)?;
        let new = case.points.iter().map(|it| NewPoint { x: it.x, y: it.y });
        Point::insert_many(new).execute(&db).await.map_err(failed)?;
        joined!(case, 0, Point::query(), &db, + + +)
    })
    .await;
    Ok(())
}

//! Random expressions: the server accepts each, and computes the same value as an evaluator in Rust.

mod build;
mod evaluate;
mod tree;

use std::collections::{BTreeMap, BTreeSet};

use orm_pg::{prelude::*, statement::Sql};
use proptest::{collection::vec, prelude::*, test_runner::TestCaseResult};

use self::{
    build::{Any, with},
    tree::{Row, Trees, bools, ints, texts, trees},
};
use super::{check, failed};

/// A row with a column of every kind.
#[derive(Debug, Clone, PartialEq, Eq, Model)]
#[orm(table = "cells")]
pub(crate) struct Cell {
    #[orm(key)]
    id: i64,
    a: i64,
    b: Option<i64>,
    s: String,
    t: Option<String>,
    p: bool,
    q: Option<bool>,
}

async fn fill(db: &Database, rows: &[Row]) -> Result<()> {
    Cell::query().all_rows().delete().execute(db).await?;
    let cells =
        (0_i64..).zip(rows.iter().cloned()).map(|(id, Row { a, b, s, t, p, q })| NewCell { id, a, b, s, t, p, q });
    Cell::insert_many(cells).execute(db).await?;
    Ok(())
}

/// Each placeholder has a bind, and each bind its placeholders.
fn binds_fit(sql: &Sql) -> TestCaseResult {
    let numbers: BTreeSet<usize> = sql
        .text
        .split('$')
        .skip(1)
        .map(|it| it.split(|it: char| !it.is_ascii_digit()).next().unwrap_or_default().parse().expect("a number"))
        .collect();
    prop_assert_eq!(numbers, (1..=sql.binds.len()).collect::<BTreeSet<_>>(), "{}", sql.text);
    Ok(())
}

fn rows_and_trees(depth: u32) -> impl Strategy<Value = (Vec<Row>, Trees)> {
    (vec(tree::row(), 1..=4), trees(depth))
}

#[orm_pg::test(models(Cell))]
async fn expressions_are_worth_what_sql_says(db: Database) -> Result<()> {
    check(
        192,
        || rows_and_trees(3),
        async move |(rows, Trees { int, text, bool })| {
            fill(&db, &rows).await.map_err(failed)?;
            let never_null = std::cell::Cell::new((false, false));
            let all = Cell::query().order_by(|c| c.id.asc()).select(|c| {
                let (int, text) = (int.build(c), text.build(c));
                never_null.set((int.is_never_null(), text.is_never_null()));
                (int, text, bool.build(c))
            });
            binds_fit(&all.to_sql())?;
            let expected: Vec<_> = rows.iter().map(|row| (int.of(row), text.of(row), bool.of(row))).collect();
            let values = all.clone().all(&db).await.map_err(failed)?;
            prop_assert_eq!(&values, &expected, "{}", all);
            // What the type says to be there is there.
            prop_assert!(!never_null.get().0 || values.iter().all(|it| it.0.is_some()), "{}", all);
            prop_assert!(!never_null.get().1 || values.iter().all(|it| it.1.is_some()), "{}", all);
            Ok(())
        },
    )
    .await;
    Ok(())
}

#[orm_pg::test(models(Cell))]
async fn filters_keep_the_rows_for_which_they_hold(db: Database) -> Result<()> {
    check(
        128,
        || (vec(tree::row(), 1..=4), bools(3), bools(1)),
        async move |(rows, bool, more)| {
            fill(&db, &rows).await.map_err(failed)?;
            let some = Cell::query().filter(|c| bool.build(c)).filter(|c| more.build(c));
            binds_fit(&some.to_sql())?;
            let expected =
                (0_i64..).zip(&rows).filter(|(_, row)| bool.of(row) == Some(true) && more.of(row) == Some(true));
            let expected: Vec<i64> = expected.map(|it| it.0).collect();
            let found = some.clone().order_by(|c| c.id.asc()).select(|c| c.id).all(&db).await.map_err(failed)?;
            prop_assert_eq!(&found, &expected, "{}", some);
            let count = some.clone().count(&db).await.map_err(failed)?;
            prop_assert_eq!(usize::try_from(count), Ok(expected.len()));
            prop_assert_eq!(some.exists(&db).await.map_err(failed)?, !expected.is_empty());
            Ok(())
        },
    )
    .await;
    Ok(())
}

#[orm_pg::test(models(Cell))]
async fn groups_and_distinct_rows_by_any_expression(db: Database) -> Result<()> {
    check(
        128,
        || (vec(tree::row(), 1..=6), ints(2), texts(2)),
        async move |(rows, int, text)| {
            fill(&db, &rows).await.map_err(failed)?;
            let mut expected: BTreeMap<_, (i64, Option<i64>)> = BTreeMap::new();
            for row in &rows {
                let group = expected.entry((int.of(row), text.of(row))).or_default();
                group.0 += 1;
                group.1 = group.1.max(Some(row.a));
            }
            // Once more the same expressions, in the list and to sort by.
            let groups = Cell::query()
                .group_by(|c| (int.build(c), text.build(c)))
                .order_by(|c| with!(left int.build(c), it => it.asc()))
                .select(|c| (int.build(c), text.build(c), count_all(), c.a.max()));
            binds_fit(&groups.to_sql())?;
            let found = groups.clone().all(&db).await.map_err(failed)?;
            prop_assert!(found.is_sorted_by_key(|it| (it.0.is_none(), it.0)), "{}", groups);
            let found: BTreeMap<_, _> =
                found.into_iter().map(|(int, text, count, max)| ((int, text), (count, max))).collect();
            prop_assert_eq!(&found, &expected, "{}", groups);
            let distinct = Cell::query()
                .select(|c| (int.build(c), text.build(c)))
                .distinct()
                .order_by(|c| with!(left int.build(c), it => it.desc()));
            let found = distinct.clone().all(&db).await.map_err(failed)?;
            prop_assert_eq!(found.len(), expected.len(), "{}", distinct);
            prop_assert!(found.iter().all(|it| expected.contains_key(it)), "{}", distinct);
            Ok(())
        },
    )
    .await;
    Ok(())
}

#[orm_pg::test(models(Cell))]
async fn updates_set_any_expression(db: Database) -> Result<()> {
    let cases = || (vec(tree::row(), 1..=4), ints(2), texts(2), bools(2));
    check(96, cases, async move |(rows, int, text, bool)| {
        fill(&db, &rows).await.map_err(failed)?;
        // A condition of no parts is no filter, which a write has to be told to go without.
        let some = Cell::query().filter(|c| bool.build(c)).all_rows();
        let update = some.update(|c| (int.build(c).set(c.b), text.build(c).set(c.t), c.q.set(bool.build(c))));
        binds_fit(&update.to_sql())?;
        let affected = update.execute(&db).await.map_err(failed)?;
        let (mut expected, mut count) = (rows.clone(), 0);
        for row in &mut expected {
            if bool.of(row) == Some(true) {
                (row.b, row.t, row.q) = (int.of(row), text.of(row), bool.of(row));
                count += 1;
            }
        }
        prop_assert_eq!(affected, count);
        let found =
            Cell::query().order_by(|c| c.id.asc()).select(|c| (c.b, c.t, c.q)).all(&db).await.map_err(failed)?;
        let expected: Vec<_> = expected.into_iter().map(|row| (row.b, row.t, row.q)).collect();
        prop_assert_eq!(found, expected);
        // A delete keeps the others.
        let gone = Cell::query().filter(|c| bool.build(c)).all_rows().delete().returning(|c| c.id);
        let gone = gone.all(&db).await.map_err(failed)?;
        let left = Cell::query().select(|c| c.id).all(&db).await.map_err(failed)?;
        prop_assert_eq!(gone.len() + left.len(), rows.len());
        Ok(())
    })
    .await;
    Ok(())
}

/// A CASE, a part of a text and a replacement are NULL where any of their parts is, which their types say.
#[orm_pg::test(models(Cell))]
async fn what_may_be_null_is_an_option(db: Database) -> Result<()> {
    let row = Row { a: 1, b: None, s: "s".into(), t: None, p: true, q: None };
    fill(&db, &[row]).await?;
    let values: (Option<i64>, Option<i64>, Option<String>, Option<String>) = Cell::query()
        .select(|c| {
            (
                case().when(c.p, c.b).otherwise(0),
                case().when(!c.p, 1_i64).when(c.p, c.b).otherwise(c.a),
                c.s.substring(c.b.cast::<i32>(), 1),
                c.s.replace(c.t, "x"),
            )
        })
        .one(&db)
        .await?;
    assert_eq!(values, (None, None, None, None));
    let value: i64 = Cell::query().select(|c| case().when(c.p, c.a).when(!c.p, 2).otherwise(0)).one(&db).await?;
    assert_eq!(value, 1);
    Ok(())
}

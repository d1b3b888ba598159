//! Random rows and upserts: the given values are stored, and returned in their order.

use std::collections::BTreeMap;

use orm_pg::prelude::*;
use proptest::{collection::vec, option, prelude::*};

use super::{check, failed};

/// Columns with and without defaults.
#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "crates")]
struct Crate {
    #[orm(key, identity)]
    id: i64,
    #[orm(default = "7")]
    weight: i64,
    label: Option<String>,
    #[orm(default = "'?'")]
    note: Option<String>,
    content: Option<Json>,
    open: bool,
}

/// The same with arrays, which many rows cannot carry as one array more.
#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "stacks")]
struct Stack {
    #[orm(key, identity)]
    id: i64,
    #[orm(default = "'{7}'")]
    weights: Vec<i64>,
    labels: Option<Vec<Option<String>>>,
    contents: Vec<Json>,
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z'\"\\\\{},% \u{e9}]{0,6}", Just("NULL".to_owned()), "\\PC{0,6}"]
}

fn json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        any::<i32>().prop_map(Into::into),
        any::<bool>().prop_map(Into::into),
        text().prop_map(Into::into),
        Just(serde_json::Value::Null),
    ];
    let nested = leaf.prop_recursive(3, 8, 3, |below| {
        let object = prop::collection::btree_map(text(), below.clone(), 0..3);
        prop_oneof![
            vec(below, 0..3).prop_map(Into::into),
            object.prop_map(|it| it.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    });
    nested.prop_map(Json)
}

fn defaulted<T: std::fmt::Debug + Clone>(value: impl Strategy<Value = T>) -> impl Strategy<Value = Defaulted<T>> {
    prop_oneof![1 => Just(Auto), 2 => value.prop_map(Defaulted::Set)]
}

fn crates() -> impl Strategy<Value = NewCrate> {
    let label = || option::of(text());
    (defaulted(any::<i64>()), label(), defaulted(label()), option::of(json()), any::<bool>())
        .prop_map(|(weight, label, note, content, open)| NewCrate { weight, label, note, content, open })
}

fn stacks() -> impl Strategy<Value = NewStack> {
    let labels = option::of(vec(option::of(text()), 0..4));
    (defaulted(vec(any::<i64>(), 0..4)), labels, vec(json(), 0..3)).prop_map(|(weights, labels, contents)| NewStack {
        weights,
        labels,
        contents,
    })
}

fn given<T>(value: Defaulted<T>, default: T) -> T {
    match value {
        Auto => default,
        Defaulted::Set(value) => value,
    }
}

#[orm_pg::test(models(Crate, Stack))]
async fn rows_are_stored_as_given_and_in_their_order(db: Database) -> Result<()> {
    // Rows that all leave the same to the database go another way than those that do not.
    let cases = || (vec(crates(), 1..6), vec(stacks(), 1..5), any::<bool>(), any::<bool>());
    check(192, cases, async move |(mut crates, stacks, plain, one)| {
        if plain {
            crates.iter_mut().for_each(|it| (it.weight, it.note) = (3.into(), Auto));
        }
        if one {
            crates.truncate(1);
        }
        let expected: Vec<_> = crates
            .iter()
            .cloned()
            .map(|it| (given(it.weight, 7), it.label, given(it.note, Some("?".to_owned())), it.content, it.open))
            .collect();
        let stored = Crate::insert_many(crates.clone()).all(&db).await.map_err(failed)?;
        prop_assert!(stored.is_sorted_by_key(|it| it.id));
        let found: Vec<_> =
            stored.iter().cloned().map(|it| (it.weight, it.label, it.note, it.content, it.open)).collect();
        prop_assert_eq!(&found, &expected);
        let ids: Vec<_> = stored.iter().map(|it| it.id).collect();
        let again =
            Crate::query().filter(|c| c.id.in_(&ids)).order_by(|c| c.id.asc()).all(&db).await.map_err(failed)?;
        prop_assert_eq!(&again, &stored);
        // One at a time they become the same.
        for (row, expected) in crates.into_iter().zip(expected) {
            let it = Crate::insert(row).one(&db).await.map_err(failed)?;
            prop_assert_eq!((it.weight, it.label, it.note, it.content, it.open), expected);
        }
        let expected: Vec<_> =
            stacks.iter().cloned().map(|it| (given(it.weights, vec![7]), it.labels, it.contents)).collect();
        let stored = Stack::insert_many(stacks).returning(|s| (s.weights, s.labels, s.contents)).all(&db).await;
        prop_assert_eq!(stored.map_err(failed)?, expected);
        Ok(())
    })
    .await;
    Ok(())
}

/// A stock by name.
#[derive(Debug, Clone, PartialEq, Eq, Model)]
#[orm(table = "stocks")]
struct Stock {
    #[orm(key)]
    name: String,
    amount: i64,
    #[orm(version)]
    version: i32,
}

#[derive(Debug, Clone)]
enum Step {
    /// Keeps what is there.
    Keep(BTreeMap<String, i64>),
    /// Adds to what is there.
    Add(BTreeMap<String, i64>),
    /// Puts the larger one.
    Raise(BTreeMap<String, i64>),
    Move(String, i64),
    Delete(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let name = || "[ab' ]{0,1}";
    let rows = || prop::collection::btree_map(name(), -5..6_i64, 0..4);
    prop_oneof![
        rows().prop_map(Step::Keep),
        rows().prop_map(Step::Add),
        rows().prop_map(Step::Raise),
        (name(), -5..6_i64).prop_map(|(name, by)| Step::Move(name, by)),
        (-5..6_i64).prop_map(Step::Delete),
    ]
}

#[orm_pg::test(models(Stock))]
async fn upserts_keep_books_as_a_map_does(db: Database) -> Result<()> {
    check(
        128,
        || vec(step(), 1..10),
        async move |steps| {
            Stock::query().all_rows().delete().execute(&db).await.map_err(failed)?;
            let mut model: BTreeMap<String, i64> = BTreeMap::new();
            for step in steps {
                let new = |rows: &BTreeMap<String, i64>| {
                    Stock::insert_many(
                        rows.iter().map(|(name, amount)| NewStock::new(name, *amount)).collect::<Vec<_>>(),
                    )
                };
                let (done, expected) = match step {
                    Step::Keep(rows) => {
                        let before = model.len();
                        for (name, amount) in &rows {
                            model.entry(name.clone()).or_insert(*amount);
                        }
                        (new(&rows).on_conflict(|s| s.name).do_nothing().execute(&db).await, model.len() - before)
                    }
                    Step::Add(rows) => {
                        rows.iter().for_each(|(name, amount)| *model.entry(name.clone()).or_default() += amount);
                        let upsert = new(&rows).on_constraint(Stock::PKEY);
                        let upsert = upsert.do_update(|s, new| s.amount.set(s.amount + new.amount));
                        (upsert.execute(&db).await, rows.len())
                    }
                    Step::Raise(rows) => {
                        let mut touched = 0;
                        for (name, amount) in &rows {
                            let there = model.get(name).copied();
                            if there.is_none_or(|it| it < *amount) {
                                model.insert(name.clone(), *amount);
                                touched += 1;
                            }
                        }
                        let upsert = new(&rows).on_conflict(|s| s.name).do_update(|s, new| s.amount.set(new.amount));
                        (upsert.filter(|s, new| s.amount.lt(new.amount)).execute(&db).await, touched)
                    }
                    Step::Move(name, by) => {
                        let there = model.get_mut(&name).map(|it| *it += by);
                        let update =
                            Stock::query().filter(|s| s.name.eq(&name)).update(|s| s.amount.set(s.amount + by));
                        (update.execute(&db).await, there.iter().count())
                    }
                    Step::Delete(least) => {
                        let before = model.len();
                        model.retain(|_, amount| *amount < least);
                        let gone = before - model.len();
                        (Stock::query().filter(|s| s.amount.ge(least)).delete().execute(&db).await, gone)
                    }
                };
                prop_assert_eq!(usize::try_from(done.map_err(failed)?), Ok(expected));
                let found = Stock::query().select(|s| (s.name, s.amount)).all(&db).await.map_err(failed)?;
                prop_assert_eq!(&found.into_iter().collect::<BTreeMap<_, _>>(), &model);
            }
            Ok(())
        },
    )
    .await;
    Ok(())
}

#[derive(Debug, Clone, Insert)]
#[orm(of = Crate)]
struct Weighed {
    weight: Defaulted<i64>,
    open: bool,
}

#[orm_pg::test(models(Crate))]
async fn as_many_binds_as_the_protocol_carries(db: Database) -> Result<()> {
    for count in [65_534_i64, 65_535, 65_536] {
        // One array, whatever its length.
        let ids: Vec<i64> = (0..count).collect();
        assert_eq!(Crate::query().filter(|c| c.id.in_(&ids)).count(&db).await?, 0);
        // A bind each.
        let fits = Crate::query().filter(|_| Cond::any(ids.iter().map(|_| bind(false)))).count(&db).await;
        match count {
            65_536 => assert_eq!(fits.expect_err("too many").kind(), ErrorKind::InvalidStatement),
            _ => assert_eq!(fits?, 0),
        }
        // Rows that differ in their defaults go in as many statements as it takes.
        let rows = (0..count).map(|n| Weighed { weight: if n == 0 { Auto } else { n.into() }, open: true });
        let weights = Crate::insert_many(rows).returning(|c| c.weight).all(&db).await?;
        assert_eq!(weights.len(), ids.len());
        assert!(weights.iter().zip(0..).skip(1).all(|(weight, n)| *weight == n), "in their order");
        Crate::query().all_rows().delete().execute(&db).await?;
    }
    Ok(())
}

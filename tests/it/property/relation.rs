//! Random rows and clauses: a relation loads the same rows as a loop in Rust finds for each parent.

mod clause;
mod text;
mod world;

use orm_pg::{executor::Executor, prelude::*};
use proptest::{collection::vec, prelude::*, sample::Index, test_runner::TestCaseResult};

use self::{
    clause::{Clause, clauses, with_clause},
    world::{Badge, BadgeColumns, Friend, Item, Mark, Person, World, worlds},
};
use super::{check, failed};

type Clauses = (Clause, Clause, Clause);

/// Runs `test` on random worlds, each stored in a transaction that is rolled back.
async fn check_worlds<F>(db: Database, cases: u32, test: F)
where
    F: AsyncFn(&Transaction<'_>, &World, &Clauses, &[Index]) -> TestCaseResult + Send + 'static,
{
    let strategy = || (worlds(), (clauses(), clauses(), clauses()), vec(any::<Index>(), 0..6));
    check(cases, strategy, async move |(world, clauses, picks)| {
        let tx = db.begin().await.map_err(failed)?;
        // The server knows nothing of the tables' sizes, and would rather compile than run.
        sql!("SET LOCAL jit = off").execute(&tx).await.map_err(failed)?;
        world.store(&tx).await.map_err(failed)?;
        test(&tx, &world, &clauses, &picks).await?;
        tx.rollback().await.map_err(failed)
    })
    .await;
}

/// Some of the rows, in any order, some of them several times.
fn picked<T: Clone>(rows: &[T], picks: &[Index]) -> Vec<T> {
    if rows.is_empty() { vec![] } else { picks.iter().map(|it| it.get(rows).clone()).collect() }
}

#[orm_pg::test(models(Person, Item, Mark, Badge, Friend))]
async fn what_is_loaded_along_is_what_loops_find(db: Database) -> Result<()> {
    check_worlds(db, 150, async |db, world, (a, b, c), _| {
        let query = Person::query()
            .with(with_clause!(Person::items(), a).with(with_clause!(Item::marks(), b)))
            .with(with_clause!(Person::reports(), b).with(Person::badge()).with(with_clause!(Person::friends(), c)))
            .with(Person::boss())
            .with(Person::boss().filter(|p| p.weight.ge(2)))
            .with(Person::badge().filter(|p| p.weight.ge(2)))
            .with(with_clause!(Person::friends(), c).with(with_clause!(Person::admirers(), a)))
            .with(with_clause!(weights Person::items(), b).select(|i| i.weight).distinct())
            .with(with_clause!(Person::admirers(), c).select(|p| (p.id, p.weight)));
        let mut expected = vec![];
        for person in a.of(world.people.clone()) {
            let items = a.of(world.items(&person)).into_iter().map(|it| (b.of(world.marks(&it)), it));
            let reports = b.of(world.reports(&person)).into_iter();
            let reports = reports.map(|it| (world.badge(&it), c.of(world.friends(&it)), it));
            let friends = c.of(world.friends(&person)).into_iter().map(|it| (a.of(world.admirers(&it)), it));
            expected.push((
                items.map(|(marks, it)| (it, marks)).collect::<Vec<_>>(),
                reports.map(|(badge, friends, it)| (it, badge, friends)).collect::<Vec<_>>(),
                world.boss(&person),
                world.boss(&person).filter(|it| it.weight >= Some(2)),
                world.badge(&person).filter(|it| it.weight >= Some(2)),
                friends.map(|(admirers, it)| (it, admirers)).collect::<Vec<_>>(),
                b.weights(world.items(&person)),
                c.of(world.admirers(&person)).iter().map(|it| (it.id, it.weight)).collect::<Vec<_>>(),
                person,
            ));
        }
        let found = with_clause!(query, a).all(db).await.map_err(failed)?;
        let found: Vec<_> =
            found.into_iter().map(|(person, a, b, c, d, e, f, g, h)| (a, b, c, d, e, f, g, h, person)).collect();
        prop_assert_eq!(found, expected);
        Ok(())
    })
    .await;
    Ok(())
}

#[orm_pg::test(models(Person, Item, Mark, Badge, Friend))]
async fn what_is_loaded_for_rows_at_hand_is_what_loops_find(db: Database) -> Result<()> {
    check_worlds(db, 150, async |db, world, (a, b, c), picks| {
        let people = picked(&world.people, picks);
        // Down three levels and up again.
        let relation = with_clause!(Person::reports(), a).with(
            with_clause!(Person::items(), b)
                .with(with_clause!(Item::marks(), c).with(Mark::item().with(Item::owner()))),
        );
        let found = load(&people, relation, db).await.map_err(failed)?;
        let mark = |it: Mark| {
            let item = world.item(&it);
            (it, (item.clone(), world.owner(&item)))
        };
        let item = |it: Item| (it.clone(), c.of(world.marks(&it)).into_iter().map(mark).collect::<Vec<_>>());
        let report = |it: Person| (it.clone(), b.of(world.items(&it)).into_iter().map(item).collect::<Vec<_>>());
        let expected: Vec<(&Person, Vec<_>)> =
            people.iter().map(|it| (it, a.of(world.reports(it)).into_iter().map(report).collect())).collect();
        prop_assert_eq!(found, expected);

        // Up, where parents have the same row.
        let marks = picked(&world.marks, picks);
        let found = load(&marks, Mark::item().with(Item::owner().with(Person::boss())), db).await.map_err(failed)?;
        let boss = |it: Person| (it.clone(), world.boss(&it));
        let owner = |it: Item| (it.clone(), world.owner(&it).map(boss));
        let expected: Vec<_> = marks.iter().map(|it| (it, owner(world.item(it)))).collect();
        prop_assert_eq!(found, expected);
        let found = load(&marks, Mark::item().filter(|i| i.weight.ge(2)), db).await.map_err(failed)?;
        let expected: Vec<_> =
            marks.iter().map(|it| (it, Some(world.item(it)).filter(|it| it.weight >= Some(2)))).collect();
        prop_assert_eq!(found, expected);

        // Numbers instead of rows.
        let found = load(&people, with_clause!(Person::items(), a).count(), db).await.map_err(failed)?;
        let number = |rows: usize| i64::try_from(rows).expect("few rows");
        let expected: Vec<_> = people.iter().map(|it| (it, number(a.of(world.items(it)).len()))).collect();
        prop_assert_eq!(found, expected);
        let found = load(&people, with_clause!(Person::friends(), b).exists(), db).await.map_err(failed)?;
        let expected: Vec<_> = people.iter().map(|it| (it, !b.of(world.friends(it)).is_empty())).collect();
        prop_assert_eq!(found, expected);
        let weights = with_clause!(weights Person::admirers(), c).select(|p| p.weight).distinct().count();
        let found = load(&people, weights, db).await.map_err(failed)?;
        let expected: Vec<_> = people.iter().map(|it| (it, number(c.weights(world.admirers(it)).len()))).collect();
        prop_assert_eq!(found, expected);
        Ok(())
    })
    .await;
    Ok(())
}

#[orm_pg::test(models(Person, Item, Mark, Badge, Friend))]
async fn queries_of_rows_at_hand_find_what_loops_find(db: Database) -> Result<()> {
    check_worlds(db, 100, async |db, world, (a, b, _), picks| {
        let people = picked(&world.people, picks);
        for person in &people {
            let found = with_clause!(Person::items(), a).of(person).all(db).await.map_err(failed)?;
            prop_assert_eq!(found, a.of(world.items(person)));
            let found = with_clause!(Person::friends(), a).of(person).all(db).await.map_err(failed)?;
            prop_assert_eq!(found, a.of(world.friends(person)));
            let found = Person::boss().of(person).one_or_none(db).await.map_err(failed)?;
            prop_assert_eq!(found, world.boss(person));
            let found = Person::badge().of(person).one_or_none(db).await.map_err(failed)?;
            prop_assert_eq!(found, world.badge(person));
        }
        // Each row once, however many of the parents it belongs to; the clauses are those of the query.
        let any = |belongs: &dyn Fn(&Person) -> Vec<Person>| {
            let mut all: Vec<Person> = people.iter().flat_map(belongs).collect();
            all.sort_by_key(|it| it.id);
            all.dedup();
            b.of(all)
        };
        let found = with_clause!(Person::friends().of_all(&people), b).all(db).await.map_err(failed)?;
        prop_assert_eq!(found, any(&|it| world.friends(it)));
        let found = with_clause!(Person::reports().of_all(&people), b).all(db).await.map_err(failed)?;
        prop_assert_eq!(found, any(&|it| world.reports(it)));
        let found = with_clause!(Person::boss().of_all(&people), b).all(db).await.map_err(failed)?;
        prop_assert_eq!(found, any(&|it| world.boss(it).into_iter().collect()));
        Ok(())
    })
    .await;
    Ok(())
}

#[orm_pg::test(models(Person, Item, Mark, Badge, Friend))]
async fn conditions_hold_where_loops_say_so(db: Database) -> Result<()> {
    check_worlds(db, 150, async |db, world, (a, b, c), _| {
        macro_rules! asked {
            ($relation:expr, $rows:expr, $clause:expr) => {{
                let least = a.least.unwrap_or_default();
                let found = Person::query().order_by(|p| p.id.asc()).select(|p| {
                    let relation = || with_clause!($relation, $clause);
                    (
                        p.id,
                        relation().any(p, |it| it.weight.ge(least)).expr(),
                        relation().none(p, |it| it.weight.ge(least)).expr(),
                        relation().every(p, |it| it.weight.ge(least)).expr(),
                        relation().aggregate(p, |it| it.weight.max()),
                        relation().aggregate(p, |it| it.id.count()),
                    )
                });
                let expected: Vec<_> = world
                    .people
                    .iter()
                    .map(|person| {
                        let rows = $clause.of($rows(person));
                        let mut heavy = rows.iter().map(|it| it.weight >= Some(least));
                        let any = heavy.clone().any(|it| it);
                        let count = i64::try_from(rows.len()).expect("few rows");
                        let most = rows.iter().filter_map(|it| it.weight).max();
                        (person.id, Some(any), Some(!any), Some(heavy.all(|it| it)), most, count)
                    })
                    .collect();
                prop_assert_eq!(found.clone().all(db).await.map_err(failed)?, expected, "{}", found);
            }};
        }
        asked!(Person::items(), |it| world.items(it), b);
        asked!(Person::friends(), |it| world.friends(it), c);
        asked!(Person::reports(), |it| world.reports(it), b);

        // Of what belongs to what belongs to a row, and of those to which it belongs.
        let nested = Person::query()
            .filter(|p| Person::items().any(p, |i| Item::marks().every(i, |m| m.weight.ge(1))))
            .filter(|p| Person::boss().none(p, |b| Person::badge().any(b, |it: BadgeColumns| it.weight.ge(1))));
        let found = with_clause!(nested, a).all(db).await.map_err(failed)?;
        let heavy = |it: Option<i64>| it >= Some(1);
        let mut expected = world.people.clone();
        expected.retain(|it| world.items(it).iter().any(|it| world.marks(it).iter().all(|it| heavy(it.weight))));
        expected.retain(|it| !world.boss(it).and_then(|it| world.badge(&it)).is_some_and(|it| heavy(it.weight)));
        prop_assert_eq!(found, a.of(expected));
        Ok(())
    })
    .await;
    Ok(())
}

#[derive(Debug, PartialEq, Projection)]
#[orm(of = Person)]
struct Card {
    id: i64,
    boss: Option<Name>,
    #[orm(order_by = |i| i.id.desc(), limit = 3)]
    items: Vec<ItemCard>,
    #[orm(from = friends, filter = |p| p.weight.ge(1), order_by = |p| (p.weight.asc(), p.id.asc()))]
    heavy: Vec<Person>,
    #[orm(filter = |b| b.weight.is_not_null())]
    badge: Option<Badge>,
}

#[derive(Debug, Clone, PartialEq, Projection)]
#[orm(of = Person)]
struct Name {
    id: i64,
    #[orm(expr = |p| p.weight.coalesce(-1))]
    weight: i64,
}

#[derive(Debug, PartialEq, Projection)]
#[orm(of = Item)]
struct ItemCard {
    weight: Option<i64>,
    owner: Option<Name>,
    #[orm(order_by = |m| m.id.asc())]
    marks: Vec<MarkCard>,
}

#[derive(Debug, PartialEq, Projection)]
#[orm(of = Mark)]
struct MarkCard {
    id: i64,
    item: Item,
}

/// A projection has what the same relations give as tuples.
async fn cards(db: &impl Executor, clause: &Clause) -> Result<Vec<Card>> {
    let items = Person::items()
        .order_by(|i| i.id.desc())
        .limit(3)
        .with(Item::owner())
        .with(Item::marks().order_by(|m| m.id.asc()).with(Mark::item()));
    let heavy = Person::friends().filter(|p| p.weight.ge(1)).order_by(|p| (p.weight.asc(), p.id.asc()));
    let query = Person::query()
        .with(Person::boss())
        .with(items)
        .with(heavy)
        .with(Person::badge().filter(|b| b.weight.is_not_null()));
    let name = |it: Person| Name { id: it.id, weight: it.weight.unwrap_or(-1) };
    let mark = |(it, item): (Mark, Item)| MarkCard { id: it.id, item };
    let item = |(it, owner, marks): (Item, Option<Person>, Vec<_>)| ItemCard {
        weight: it.weight,
        owner: owner.map(name),
        marks: marks.into_iter().map(mark).collect(),
    };
    let rows = with_clause!(query, clause).all(db).await?;
    let card = |(person, boss, items, heavy, badge): (Person, Option<Person>, Vec<_>, _, _)| Card {
        id: person.id,
        boss: boss.map(name),
        items: items.into_iter().map(item).collect(),
        heavy,
        badge,
    };
    Ok(rows.into_iter().map(card).collect())
}

#[orm_pg::test(models(Person, Item, Mark, Badge, Friend))]
async fn projections_hold_what_tuples_hold(db: Database) -> Result<()> {
    check_worlds(db, 100, async |db, world, (a, ..), _| {
        let found = with_clause!(Card::query(), a).all(db).await.map_err(failed)?;
        let expected = cards(db, a).await.map_err(failed)?;
        prop_assert_eq!(&found, &expected);
        let people = a.of(world.people.clone());
        prop_assert_eq!(
            found.iter().map(|it| it.id).collect::<Vec<_>>(),
            people.iter().map(|it| it.id).collect::<Vec<_>>()
        );
        Ok(())
    })
    .await;
    Ok(())
}

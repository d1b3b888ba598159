//! People and their related rows: the models, and random rows.

use std::collections::{BTreeMap, BTreeSet};

use orm_pg::{executor::Executor, prelude::*};
use proptest::{collection::vec, option, prelude::*};

/// All relations of a model to itself, and the first of three levels.
#[derive(Debug, Clone, PartialEq, Model)]
#[orm(
    table = "people",
    has_many(reports: Person, key = boss_id),
    has_many(items: Item),
    has_one(badge: Badge),
    has_many(friends: Person, through = Friend, key = of_id, other_key = with_id),
    has_many(admirers: Person, through = Friend, key = with_id, other_key = of_id)
)]
pub(super) struct Person {
    #[orm(key)]
    pub(super) id: i64,
    pub(super) weight: Option<i64>,
    #[orm(references = Person)]
    pub(super) boss_id: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "items", has_many(marks: Mark))]
pub(super) struct Item {
    #[orm(key)]
    pub(super) id: i64,
    pub(super) weight: Option<i64>,
    #[orm(references(Person, relation = owner))]
    pub(super) owner_id: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "marks")]
pub(super) struct Mark {
    #[orm(key)]
    pub(super) id: i64,
    pub(super) weight: Option<i64>,
    #[orm(references = Item)]
    pub(super) item_id: i64,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "badges")]
pub(super) struct Badge {
    #[orm(key)]
    pub(super) id: i64,
    pub(super) weight: Option<i64>,
    #[orm(unique, references = Person)]
    pub(super) person_id: i64,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "friends")]
pub(super) struct Friend {
    #[orm(key, references(Person, relation = of))]
    pub(super) of_id: i64,
    #[orm(key, references(Person, relation = with))]
    pub(super) with_id: i64,
}

/// What clauses look at.
pub(super) trait Thing: Clone {
    fn id(&self) -> i64;
    fn weight(&self) -> Option<i64>;
}

macro_rules! things {
    ($($model:ident)+) => { $(
        impl Thing for $model {
            fn id(&self) -> i64 {
                self.id
            }

            fn weight(&self) -> Option<i64> {
                self.weight
            }
        }
    )+ };
}
things! { Person Item Mark Badge }

/// All rows of a case, those of each model in the order of their keys.
#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) people: Vec<Person>,
    items: Vec<Item>,
    pub(super) marks: Vec<Mark>,
    badges: Vec<Badge>,
    friends: BTreeSet<(i64, i64)>,
}

pub(super) fn worlds() -> impl Strategy<Value = World> {
    let weight = || option::weighted(0.7, 0..4_i64);
    // None, one, some; now and then so many that the server plans for them.
    let people = prop_oneof![1 => 0..=0_usize, 1 => 1..=1_usize, 6 => 2..8_usize];
    let rows = || prop_oneof![1 => 0..=0_usize, 1 => 1..=1_usize, 6 => 2..12_usize, 1 => 60..90_usize];
    // What a row refers to is the remainder of a number: any number will do.
    let several = move || rows().prop_flat_map(move |rows| vec((weight(), option::weighted(0.9, 0..90_i64)), rows));
    let people = people.prop_flat_map(move |people| vec((weight(), option::weighted(0.7, 0..90_i64)), people));
    let badges = prop::collection::btree_map(0..8_i64, weight(), 0..6);
    let friends = vec((0..8_i64, 0..8_i64), 0..14);
    (people, several(), several(), badges, friends)
        .prop_map(|(people, items, marks, badges, friends)| World::new(&people, &items, &marks, &badges, &friends))
}

/// A weight, and a number that says to what it belongs.
type Raw = (Option<i64>, Option<i64>);

impl World {
    fn new(
        people: &[Raw],
        items: &[Raw],
        marks: &[Raw],
        badges: &BTreeMap<i64, Option<i64>>,
        friends: &[(i64, i64)],
    ) -> Self {
        let some = |number: i64, of: usize| number.checked_rem(i64::try_from(of).expect("few rows"));
        let a_person = |number| some(number, people.len());
        let person =
            |(id, (weight, boss)): (i64, &Raw)| Person { id, weight: *weight, boss_id: boss.and_then(a_person) };
        let item =
            |(id, (weight, owner)): (i64, &Raw)| Item { id, weight: *weight, owner_id: owner.and_then(a_person) };
        let mark = |(id, (weight, item)): (i64, &Raw)| {
            Some(Mark { id, weight: *weight, item_id: item.and_then(|it| some(it, items.len()))? })
        };
        let there = |id: i64| a_person(id) == Some(id);
        let badges = badges.iter().filter(|(person, _)| there(**person));
        Self {
            people: (0..).zip(people).map(person).collect(),
            items: (0..).zip(items).map(item).collect(),
            marks: (0..).zip(marks).filter_map(mark).collect(),
            // Not the numbers of the people: who pairs by the wrong column must find the wrong ones.
            badges: badges.map(|(id, weight)| Badge { id: 100 - id, weight: *weight, person_id: *id }).collect(),
            friends: friends.iter().copied().filter(|(of, with)| there(*of) && there(*with)).collect(),
        }
    }

    /// Stores all rows.
    pub(super) async fn store(&self, db: &impl Executor) -> Result<()> {
        let people = self.people.iter().map(|it| NewPerson { id: it.id, weight: it.weight, boss_id: it.boss_id });
        let items = self.items.iter().map(|it| NewItem { id: it.id, weight: it.weight, owner_id: it.owner_id });
        let marks = self.marks.iter().map(|it| NewMark { id: it.id, weight: it.weight, item_id: it.item_id });
        let badges = self.badges.iter().map(|it| NewBadge { id: it.id, weight: it.weight, person_id: it.person_id });
        let friends = self.friends.iter().map(|(of_id, with_id)| NewFriend { of_id: *of_id, with_id: *with_id });
        Person::insert_many(people).execute(db).await?;
        Item::insert_many(items).execute(db).await?;
        Mark::insert_many(marks).execute(db).await?;
        Badge::insert_many(badges).execute(db).await?;
        Friend::insert_many(friends).execute(db).await?;
        Ok(())
    }

    // What belongs to a row, by a loop over all that there is.

    pub(super) fn reports(&self, of: &Person) -> Vec<Person> {
        self.people.iter().filter(|it| it.boss_id == Some(of.id)).cloned().collect()
    }

    pub(super) fn boss(&self, of: &Person) -> Option<Person> {
        self.people.iter().find(|it| of.boss_id == Some(it.id)).cloned()
    }

    pub(super) fn items(&self, of: &Person) -> Vec<Item> {
        self.items.iter().filter(|it| it.owner_id == Some(of.id)).cloned().collect()
    }

    pub(super) fn owner(&self, of: &Item) -> Option<Person> {
        self.people.iter().find(|it| of.owner_id == Some(it.id)).cloned()
    }

    pub(super) fn marks(&self, of: &Item) -> Vec<Mark> {
        self.marks.iter().filter(|it| it.item_id == of.id).cloned().collect()
    }

    pub(super) fn item(&self, of: &Mark) -> Item {
        self.items.iter().find(|it| of.item_id == it.id).cloned().expect("the database would refuse it")
    }

    pub(super) fn badge(&self, of: &Person) -> Option<Badge> {
        self.badges.iter().find(|it| it.person_id == of.id).cloned()
    }

    pub(super) fn friends(&self, of: &Person) -> Vec<Person> {
        self.people.iter().filter(|it| self.friends.contains(&(of.id, it.id))).cloned().collect()
    }

    pub(super) fn admirers(&self, of: &Person) -> Vec<Person> {
        self.people.iter().filter(|it| self.friends.contains(&(it.id, of.id))).cloned().collect()
    }
}

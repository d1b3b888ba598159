//! Keys that are different in Rust and equal for the server: `citext`.

use std::collections::BTreeMap;

use orm_pg::prelude::*;
use proptest::{collection::vec, option, prelude::*};

use super::{Clause, clauses, with_clause, world::Thing};
use crate::property::{check, failed};

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(
    table = "words",
    has_many(children: Word, key = parent),
    has_one(gloss: Gloss),
    has_many(similar: Word, through = Similar, key = one, other_key = other)
)]
struct Word {
    #[orm(key, sql_type = "citext")]
    word: String,
    id: i64,
    weight: Option<i64>,
    #[orm(sql_type = "citext", references(Word, relation = above))]
    parent: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "glosses")]
struct Gloss {
    #[orm(key, sql_type = "citext", references(Word, relation = explained))]
    word: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "similar_words")]
struct Similar {
    #[orm(key, sql_type = "citext", references(Word, relation = from))]
    one: String,
    #[orm(key, sql_type = "citext", references(Word, relation = to))]
    other: String,
}

impl Thing for Word {
    fn id(&self) -> i64 {
        self.id
    }

    fn weight(&self) -> Option<i64> {
        self.weight
    }
}

#[derive(Debug, Clone)]
struct Words {
    words: Vec<Word>,
    glosses: Vec<Gloss>,
    similar: Vec<Similar>,
}

/// A letter, large or small.
fn letter() -> impl Strategy<Value = String> {
    "[a-eA-E]"
}

fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

/// Rows by keys of which no two are equal to the server.
fn unlike<T: std::fmt::Debug>(
    rows: impl Strategy<Value = Vec<T>>,
    key: fn(&T) -> String,
) -> impl Strategy<Value = Vec<T>> {
    rows.prop_map(move |rows| {
        let rows: BTreeMap<String, T> = rows.into_iter().map(|it| (key(&it).to_lowercase(), it)).collect();
        rows.into_values().collect()
    })
}

fn words() -> impl Strategy<Value = Words> {
    let word = (letter(), option::weighted(0.7, 0..4_i64), option::weighted(0.7, letter()))
        .prop_map(|(word, weight, parent)| Word { word, id: 0, weight, parent });
    let words = unlike(vec(word, 0..8), |it| it.word.clone());
    let glosses = unlike(vec(letter().prop_map(|word| Gloss { word }), 0..4), |it| it.word.clone());
    let similar = (letter(), letter()).prop_map(|(one, other)| Similar { one, other });
    let similar = unlike(vec(similar, 0..10), |it| format!("{}{}", it.one, it.other));
    (words, glosses, similar).prop_map(|(mut words, mut glosses, mut similar)| {
        let keys: Vec<_> = words.iter().map(|it| it.word.clone()).collect();
        let known = |word: &str| keys.iter().any(|it| same(it, word));
        for (word, id) in words.iter_mut().zip(0..) {
            word.id = id;
            word.parent = word.parent.take().filter(|it| known(it));
        }
        glosses.retain(|it| known(&it.word));
        similar.retain(|it| known(&it.one) && known(&it.other));
        Words { words, glosses, similar }
    })
}

impl Words {
    async fn store(&self, db: &Transaction<'_>) -> Result<()> {
        let words = self.words.iter().cloned();
        let words = words.map(|it| NewWord { word: it.word, id: it.id, weight: it.weight, parent: it.parent });
        Word::insert_many(words).execute(db).await?;
        Gloss::insert_many(self.glosses.iter().map(|it| NewGloss { word: it.word.clone() })).execute(db).await?;
        let similar = self.similar.iter().map(|it| NewSimilar { one: it.one.clone(), other: it.other.clone() });
        Similar::insert_many(similar).execute(db).await?;
        Ok(())
    }

    fn children(&self, of: &Word) -> Vec<Word> {
        let is_child = |it: &&Word| it.parent.as_ref().is_some_and(|it| same(it, &of.word));
        self.words.iter().filter(is_child).cloned().collect()
    }

    fn above(&self, of: &Word) -> Option<Word> {
        self.words.iter().find(|it| of.parent.as_ref().is_some_and(|of| same(&it.word, of))).cloned()
    }

    fn gloss(&self, of: &Word) -> Option<Gloss> {
        self.glosses.iter().find(|it| same(&it.word, &of.word)).cloned()
    }

    fn similar(&self, of: &Word) -> Vec<Word> {
        let linked =
            |it: &&Word| self.similar.iter().any(|link| same(&link.one, &of.word) && same(&link.other, &it.word));
        self.words.iter().filter(linked).cloned().collect()
    }
}

async fn loads_what_loops_find(db: &Transaction<'_>, words: &Words, (a, b): (&Clause, &Clause)) -> Result<bool> {
    // The same parent in another spelling is the same parent.
    let shouted = |it: &Word| Word {
        word: it.word.to_uppercase(),
        parent: it.parent.as_deref().map(str::to_uppercase),
        ..it.clone()
    };
    let parents: Vec<Word> = words.words.iter().flat_map(|it| [shouted(it), it.clone(), it.clone()]).collect();
    let relation = with_clause!(Word::children(), a).with(Word::above()).with(with_clause!(Word::similar(), b));
    let children = load(&parents, relation, db).await?;
    let child = |it: Word| (it.clone(), words.above(&it), b.of(words.similar(&it)));
    let expected: Vec<(&Word, Vec<_>)> =
        parents.iter().map(|it| (it, a.of(words.children(it)).into_iter().map(child).collect())).collect();
    let others = load(&parents, Word::above(), db).await?;
    let glosses = load(&parents, Word::gloss(), db).await?;
    let counts = load(&parents, with_clause!(Word::similar(), b).count(), db).await?;
    Ok(children == expected
        && others.iter().all(|(it, above)| *above == words.above(it))
        && glosses.iter().all(|(it, gloss)| *gloss == words.gloss(it))
        && counts.iter().all(|(it, count)| usize::try_from(*count) == Ok(b.of(words.similar(it)).len())))
}

#[orm_pg::test]
async fn keys_without_regard_to_case(db: Database) -> Result<()> {
    if sql!("CREATE EXTENSION citext").execute(&db).await.is_err() {
        let found = sql!("SELECT count(*) FROM pg_available_extensions WHERE name = 'citext'").one::<i64>(&db).await?;
        assert_eq!(found, 0, "citext is there, and cannot be made");
        return Ok(());
    }
    db.create_tables(models![Word, Gloss, Similar]).await?;
    check(
        150,
        || (words(), clauses(), clauses()),
        async move |(words, a, b)| {
            let tx = db.begin().await.map_err(failed)?;
            sql!("SET LOCAL jit = off").execute(&tx).await.map_err(failed)?;
            words.store(&tx).await.map_err(failed)?;
            prop_assert!(loads_what_loops_find(&tx, &words, (&a, &b)).await.map_err(failed)?);
            let found = Word::query()
                .filter(|w| Word::children().any(w, |child| child.weight.ge(1)))
                .order_by(|w| w.id.asc())
                .all(&tx)
                .await
                .map_err(failed)?;
            let mut expected = words.words.clone();
            expected.retain(|it| words.children(it).iter().any(|it| it.weight >= Some(1)));
            prop_assert_eq!(found, expected);
            tx.rollback().await.map_err(failed)
        },
    )
    .await;
    Ok(())
}

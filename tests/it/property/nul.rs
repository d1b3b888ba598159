//! NUL characters, which PostgreSQL text cannot hold: an error before anything is sent, in every position, and nothing
//! else.

use orm_pg::prelude::*;
use proptest::{prelude::*, sample::select, test_runner::TestCaseResult};

use super::{check, failed};

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "scraps")]
struct Scrap {
    #[orm(key)]
    name: String,
    text: Option<String>,
    list: Vec<String>,
    document: Json,
}

#[derive(Debug, Clone, Copy)]
enum Way {
    InsertKey,
    InsertMany,
    InsertList,
    InsertJson,
    InsertJsonKey,
    Get,
    Filter,
    Like,
    In,
    Update,
    Raw,
    RawList,
    Stream,
}

const WAYS: [Way; 13] = [
    Way::InsertKey,
    Way::InsertMany,
    Way::InsertList,
    Way::InsertJson,
    Way::InsertJsonKey,
    Way::Get,
    Way::Filter,
    Way::Like,
    Way::In,
    Way::Update,
    Way::Raw,
    Way::RawList,
    Way::Stream,
];

impl Way {
    async fn go(self, word: &str, db: &impl Executor) -> Result<()> {
        let new = |name: &str| NewScrap::new(name, vec![], Json(serde_json::Value::Null));
        let insert = |row: NewScrap| Scrap::insert(row).on_conflict(|s| s.name).do_nothing().execute(db);
        match self {
            Self::InsertKey => insert(new(word)).await.map(drop),
            Self::InsertMany => {
                let rows = ["a", "b"].map(|name| NewScrap { text: Some(word.to_owned()), ..new(name) });
                Scrap::insert_many(rows).on_conflict(|s| s.name).do_nothing().execute(db).await.map(drop)
            }
            Self::InsertList => insert(NewScrap { list: vec!["x".into(), word.into()], ..new("c") }).await.map(drop),
            Self::InsertJson => {
                insert(NewScrap { document: Json([word].as_slice().into()), ..new("d") }).await.map(drop)
            }
            Self::InsertJsonKey => {
                let object: serde_json::Map<_, _> = [(word.to_owned(), 1.into())].into_iter().collect();
                insert(NewScrap { document: Json(object.into()), ..new("e") }).await.map(drop)
            }
            Self::Get => Scrap::get(word).one_or_none(db).await.map(drop),
            Self::Filter => Scrap::query().filter(|s| s.text.eq(word).or(s.name.gt(word))).all(db).await.map(drop),
            Self::Like => Scrap::query().filter(|s| s.name.starts_with(word)).all(db).await.map(drop),
            Self::In => Scrap::query().filter(|s| s.name.in_([word, "x"])).all(db).await.map(drop),
            Self::Update => {
                let all = Scrap::query().all_rows();
                all.update(|s| s.text.set(s.text.coalesce("").concat(word))).execute(db).await.map(drop)
            }
            Self::Raw => sql!("SELECT 1 WHERE {word} = ''").all::<i32>(db).await.map(drop),
            Self::RawList => {
                let list = vec![Some(word.to_owned()), None];
                sql!("SELECT 1 WHERE 'x' = ANY({list})").all::<i32>(db).await.map(drop)
            }
            Self::Stream => {
                let mut rows = Scrap::query().filter(|s| s.name.ne(word)).stream(db).await?;
                while rows.try_next().await?.is_some() {}
                Ok(())
            }
        }
    }
}

/// Fails before I/O where there is a NUL, which a transaction outlives.
async fn one_way(way: Way, word: &str, db: &impl Executor) -> TestCaseResult {
    match way.go(word, db).await {
        Ok(()) => prop_assert!(!word.contains('\0')),
        Err(error) => {
            prop_assert!(word.contains('\0'), "{:?}", error);
            prop_assert_eq!(error.kind(), ErrorKind::Encode);
            prop_assert!(error.to_string().contains("holds a NUL character"), "{}", error);
        }
    }
    prop_assert_eq!(sql!("SELECT 1").one::<i32>(db).await.map_err(failed)?, 1);
    Ok(())
}

#[orm_pg::test(models(Scrap))]
async fn nul_characters_are_refused_on_each_way(db: Database) -> Result<()> {
    let cases = || (select(&WAYS[..]), r"[a\x00\\u0]{0,7}", any::<bool>());
    check(400, cases, async move |(way, word, inside)| {
        if inside {
            let tx = db.begin().await.map_err(failed)?;
            one_way(way, &word, &tx).await?;
            tx.commit().await.map_err(failed)
        } else {
            one_way(way, &word, &db).await
        }
    })
    .await;
    Ok(())
}

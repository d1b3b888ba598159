//! Random clauses: the check refuses a query before any I/O exactly if the server would refuse it too.

use std::sync::Mutex;

use orm_pg::{
    executor::{BoxRowStream, Executor},
    expr::{Order, SelectList, Selection},
    prelude::*,
    query::{Select, Source},
    row::RowSink,
    statement::{Operation, Sql, Statement},
};
use proptest::{collection::vec, option, prelude::*, sample::select, test_runner::TestCaseResult};

use super::check;
use crate::models::{Comment, Post, PostColumns};

/// What can stand in a list, a group's key or an order: of every kind that has rules of its own.
#[derive(Debug, Clone, Copy)]
enum Item {
    Id,
    Author,
    Title,
    AuthorPlus,
    TitlePlus,
    Max,
    Count,
    Gathered,
    GatheredByAnother,
    Exists,
    ScalarOfAuthorPlus,
    MaxAround,
    Nothing,
}

const ITEMS: [Item; 13] = [
    Item::Id,
    Item::Author,
    Item::Title,
    Item::AuthorPlus,
    Item::TitlePlus,
    Item::Max,
    Item::Count,
    Item::Gathered,
    Item::GatheredByAnother,
    Item::Exists,
    Item::ScalarOfAuthorPlus,
    Item::MaxAround,
    Item::Nothing,
];

macro_rules! with {
    ($item:expr, $p:expr, $it:ident => $body:expr) => {{
        let p = $p;
        match $item {
            Item::Id => with!(p.id, $it => $body),
            Item::Author => with!(p.author_id, $it => $body),
            Item::Title => with!(p.title, $it => $body),
            Item::AuthorPlus => with!(p.author_id + 1, $it => $body),
            Item::TitlePlus => with!(p.title.concat("x"), $it => $body),
            Item::Max => with!(p.author_id.max(), $it => $body),
            Item::Count => with!(count_all(), $it => $body),
            Item::Gathered => {
                with!((p.author_id + 1).array_agg().distinct().order_by((p.author_id + 1).desc()), $it => $body)
            }
            Item::GatheredByAnother => {
                with!(p.title.array_agg().distinct().order_by((p.author_id.asc(), p.title.asc())), $it => $body)
            }
            Item::Exists => {
                with!(exists(Comment::query().filter(|c| c.post_id.eq(p.author_id))).expr(), $it => $body)
            }
            Item::ScalarOfAuthorPlus => {
                let sub = Comment::query().filter(|c| c.post_id.eq(p.author_id + 1)).select(|c| c.id.max());
                with!(sub.scalar(), $it => $body)
            }
            Item::MaxAround => with!(Comment::query().select(|_| p.author_id.max()).limit(1).scalar(), $it => $body),
            Item::Nothing => with!(Cond::any::<Cond>([]).expr(), $it => $body),
        }
    }};
    ($value:expr, $it:ident => $body:expr) => {{
        let $it = $value;
        $body
    }};
}

/// Some items, in the place of a tuple.
struct Items(Vec<Item>, PostColumns);

impl Selection for Items {
    type Output = bool;

    fn select(self, list: &mut SelectList) {
        for item in self.0 {
            with!(item, self.1, it => it.select(list));
        }
    }
}

fn order(items: &[(Item, bool)], p: PostColumns) -> Vec<Order> {
    let order = |(item, desc): &(Item, bool)| with!(item, p, it => if *desc { it.desc() } else { it.asc() });
    items.iter().map(order).collect()
}

#[derive(Debug, Clone)]
struct Clauses {
    list: Vec<Item>,
    distinct: Distinct,
    group_by: Vec<Item>,
    having: Option<Item>,
    order_by: Vec<(Item, bool)>,
    /// Whether a lock skips locked rows.
    lock: Option<bool>,
    /// Whether a limit is with ties.
    limit: Option<bool>,
    join: Option<bool>,
}

#[derive(Debug, Clone)]
enum Distinct {
    No,
    Rows,
    On(Vec<Item>),
}

fn clauses() -> impl Strategy<Value = Clauses> {
    let item = || prop_oneof![3 => select(&ITEMS[..5]), 2 => select(&ITEMS[..])];
    let distinct = prop_oneof![
        2 => Just(Distinct::No),
        2 => Just(Distinct::Rows),
        1 => vec(select(&ITEMS[..5]), 1..3).prop_map(Distinct::On)
    ];
    let group_by = prop_oneof![1 => Just(vec![]), 1 => vec(select(&ITEMS[..5]), 1..3), 1 => vec(item(), 1..3)];
    let lock = option::weighted(0.1, any::<bool>());
    let limit = option::weighted(0.4, any::<bool>());
    let parts = (vec(item(), 1..4), distinct, group_by, option::weighted(0.2, item()));
    (parts, vec((item(), any::<bool>()), 0..4), lock, limit, option::weighted(0.4, any::<bool>())).prop_map(
        |((list, distinct, group_by, having), order_by, lock, limit, join)| Clauses {
            list,
            distinct,
            group_by,
            having,
            order_by,
            lock,
            limit,
            join,
        },
    )
}

impl Clauses {
    fn apply<S: Source, Out>(&self, query: Select<S, Out>, post: fn(S::Columns) -> PostColumns) -> Select<S, bool> {
        let mut query = query.order_by(|c| order(&self.order_by, post(c)));
        if !self.group_by.is_empty() {
            query = query.group_by(|c| Items(self.group_by.clone(), post(c)));
        }
        if let Some(item) = self.having {
            query = query.having(|c| with!(item, post(c), it => it.is_not_null()));
        }
        query = match &self.distinct {
            Distinct::No => query,
            Distinct::Rows => query.distinct(),
            Distinct::On(key) => query.distinct_on(|c| Items(key.clone(), post(c))),
        };
        if let Some(skip) = self.lock {
            query = query.for_update();
            query = if skip { query.skip_locked() } else { query };
        }
        if let Some(ties) = self.limit {
            query = query.limit(2);
            query = if ties { query.with_ties() } else { query };
        }
        query.select(|c| Items(self.list.clone(), post(c)))
    }
}

/// Keeps the statement that reaches it.
#[derive(Default)]
struct Keeping(Mutex<Option<Sql>>);

impl Executor for Keeping {
    async fn fetch(&self, statement: &Statement, _: &mut dyn RowSink) -> Result<()> {
        *self.0.lock().expect("no panic before") = Some(statement.sql.clone());
        Ok(())
    }

    async fn execute(&self, _: &Statement) -> Result<u64> {
        Ok(0)
    }

    async fn batch(&self, _: &[Statement], _: &mut dyn RowSink) -> Result<u64> {
        Ok(0)
    }

    async fn stream(&self, _: Statement) -> Result<BoxRowStream<'_>> {
        Err(Error::new(ErrorKind::Closed, "not for streams"))
    }
}

/// Runs the statement past the check.
async fn server_takes(connection: &Connection, sql: &Sql) -> std::result::Result<(), String> {
    let statement = Statement::new(sql.clone(), Operation::Select, None);
    let done = connection.execute(&statement).await;
    done.map(drop).map_err(|error| format!("{error}: {:?}", error.message()))
}

async fn agree<S: Source>(db: &Connection, query: Select<S, bool>) -> TestCaseResult {
    let kept = Keeping::default();
    let checked = query.clone().all(&kept).await;
    let taken = server_takes(db, &query.to_sql()).await;
    // The server would gather the rows of the other query, which is not what was written.
    let misleading =
        matches!(&checked, Err(error) if error.to_string().contains("uses only columns of the outer query"));
    prop_assert!(
        checked.is_ok() == taken.is_ok() || misleading,
        "the check says {:?}, the server says {:?} of {}",
        checked.map(drop).map_err(|it| it.to_string()),
        taken,
        query
    );
    // The other verbs make of an accepted query what the server accepts.
    if checked.is_ok() {
        for verb in ["count", "exists"] {
            let answer = match verb {
                "count" => query.clone().count(&kept).await.map(drop),
                _ => query.clone().exists(&kept).await.map(drop),
            };
            prop_assert!(matches!(&answer, Err(error) if error.is_not_found()), "{}: {:?}", verb, answer);
            let sql = kept.0.lock().expect("no panic before").take().expect("a statement");
            server_takes(db, &sql).await.map_err(|it| TestCaseError::fail(format!("{verb}: {it}: {sql}")))?;
        }
    }
    Ok(())
}

#[orm_pg::test(models(crate::models::User, Post, Comment))]
async fn the_check_refuses_what_the_server_refuses_and_nothing_else(db: Database) -> Result<()> {
    let connection = db.connection().await?;
    check(600, clauses, async move |clauses| match clauses.join {
        None => agree(&connection, clauses.apply(Post::query(), |p| p)).await,
        Some(false) => {
            let joined = Post::query().join::<Comment>(|(p, c)| c.post_id.eq(p.id));
            agree(&connection, clauses.apply(joined, |(p, _)| p)).await
        }
        Some(true) => {
            let joined = Post::query().left_join::<Comment>(|(p, c)| c.post_id.eq(p.id));
            agree(&connection, clauses.apply(joined, |(p, _)| p)).await
        }
    })
    .await;
    Ok(())
}

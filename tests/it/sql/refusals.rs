//! Refusals before any I/O, with their messages.

use expect_test::{Expect, expect};
use orm_pg::{expr::IntoCond, prelude::*};

use crate::{
    models::{Note, Post, PostColumns, Tagged, User},
    support::Offline,
};

async fn refused<T: std::fmt::Debug>(result: impl Future<Output = Result<T>>, expected: Expect) {
    let error = result.await.expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::InvalidStatement);
    expected.assert_eq(&error.to_string());
}

#[tokio::test]
async fn ties_without_an_order_or_a_limit() {
    let db = Offline;
    refused(Post::query().limit(3).with_ties().all(&db), expect!["select from posts: `with_ties` needs `order_by` and `limit`: it adds rows that are equal to the last one in that order"]).await;
    refused(Post::query().order_by(|p| p.title.asc()).with_ties().count(&db), expect!["select from posts: `with_ties` needs `order_by` and `limit`: it adds rows that are equal to the last one in that order"]).await;
    refused(Post::query().limit(3).with_ties().first(&db), expect!["select from posts: `with_ties` needs `order_by` and `limit`: it adds rows that are equal to the last one in that order"]).await;
    refused(Post::query().order_by(|p| p.title.asc()).with_ties().one(&db), expect!["select from posts: `with_ties` needs `order_by` and `limit`: it adds rows that are equal to the last one in that order"]).await;
    let tied = Post::query().order_by(|p| p.title.asc()).limit(3).with_ties();
    refused(tied.clone().for_update().skip_locked().all(&db), expect!["select from posts: `with_ties` returns all rows that tie, and `skip_locked` leaves out some: use one of them"]).await;
    refused(
        Post::query().with_ties().delete().execute(&db),
        expect!["delete from posts: a delete cannot have `with_ties`; filter it with `in_` over a query that has it"],
    )
    .await;
    refused(
        tied.update(|p| p.published.set(true)).execute(&db),
        expect!["update posts: an update cannot have `order_by`; filter it with `in_` over a query that has it"],
    )
    .await;
}

#[tokio::test]
async fn writes_without_a_filter() {
    let db = Offline;
    let none: Option<Cond> = None;
    refused(
        Post::query().filter(|_| none).delete().execute(&db),
        expect!["delete from posts: a delete without a filter would touch every row; say so with `.all_rows()`"],
    )
    .await;
    refused(
        Post::query().update(|p| p.published.set(true)).execute(&db),
        expect!["update posts: an update without a filter would touch every row; say so with `.all_rows()`"],
    )
    .await;
    refused(
        Post::query().delete().execute(&db),
        expect!["delete from posts: a delete without a filter would touch every row; say so with `.all_rows()`"],
    )
    .await;
    // Conditions gathered from a request, of which there happened to be none.
    let gathered =
        |conds: Vec<Cond>| Post::query().filter(|p| Cond::all(conds).and(Cond::all([p.id.eq(1)].into_iter().skip(1))));
    for unfiltered in [gathered(vec![]), Post::query().filter(|_| Cond::all(Vec::<Cond>::new()))] {
        refused(
            unfiltered.clone().delete().execute(&db),
            expect!["delete from posts: a delete without a filter would touch every row; say so with `.all_rows()`"],
        )
        .await;
        refused(
            unfiltered.update(|p| p.published.set(true)).execute(&db),
            expect!["update posts: an update without a filter would touch every row; say so with `.all_rows()`"],
        )
        .await;
    }
    refused(
        Post::query().filter(|p| p.published).limit(1).delete().execute(&db),
        expect!["delete from posts: a delete cannot have `limit`; filter it with `in_` over a query that has it"],
    )
    .await;
    refused(
        Post::query().filter(|p| p.published).update(|_| Vec::<orm_pg::ast::Assignment>::new()).execute(&db),
        expect!["update posts: the update sets nothing"],
    )
    .await;
    refused(
        Post::query().filter(|p| p.published).update(|p| (p.title.set("a"), p.title.set("b"))).execute(&db),
        expect!["update posts: `title` of posts is set twice"],
    )
    .await;
}

#[tokio::test]
async fn columns_out_of_their_query() {
    let db = Offline;
    let mut stolen = None;
    let _other = User::query().filter(|u| {
        stolen = Some(u.id);
        u.active
    });
    let stolen = stolen.expect("set by the closure");
    refused(
        Post::query().filter(|p| p.author_id.eq(stolen)).all(&db),
        expect!["select from posts: the column `id` is used outside of the query that its closure belongs to"],
    )
    .await;
}

#[tokio::test]
async fn groups() {
    let db = Offline;
    refused(
        Post::query().group_by(|p| p.author_id).all(&db),
        expect!["select from posts: a grouped query needs a `select` that says what to return for each group"],
    )
    .await;
    refused(
        Post::query().distinct().having(|p| p.id.count().gt(3)).all(&db),
        expect!["select from posts: a grouped query needs a `select` that says what to return for each group"],
    )
    .await;
    refused(Post::query().group_by(|p| p.author_id).select(|p| (p.author_id, p.title)).all(&db), expect!["select from posts: `title` in the select list has no single value in a group: add it to `group_by`, or aggregate it (`.min()`, `.max()`, `.array_agg()`, …)"]).await;
    refused(Post::query().select(|p| (p.id.count(), p.title)).all(&db), expect!["select from posts: `title` in the select list has no single value in a group: add it to `group_by`, or aggregate it (`.min()`, `.max()`, `.array_agg()`, …)"]).await;
    refused(
        Post::query().filter(|p| p.id.count().gt(1)).all(&db),
        expect!["select from posts: an aggregate cannot be used in a filter; `having` takes conditions on groups"],
    )
    .await;
    refused(
        Post::query().select(|p| p.id.count().max()).all(&db),
        expect!["select from posts: an aggregate cannot contain another aggregate"],
    )
    .await;
    refused(
        Post::query().distinct().for_update().all(&db),
        expect!["select from posts: rows of a grouped or distinct query cannot be locked"],
    )
    .await;
    refused(
        Post::query().distinct_on(|p| p.id).order_by(|p| p.title.asc()).all(&db),
        expect!["select from posts: the `order_by` of a `distinct_on` query must begin with its whole key"],
    )
    .await;
}

#[tokio::test]
async fn orders_of_distinct_rows() {
    let db = Offline;
    refused(
        Post::query()
            .distinct_on(|p| (p.author_id, p.published))
            .order_by(|p| (p.published.asc(), p.id.asc()))
            .all(&db),
        expect!["select from posts: the `order_by` of a `distinct_on` query must begin with its whole key"],
    )
    .await;
    refused(
        Post::query().distinct_on(|p| p.author_id).order_by(|p| (p.title.asc(), p.author_id.asc())).all(&db),
        expect!["select from posts: the `order_by` of a `distinct_on` query must begin with its whole key"],
    )
    .await;
    refused(
        Post::query().select(|p| p.author_id).distinct().order_by(|p| p.id.asc()).all(&db),
        expect!["select from posts: a `distinct` query can only be ordered by what it selects: duplicate rows may differ in everything else"],
    )
    .await;
    refused(
        Post::query().select(|p| p.author_id + 1).distinct().order_by(|p| (p.author_id + 2).asc()).all(&db),
        expect!["select from posts: a `distinct` query can only be ordered by what it selects: duplicate rows may differ in everything else"],
    )
    .await;
    refused(
        Post::query().select(|p| p.title.array_agg().distinct().order_by(p.id.asc())).all(&db),
        expect!["select from posts: a `distinct` aggregate can only be ordered by its arguments: equal values may differ in everything else"],
    )
    .await;
}

#[tokio::test]
async fn groups_in_sub_queries() {
    let db = Offline;
    let of = |author: i64| Post::query().filter(move |p| p.author_id.eq(author));
    refused(
        User::query()
            .group_by(|u| u.age)
            .having(|u| exists(of(1).filter(|p| p.author_id.eq(u.id))))
            .select(|u| u.age)
            .all(&db),
        expect!["select from users: `id` in a sub-query has no single value in a group: add it to `group_by`, or aggregate it (`.min()`, `.max()`, `.array_agg()`, …)"],
    )
    .await;
    refused(
        User::query()
            .group_by(|u| u.id + 1)
            .select(|u| Post::query().filter(|p| p.id.eq(u.id + 1)).select(|p| p.title).scalar())
            .all(&db),
        expect!["select from users: `id` in a sub-query has no single value in a group: add it to `group_by`, or aggregate it (`.min()`, `.max()`, `.array_agg()`, …)"],
    )
    .await;
    refused(
        User::query().select(|u| (u.id, Post::query().select(|_| u.id.max()).scalar())).all(&db),
        expect!["select from users: this aggregate uses only columns of the outer query, so SQL would evaluate it there; aggregate in the outer query, or over a column of the sub-query"],
    )
    .await;
    refused(
        User::query()
            .left_join::<Note>(|(u, n)| n.user_id.eq(u.id))
            .group_by(|(_, n)| (n.user_id, n.text))
            .select(|(_, n)| n)
            .all(&db),
        expect!["select from users: the model of an outer join in the select list may be missing, and a group cannot tell: add its primary key to `group_by`"],
    )
    .await;
}

#[tokio::test]
async fn locks_of_outer_joins() {
    refused(
        User::query().left_join::<Post>(|(u, p)| p.author_id.eq(u.id)).for_update().all(&Offline),
        expect!["select from users: rows of an outer join cannot be locked, because some may be missing: lock them in a query without the join, filtered by `in_` over this one"],
    )
    .await;
    let inner = Post::query().full_join::<User>(|(p, u)| u.id.eq(p.author_id)).for_share();
    refused(
        User::query().filter(|_| exists(inner)).all(&Offline),
        expect!["select from users: rows of an outer join cannot be locked, because some may be missing: lock them in a query without the join, filtered by `in_` over this one"],
    )
    .await;
}

#[tokio::test]
async fn what_has_no_meaning() {
    let db = Offline;
    refused(
        Post::query().skip_locked().all(&db),
        expect!["select from posts: `skip_locked` and `nowait` come after `for_update` or another row lock"],
    )
    .await;
    refused(
        Post::query().order_by_name("titel", Direction::Asc).all(&db),
        expect![[
            r#"select from posts: there is no column "titel" to order by; there are: id, author_id, title, published"#
        ]],
    )
    .await;
    refused(
        Post::query().select(|p| p.title.lower().distinct()).all(&db),
        expect!["select from posts: `distinct` is for aggregates only"],
    )
    .await;
}

#[tokio::test]
async fn expressions_without_end() {
    let db = Offline;
    let deep = |n: i64| User::query().filter(move |u| (0..n).fold(u.id + 0, |sum, i| sum + i).gt(1));
    refused(deep(5000).all(&db), expect!["select from users: the expression is nested more than 400 levels deep"])
        .await;
    refused(
        User::query().select(|_| count_all().distinct()).all(&db),
        expect!["select from users: `distinct` of `count_all` has no meaning: count a column"],
    )
    .await;
    // Chains of conditions are flat from either side.
    let mut cond = Cond::any::<Cond>([]);
    for n in 0..20_000 {
        cond = if n < 10_000 { cond.or(Cond::all::<Cond>([])) } else { Cond::all::<Cond>([]).or(cond) };
    }
    assert!(User::query().filter(|_| cond).to_string().len() > 20_000);
}

#[tokio::test]
async fn more_rows_than_can_be_counted_are_a_value_that_cannot_be_sent() {
    let db = Offline;
    let most = i64::MAX.unsigned_abs();
    let faulty = [
        Post::query().limit(u64::MAX).all(&db).await.map(drop),
        Post::query().offset(most + 1).all(&db).await.map(drop),
        Post::query().limit(most + 1).count(&db).await.map(drop),
        Post::query()
            .filter(|p| p.id.in_(Post::query().limit(u64::MAX).select(|p| p.id)))
            .delete()
            .execute(&db)
            .await
            .map(drop),
        Post::query().with(Post::comments()).offset(u64::MAX).all(&db).await.map(drop),
        Post::comments().limit(u64::MAX).of(&a_post()).all(&db).await.map(drop),
    ];
    for result in faulty {
        let error = result.expect_err("refused");
        assert_eq!(error.kind(), ErrorKind::Encode, "{error}");
        assert!(
            error
                .to_string()
                .ends_with("a limit or offset is larger than PostgreSQL can count, which is the largest `i64`")
        );
    }
    assert!(Post::query().limit(most).offset(most).to_string().ends_with("LIMIT $1 OFFSET $2"));
}

fn a_post() -> Post {
    Post { id: 1, author_id: 1, title: String::new(), published: false }
}

/// What leaves no row out is no filter, however it came about.
#[tokio::test]
async fn conditions_that_always_hold() {
    let db = Offline;
    let none = Vec::<i64>::new;
    let always: Vec<fn(PostColumns) -> Cond> = vec![
        |p| p.id.not_in(Vec::<i64>::new()),
        |p| !p.id.in_(Vec::<i64>::new()),
        |p| p.id.not_in([0_i64; 0]).and(p.title.not_in(Vec::<String>::new())),
        |p| p.published.or(p.id.not_in([0_i64; 0])),
        |_| Cond::any::<Cond>([]).not(),
        |p| Cond::all([p.id.not_in(Vec::<i64>::new()), Cond::all::<Cond>([])]),
        |p| Cond::any([p.published.into_cond(), Cond::all::<Cond>([])]),
        |_| bind(true).into_cond(),
        |_| !bind(false),
        |p| p.title.contains(""),
        |p| p.title.starts_with("").and(p.title.ends_with("")),
        |p| p.title.like("%"),
        |p| p.title.not_like("%%").not(),
        |p| p.author_id.eq(p.author_id),
        |p| p.id.ge(p.id).and(p.id.le(p.id)),
        |p| !p.id.ne(p.id),
        |p| p.id.is_not_distinct_from(p.id),
        |p| p.id.is_not_null(),
        |p| !p.id.is_null(),
    ];
    for (index, cond) in always.into_iter().enumerate() {
        let query = || Post::query().filter(cond).filter(|p| p.id.not_in(none()));
        for result in
            [query().delete().execute(&db).await, query().update(|p| p.published.set(true)).execute(&db).await]
        {
            let error = result.expect_err("refused");
            assert!(error.to_string().contains("without a filter would touch every row"), "{index}: {error}");
        }
    }
    // These leave rows out, or may.
    let filters: Vec<fn(PostColumns) -> Cond> = vec![
        |p| p.id.in_(Vec::<i64>::new()),
        |p| p.id.not_in([1]),
        |p| p.id.not_in(Vec::<i64>::new()).and(p.published),
        |p| p.id.eq(p.author_id),
        |p| p.title.contains("_"),
        |p| p.title.eq(""),
        |p| p.id.ne(p.id),
        |_| Cond::any::<Cond>([]),
        |_| sql!("TRUE").into_cond(),
    ];
    for cond in filters {
        assert!(Post::query().filter(cond).delete().all_rows().to_string().contains("WHERE"));
        reached(Post::query().filter(cond).delete().execute(&db)).await;
    }
    let nullable = || User::query().filter(|u| u.age.eq(u.age));
    reached(nullable().delete().execute(&db)).await;
    reached(User::query().filter(|u| u.age.is_not_null()).delete().execute(&db)).await;
    reached(Tagged::query().filter(|t| t.marks.is_superset_of(Vec::<i32>::new())).delete().execute(&db)).await;
    let all = Tagged::query().filter(|t| t.tags.is_superset_of(Vec::<String>::new())).delete().execute(&db).await;
    assert!(all.is_err_and(|it| it.to_string().contains("without a filter")));
}

/// Whether the statement gets as far as the executor, which says so by a panic.
async fn reached(run: impl Future<Output = Result<u64>>) {
    let run = futures_util::FutureExt::catch_unwind(std::panic::AssertUnwindSafe(run));
    assert!(run.await.is_err(), "refused");
}

#[tokio::test]
async fn what_is_said_twice() {
    let db = Offline;
    refused(
        Post::query().distinct().distinct_on(|p| p.id).all(&db),
        expect!["select from posts: a query has one `distinct` or one `distinct_on`: remove the others"],
    )
    .await;
    refused(
        Post::query().distinct_on(|p| p.id).distinct_on(|p| p.title).distinct().all(&db),
        expect!["select from posts: a query has one `distinct` or one `distinct_on`: remove the others"],
    )
    .await;
    refused(
        Post::query().for_update().for_share().all(&db),
        expect!["select from posts: a query has one kind of row lock: call only one of `for_update`, `for_no_key_update`, `for_share`, `for_key_share`"],
    )
    .await;
    refused(
        Post::query().for_update().skip_locked().nowait().all(&db),
        expect!["select from posts: rows that others have locked are left out or are an error: call `skip_locked` or `nowait`, not both"],
    )
    .await;
    // A refusal outlives every later clause, and what is made of the query.
    let faulty = || Post::query().skip_locked().for_update().filter(|p| p.published);
    let told = || expect!["select from posts: `skip_locked` and `nowait` come after `for_update` or another row lock"];
    refused(faulty().select(|p| p.id).limit(1).order_by(|p| p.id.asc()).all(&db), told()).await;
    refused(faulty().count(&db), told()).await;
    refused(faulty().exists(&db), told()).await;
    refused(faulty().with(Post::comments()).all(&db), told()).await;
    refused(Post::query().filter(|_| exists(faulty())).all(&db), told()).await;
    refused(
        Post::query().skip_locked().filter(|p| p.published).delete().returning(|p| p.id).execute(&db),
        expect!["delete from posts: `skip_locked` and `nowait` come after `for_update` or another row lock"],
    )
    .await;
    refused(
        Post::query()
            .skip_locked()
            .filter(|p| p.published)
            .update(|p| p.published.set(true))
            .returning(|p| p.id)
            .execute(&db),
        expect!["update posts: `skip_locked` and `nowait` come after `for_update` or another row lock"],
    )
    .await;
    refused(
        Post::query().filter(|p| p.published).limit(1).delete().returning(|p| p.id).all(&db),
        expect!["delete from posts: a delete cannot have `limit`; filter it with `in_` over a query that has it"],
    )
    .await;
    // What is asked of a relation forgets its order and its list, not what is wrong with them.
    let sorted = || User::posts().order_by(|p| p.title.lower().distinct().asc());
    refused(
        User::query().select(|u| sorted().aggregate(u, |p| p.id.count())).all(&db),
        expect!["select from users: `distinct` is for aggregates only"],
    )
    .await;
    refused(
        User::query().filter(|u| User::posts().select(|p| p.title.lower().distinct()).any(u, |p| p.published)).all(&db),
        expect!["select from users: `distinct` is for aggregates only"],
    )
    .await;
    // Said again, it is the same.
    let locked = Post::query().distinct().distinct().select(|p| p.id);
    assert_eq!(locked.to_string(), r#"SELECT DISTINCT t0."id" FROM "posts" AS t0"#);
    let locked = Post::query().for_update().skip_locked().for_update().select(|p| p.id);
    assert_eq!(locked.to_string(), r#"SELECT t0."id" FROM "posts" AS t0 FOR UPDATE SKIP LOCKED"#);
}

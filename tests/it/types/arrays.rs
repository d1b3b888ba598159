//! Arrays in queries.

use expect_test::expect;
use orm_pg::prelude::*;

use crate::support::check;

#[derive(Debug, Clone, Copy, PartialEq, PgEnum)]
#[orm(name = "array_size")]
enum Size {
    Small,
    Large,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "articles")]
struct Article {
    #[orm(key)]
    id: i32,
    words: Vec<String>,
    #[orm(sql_type = "varchar(20)[]")]
    short: Vec<String>,
    numbers: Option<Vec<i64>>,
    holes: Vec<Option<i32>>,
    sizes: Vec<Size>,
    word: String,
}

async fn articles(db: &Database) -> Result<()> {
    let row = |id, words: &[&str], numbers: Option<&[i64]>, holes: &[Option<i32>], sizes: &[Size]| NewArticle {
        id,
        words: words.iter().map(|it| (*it).to_owned()).collect(),
        short: words.iter().map(|it| (*it).to_owned()).collect(),
        numbers: numbers.map(<[_]>::to_vec),
        holes: holes.to_vec(),
        sizes: sizes.to_vec(),
        word: "b".to_owned(),
    };
    let rows = [
        row(1, &["a", "b"], Some(&[1, 2, 3]), &[Some(1), None], &[Size::Small]),
        row(2, &["b", "c", "c"], Some(&[]), &[None], &[Size::Small, Size::Large]),
        row(3, &[], None, &[], &[]),
    ];
    for row in rows {
        Article::insert(row).execute(db).await?;
    }
    Ok(())
}

#[orm_pg::test(models(Article))]
async fn operators_hold_as_the_server_says(db: Database) -> Result<()> {
    articles(&db).await?;
    let ids = async |cond: fn(ArticleColumns) -> Cond| {
        Article::query().filter(cond).order_by(|a| a.id.asc()).select(|a| a.id).all(&db).await.expect("ids")
    };
    assert_eq!(ids(|a| a.words.contains_element("b")).await, [1, 2]);
    assert_eq!(ids(|a| a.words.contains_element("b").not()).await, [3]);
    assert_eq!(ids(|a| a.words.contains_element(a.word)).await, [1, 2]);
    assert_eq!(ids(|a| a.short.contains_element("c")).await, [2]);
    assert_eq!(ids(|a| a.short.overlaps(["a", "c"])).await, [1, 2]);
    assert_eq!(ids(|a| a.words.is_superset_of(["b", "c"])).await, [2]);
    assert_eq!(ids(|a| a.words.is_superset_of(a.short.cast::<Vec<String>>())).await, [1, 2, 3]);
    assert_eq!(ids(|a| a.words.overlaps(&["a", "x"][..])).await, [1]);
    assert_eq!(ids(|a| a.words.overlaps(Vec::<String>::new())).await, [0; 0]);
    assert_eq!(ids(|a| a.words.is_subset_of(["b", "c"])).await, [2, 3]);
    assert_eq!(ids(|a| a.numbers.contains_element(2)).await, [1]);
    assert_eq!(ids(|a| a.numbers.is_superset_of([3, 1])).await, [1]);
    assert_eq!(ids(|a| a.numbers.cardinality().eq(0)).await, [2]);
    assert_eq!(ids(|a| a.holes.contains_element(1)).await, [1]);
    assert_eq!(ids(|a| a.holes.is_subset_of([1])).await, [3], "NULL is among no values");
    assert_eq!(ids(|a| a.sizes.contains_element(Size::Large)).await, [2]);
    assert_eq!(ids(|a| a.sizes.is_superset_of([Size::Small, Size::Large])).await, [2]);
    let lengths: Vec<(i32, Option<i32>)> = Article::query()
        .order_by(|a| a.id.asc())
        .select(|a| (a.words.cardinality(), a.numbers.cardinality()))
        .all(&db)
        .await?;
    assert_eq!(lengths, [(2, Some(3)), (3, Some(0)), (0, None)]);
    Ok(())
}

#[orm_pg::test(models(Article))]
async fn items_are_added_and_taken_away(db: Database) -> Result<()> {
    articles(&db).await?;
    let second = || Article::query().filter(|a| a.id.eq(2));
    let changed = second()
        .update(|a| {
            (
                a.words.set(a.words.remove("c")),
                a.short.set(a.short.append("d").prepend("z")),
                a.numbers.set(a.numbers.append(7)),
                a.holes.set(a.holes.append(5)),
                a.sizes.set(a.sizes.remove(Size::Small).append(Size::Large)),
            )
        })
        .one(&db)
        .await?;
    assert_eq!(
        (changed.words, changed.short),
        (vec!["b".to_owned()], ["z", "b", "c", "c", "d"].map(String::from).to_vec())
    );
    assert_eq!((changed.numbers, changed.holes), (Some(vec![7]), vec![None, Some(5)]));
    assert_eq!(changed.sizes, [Size::Large, Size::Large]);
    // What is appended to nothing stands alone.
    let third = Article::query().filter(|a| a.id.eq(3)).update(|a| a.numbers.set(a.numbers.append(1))).one(&db).await?;
    assert_eq!(third.numbers, Some(vec![1]));
    Ok(())
}

#[test]
fn what_arrays_render() {
    #[derive(Debug, Clone, Model)]
    #[orm(table = "posts")]
    struct Post {
        #[orm(key)]
        id: i64,
        author_id: i64,
    }
    let many = Post::query()
        .group_by(|p| p.author_id)
        .having(|p| p.id.array_agg().contains_element(7))
        .select(|p| p.author_id);
    check(
        many.to_sql(),
        expect![[r#"
        SELECT t0."author_id" FROM "posts" AS t0 GROUP BY t0."author_id" HAVING array_agg(t0."id") @> $1
        [bigint[]]"#]],
    );
    let other = Post::query().group_by(|p| p.author_id).having(|p| p.id.array_agg().contains_element(p.author_id));
    check(
        other.select(|p| p.id.array_agg().cardinality()).to_sql(),
        expect![[r#"
        SELECT cardinality(array_agg(t0."id")) FROM "posts" AS t0 GROUP BY t0."author_id" HAVING array_position(array_agg(t0."id"), t0."author_id") IS NOT NULL
        []"#]],
    );
}

#[test]
#[expect(deprecated, reason = "the old names are tested")]
fn old_names_of_operators_render_the_same_sql() {
    fn sql(cond: fn(ArticleColumns) -> Cond) -> String {
        Article::query().filter(cond).select(|a| a.id).to_string()
    }
    assert_eq!(sql(|a| a.words.has("b")), sql(|a| a.words.contains_element("b")));
    assert_eq!(sql(|a| a.words.has_all(["b"])), sql(|a| a.words.is_superset_of(["b"])));
    assert_eq!(sql(|a| a.words.has_only(["b"])), sql(|a| a.words.is_subset_of(["b"])));
    assert_eq!(sql(|a| a.words.has_any(["b"])), sql(|a| a.words.overlaps(["b"])));
}

#[test]
#[expect(deprecated, reason = "the old names are tested")]
fn old_names_of_traits_hold_for_what_has_the_new_ones() {
    use orm_pg::{executor, expr};

    fn largest<T: expr::Extremes>() {}
    fn remainder<T: expr::Exact + expr::Plus<T> + expr::Minus<T> + expr::Times<T> + expr::Over<T>>() {}
    fn listed<T: orm_pg::Scalar, V: expr::Item<T>>() {}
    fn ranges<T: expr::Spans, V: expr::Span<i32>>() {}

    largest::<i32>();
    remainder::<i64>();
    listed::<String, &str>();
    ranges::<PgRange<i32>, PgRange<i32>>();
    assert_eq!(executor::Together::OneSnapshot, executor::Consistency::OneSnapshot);
}

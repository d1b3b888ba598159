//! Groups with conditions, aggregates, an order and pages: the same rows as in Rust, in the same order.

use std::collections::{BTreeMap, BTreeSet};

use orm_pg::prelude::*;
use proptest::{collection::vec, option, prelude::*, sample::select};

use super::{check, failed};

#[derive(Debug, Clone, PartialEq, Eq, Model)]
#[orm(table = "sales")]
struct Sale {
    #[orm(key)]
    id: i64,
    shop: Option<i64>,
    amount: Option<i32>,
    item: String,
}

/// Groups by the shop, whether there is an amount, or both.
#[derive(Debug, Clone, Copy)]
enum Key {
    Shop,
    Both,
}

#[derive(Debug, Clone)]
struct Case {
    sales: Vec<(Option<i64>, Option<i32>, String)>,
    least: i64,
    key: Key,
    having: Option<i64>,
    by_count: bool,
    desc: bool,
    nulls: Option<bool>,
    limit: Option<u64>,
    offset: Option<u64>,
}

fn cases() -> impl Strategy<Value = Case> {
    let sale = (option::of(0..3_i64), option::of(-5..6_i32), "[ab]{1}");
    let page = (option::of(0..4_u64), option::of(0..3_u64), option::of(any::<bool>()));
    let rest = (0..3_i64, select(vec![Key::Shop, Key::Both]), option::of(0..4_i64), any::<bool>(), any::<bool>(), page);
    (vec(sale, 0..12), rest).prop_map(|(sales, (least, key, having, by_count, desc, (limit, offset, nulls)))| Case {
        sales,
        least,
        key,
        having,
        by_count,
        desc,
        nulls,
        limit,
        offset,
    })
}

type Group =
    (Option<i64>, Option<bool>, i64, i64, Option<i64>, Option<i32>, i64, i64, Option<String>, Option<Vec<i64>>);

impl Case {
    fn expected(&self) -> Vec<Group> {
        let mut groups: BTreeMap<_, Vec<(i64, Option<i32>, &str)>> = BTreeMap::new();
        for (id, (shop, amount, item)) in (0..).zip(&self.sales).filter(|(id, _)| *id >= self.least) {
            let with_amount = matches!(self.key, Key::Both).then_some(amount.is_some());
            groups.entry((*shop, with_amount)).or_default().push((id, *amount, item));
        }
        let rows = groups.into_iter().map(|((shop, with_amount), rows)| {
            let amounts: Vec<i32> = rows.iter().filter_map(|it| it.1).collect();
            let items: BTreeSet<&str> = rows.iter().map(|it| it.2).collect();
            let count = |it: usize| i64::try_from(it).expect("few");
            (
                shop,
                with_amount,
                count(rows.len()),
                count(amounts.len()),
                amounts.iter().copied().map(i64::from).reduce(|a, b| a + b),
                amounts.iter().copied().min(),
                count(items.len()),
                count(amounts.iter().filter(|it| **it > 0).count()),
                Some(items.iter().rev().copied().collect::<Vec<_>>().join("+")),
                Some(rows.iter().rev().map(|it| it.0).collect()),
            )
        });
        let mut rows: Vec<Group> = rows.filter(|it| self.having.is_none_or(|least| it.2 > least)).collect();
        // NULLs are the largest, unless it is said where they go.
        let nulls_last = self.nulls.map_or(!self.desc, |first| !first);
        rows.sort_by(|a, b| {
            let count = if self.by_count { b.2.cmp(&a.2) } else { std::cmp::Ordering::Equal };
            let null = a.0.is_none().cmp(&b.0.is_none());
            let shop = if self.desc { b.0.cmp(&a.0) } else { a.0.cmp(&b.0) };
            count.then(if nulls_last { null } else { null.reverse() }).then(shop).then(a.1.cmp(&b.1))
        });
        let skip = usize::try_from(self.offset.unwrap_or(0)).expect("few");
        let take = self.limit.map_or(usize::MAX, |it| usize::try_from(it).expect("few"));
        rows.into_iter().skip(skip).take(take).collect()
    }
}

#[orm_pg::test(models(Sale))]
async fn groups_are_what_they_are_in_rust(db: Database) -> Result<()> {
    check(256, cases, async move |case| {
        Sale::query().all_rows().delete().execute(&db).await.map_err(failed)?;
        let sales = (0..).zip(case.sales.clone()).map(|(id, (shop, amount, item))| NewSale { id, shop, amount, item });
        Sale::insert_many(sales).execute(&db).await.map_err(failed)?;
        let with_amount = |s: SaleColumns| match case.key {
            Key::Shop => nothing(),
            Key::Both => s.amount.is_not_null().expr(),
        };
        let mut query = Sale::query().filter(|s| s.id.ge(case.least)).group_by(|s| (s.shop, with_amount(s)));
        if let Some(least) = case.having {
            query = query.having(|s| s.id.count().gt(least));
        }
        if case.by_count {
            query = query.order_by(|_| count_all().desc());
        }
        query = query.order_by(|s| {
            let order = if case.desc { s.shop.desc() } else { s.shop.asc() };
            match case.nulls {
                None => order,
                Some(true) => order.nulls_first(),
                Some(false) => order.nulls_last(),
            }
        });
        query = query.order_by(|s| with_amount(s).asc());
        if let Some(rows) = case.limit {
            query = query.limit(rows);
        }
        if let Some(rows) = case.offset {
            query = query.offset(rows);
        }
        let query = query.select(|s| {
            (
                s.shop,
                with_amount(s),
                count_all(),
                s.amount.count(),
                s.amount.sum(),
                s.amount.min(),
                s.item.count().distinct(),
                s.id.count().filter(s.amount.gt(0)),
                s.item.string_agg("+").distinct().order_by(s.item.desc()),
                s.id.array_agg().order_by(s.id.desc()),
            )
        });
        let expected = case.expected();
        prop_assert_eq!(&query.clone().all(&db).await.map_err(failed)?, &expected, "{}", query);
        let first = query.clone().first(&db).await.map_err(failed)?;
        prop_assert_eq!(first.as_ref(), expected.first());
        prop_assert_eq!(usize::try_from(query.clone().count(&db).await.map_err(failed)?), Ok(expected.len()));
        prop_assert_eq!(query.exists(&db).await.map_err(failed)?, !expected.is_empty());
        Ok(())
    })
    .await;
    Ok(())
}

/// NULL for each row.
fn nothing() -> orm_pg::expr::Expr<Option<bool>> {
    case().when(Cond::any::<Cond>([]), true).end()
}

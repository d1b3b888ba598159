//! Foreign keys of several fields, foreign keys to unique columns, and columns of a junction table.

use orm_pg::prelude::*;

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "shops", has_many(orders: Order))]
pub(crate) struct Shop {
    #[orm(key)]
    pub(crate) id: i32,
    #[orm(unique, sql_type = "citext")]
    pub(crate) code: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "orders", has_many(lines: Line), has_one(first: Line, key(shop, number)), has_many(parts: Part, through = Line))]
pub(crate) struct Order {
    #[orm(key, references(Shop, relation = seller))]
    pub(crate) shop_id: i32,
    #[orm(key)]
    pub(crate) number: i64,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "lines", references(Order, fields(shop, number), on_delete = cascade))]
pub(crate) struct Line {
    #[orm(key, identity)]
    pub(crate) id: i64,
    pub(crate) shop: i32,
    pub(crate) number: i64,
    #[orm(references = Part)]
    pub(crate) part_id: i64,
    pub(crate) amount: i32,
}

/// Refers to unique columns, by one field and by two.
#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "remarks", references(Part, fields(maker, model), columns(maker, model), relation = part))]
pub(crate) struct Remark {
    #[orm(key, identity)]
    pub(crate) id: i64,
    #[orm(references(Shop, column = code, relation = shop), sql_type = "citext")]
    pub(crate) shop_code: Option<String>,
    pub(crate) maker: Option<String>,
    pub(crate) model: Option<i32>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "parts", unique(maker, model), has_many(remarks: Remark), has_many(orders: Order, through = Line))]
pub(crate) struct Part {
    #[orm(key, identity)]
    pub(crate) id: i64,
    pub(crate) maker: String,
    pub(crate) model: i32,
}

/// Linked by a unique column, which may be NULL.
#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "members", has_many(clubs: Club, through = Membership))]
pub(crate) struct Member {
    #[orm(key, identity)]
    pub(crate) id: i64,
    #[orm(unique)]
    pub(crate) nick: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "clubs")]
pub(crate) struct Club {
    #[orm(key, identity)]
    pub(crate) id: i64,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "memberships")]
pub(crate) struct Membership {
    #[orm(key, references(Member, column = nick, relation = member))]
    pub(crate) member_nick: String,
    #[orm(key, references = Club)]
    pub(crate) club_id: i64,
}

pub(crate) async fn create(db: &Database) -> Result<()> {
    sql!("CREATE EXTENSION IF NOT EXISTS citext").execute(db).await?;
    db.create_tables(models![Shop, Order, Line, Remark, Part]).await
}

async fn fill(db: &Database) -> Result<Vec<Part>> {
    create(db).await?;
    Shop::insert_many([(1, "One"), (2, "Two")].map(|(id, code)| NewShop::new(id, code))).execute(db).await?;
    Order::insert_many([(1, 1), (1, 2), (2, 1)].map(|(shop, number)| NewOrder::new(shop, number))).execute(db).await?;
    let parts = [("A", 1), ("A", 2), ("B", 1)].map(|(maker, model)| NewPart::new(maker, model));
    let parts = Part::insert_many(parts).all(db).await?;
    let lines = [(1, 1, 0, 10), (1, 1, 1, 20), (1, 2, 1, 30), (2, 1, 1, 40)];
    let lines = lines.map(|(shop, number, part, amount): (i32, i64, usize, i32)| {
        NewLine::new(shop, number, parts.get(part).map_or(0, |it| it.id), amount)
    });
    Line::insert_many(lines).execute(db).await?;
    let note = |shop: Option<&str>, maker: Option<&str>, model| NewRemark {
        shop_code: shop.map(Into::into),
        maker: maker.map(Into::into),
        model,
    };
    let notes = [note(Some("one"), Some("A"), Some(2)), note(Some("TWO"), Some("A"), None), note(None, None, None)];
    Remark::insert_many(notes).execute(db).await?;
    Ok(parts)
}

#[orm_pg::test]
async fn several_fields_refer_together(db: Database) -> Result<()> {
    fill(&db).await?;
    let orders = || Order::query().order_by(|o| (o.shop_id.asc(), o.number.asc()));
    let loaded = orders().with(Order::lines().order_by(|l| l.id.asc())).with(Order::seller()).all(&db).await?;
    let amounts: Vec<_> = loaded.iter().map(|it| it.1.iter().map(|line| line.amount).collect::<Vec<_>>()).collect();
    assert_eq!(amounts, [vec![10, 20], vec![30], vec![40]]);
    assert_eq!(loaded.iter().map(|it| it.2.code.as_str()).collect::<Vec<_>>(), ["One", "One", "Two"]);
    let back = Line::query().with(Line::order()).order_by(|l| l.id.asc()).all(&db).await?;
    assert!(back.iter().all(|(line, order)| (line.shop, line.number) == (order.shop_id, order.number)));
    let per_parent = orders().with(Order::lines().order_by(|l| l.id.desc()).limit(1)).all(&db).await?;
    assert_eq!(per_parent.iter().map(|it| it.1[0].amount).collect::<Vec<_>>(), [20, 30, 40]);
    let counts = orders().with(Order::lines().count()).all(&db).await?;
    assert_eq!(counts.iter().map(|it| it.1).collect::<Vec<_>>(), [2, 1, 1]);
    let big = Order::query().filter(|o| Order::lines().any(o, |l| l.amount.gt(15))).count(&db).await?;
    assert_eq!(big, 3);
    let first: Vec<Order> = orders().all(&db).await?;
    let of_two = Order::lines().of_all(&first[1..]).order_by(|l| l.id.asc()).select(|l| l.amount).all(&db).await?;
    assert_eq!(of_two, [30, 40]);
    let error = orders().with(Order::first()).all(&db).await.expect_err("an order of two lines");
    assert_eq!(error.kind(), ErrorKind::MoreThanOne);
    // The server knows of it as well.
    let error = Line::insert(NewLine::new(2, 2, 1, 1)).execute(&db).await.expect_err("no such order");
    assert!(error.violates(Line::SHOP_NUMBER_FKEY), "{error}");
    first[2].delete().execute(&db).await?;
    assert_eq!(Line::query().filter(|l| l.shop.eq(2)).count(&db).await?, 0, "cascade");
    Ok(())
}

#[orm_pg::test]
async fn unique_columns_are_referred_to(db: Database) -> Result<()> {
    let parts = fill(&db).await?;
    let notes = Remark::query().with(Remark::shop()).with(Remark::part()).order_by(|n| n.id.asc()).all(&db).await?;
    // The server compares, so what is written otherwise is the same shop; where one of two fields is NULL, nothing is
    // referred to.
    let codes: Vec<_> = notes.iter().map(|it| it.1.as_ref().map(|it| it.code.as_str())).collect();
    assert_eq!(codes, [Some("One"), Some("Two"), None]);
    let found: Vec<_> = notes.iter().map(|it| it.2.as_ref()).collect();
    assert_eq!(found, [Some(&parts[1]), None, None]);
    let noted = Part::query().with(Part::remarks()).order_by(|p| p.id.asc()).all(&db).await?;
    assert_eq!(noted.iter().map(|it| it.1.len()).collect::<Vec<_>>(), [0, 1, 0]);
    assert_eq!(Part::query().filter(|p| Part::remarks().any(p, |n| n.id.gt(0))).count(&db).await?, 1);
    assert_eq!(Part::remarks().of(&parts[1]).count(&db).await?, 1);
    let error = Remark::insert(NewRemark { shop_code: Some("Three".into()), ..NewRemark::new() }).execute(&db).await;
    assert!(error.expect_err("no such shop").violates(Remark::SHOP_CODE_FKEY));
    Ok(())
}

#[derive(Debug, PartialEq, Projection)]
#[orm(of = Order)]
struct OrderCard {
    number: i64,
    seller: Shop,
    lines: Vec<LineCard>,
}

#[derive(Debug, PartialEq, Projection)]
#[orm(of = Line)]
struct LineCard {
    amount: i32,
    order: Order,
}

#[orm_pg::test]
async fn projections_follow_them(db: Database) -> Result<()> {
    fill(&db).await?;
    let cards = OrderCard::query().order_by(|o| (o.shop_id.asc(), o.number.asc())).all(&db).await?;
    let seen: Vec<_> = cards.iter().map(|it| (it.number, it.seller.id, it.lines.len())).collect();
    assert_eq!(seen, [(1, 1, 2), (2, 1, 1), (1, 2, 1)]);
    assert!(cards.iter().all(|card| card.lines.iter().all(|it| it.order.number == card.number)));
    Ok(())
}

#[orm_pg::test]
async fn what_a_link_says_comes_along(db: Database) -> Result<()> {
    let parts = fill(&db).await?;
    let orders = || Order::query().order_by(|o| (o.shop_id.asc(), o.number.asc()));
    let loaded: Vec<(Order, Vec<(Part, Line)>)> =
        orders().with(Order::parts().with_link().order_by_link(|line| line.amount.desc())).all(&db).await?;
    let seen: Vec<Vec<_>> =
        loaded.iter().map(|it| it.1.iter().map(|(part, line)| (part.model, line.amount)).collect()).collect();
    assert_eq!(seen, [vec![(2, 20), (1, 10)], vec![(2, 30)], vec![(2, 40)]]);
    let most = orders().with(Order::parts().order_by_link(|line| line.amount.desc()).limit(1)).all(&db).await?;
    assert!(most.iter().all(|it| it.1 == [parts[1].clone()]));
    let few = orders().with(Order::parts().filter_link(|line| line.amount.lt(25))).all(&db).await?;
    assert_eq!(few.iter().map(|it| it.1.len()).collect::<Vec<_>>(), [2, 0, 0]);
    let few = orders().with(Order::parts().filter_link(|line| line.amount.lt(25)).count()).all(&db).await?;
    assert_eq!(few.iter().map(|it| it.1).collect::<Vec<_>>(), [2, 0, 0]);
    let of_part =
        Part::orders().with_link().of(&parts[1]).order_by(|o| (o.shop_id.asc(), o.number.desc())).all(&db).await?;
    assert_eq!(of_part.iter().map(|(_, line)| line.amount).collect::<Vec<_>>(), [30, 20, 40]);
    let of_both = Part::orders().with_link().of_all(&parts[..2]).count(&db).await?;
    assert_eq!(of_both, 4);
    let busy = Order::query().filter(|o| Order::parts().filter_link(|l| l.amount.ge(30)).any(o, |p| p.maker.eq("A")));
    assert_eq!(busy.count(&db).await?, 2);
    Ok(())
}

#[orm_pg::test(models(Member, Club, Membership))]
async fn a_row_without_key_is_not_linked(db: Database) -> Result<()> {
    let (ann, nobody) = (NewMember { nick: Some("ann".into()) }, NewMember { nick: None });
    let [ann, nobody] = Member::insert_many([ann, nobody]).all(&db).await?.try_into().expect("two were stored");
    let club = Club::insert(NewClub {}).one(&db).await?;
    assert_eq!(Member::clubs().link(&ann, &club).execute(&db).await?, 1);
    assert_eq!(Member::clubs().of(&ann).all(&db).await?, std::slice::from_ref(&club));

    let linked = Member::clubs().link(&nobody, &club).execute(&db).await.unwrap_err();
    assert_eq!(linked.kind(), ErrorKind::InvalidStatement);
    assert!(linked.to_string().contains("cannot be linked: it has NULL"), "{linked}");
    let set = Member::clubs().set_links(&nobody, std::slice::from_ref(&club)).execute(&db).await.unwrap_err();
    assert_eq!(set.kind(), ErrorKind::InvalidStatement);
    // It has no links, and is left without any.
    assert_eq!(Member::clubs().set_links(&nobody, &[]).execute(&db).await?, 0);
    assert_eq!(Member::clubs().unlink(&nobody, &club).execute(&db).await?, 0);
    assert_eq!(Member::clubs().of(&nobody).all(&db).await?, []);
    Ok(())
}

//! Trees: descendants and ancestors, by several kinds of relations to the model itself.

use orm_pg::{prelude::*, relation::WithDepth};

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "categories", has_many(children: Category))]
pub(crate) struct Category {
    #[orm(key)]
    pub(crate) id: i64,
    #[orm(references(Category, on_delete = set_null))]
    pub(crate) parent_id: Option<i64>,
    pub(crate) name: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(
    table = "people",
    has_many(follows: Person, through = Follow, key = follower_id, other_key = followed_id),
    has_many(followers: Person, through = Follow, key = followed_id, other_key = follower_id)
)]
pub(crate) struct Person {
    #[orm(key)]
    pub(crate) id: i64,
    pub(crate) name: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "follows")]
pub(crate) struct Follow {
    #[orm(key, references(Person, relation = follower))]
    pub(crate) follower_id: i64,
    #[orm(key, references(Person, relation = followed))]
    pub(crate) followed_id: i64,
}

/// 1 above 2 and 3, 2 above 4, 4 above 5; 6 alone.
async fn fill(db: &Database) -> Result<Vec<Category>> {
    let new = [(1, None), (2, Some(1)), (3, Some(1)), (4, Some(2)), (5, Some(4)), (6, None)];
    let new = new.map(|(id, parent_id)| NewCategory { id, parent_id, name: format!("c{id}") });
    Category::insert_many(new).all(db).await
}

fn ids(rows: &[Category]) -> Vec<i64> {
    let mut ids: Vec<_> = rows.iter().map(|it| it.id).collect();
    ids.sort_unstable();
    ids
}

#[orm_pg::test(models(Category))]
async fn below_and_above_a_row(db: Database) -> Result<()> {
    let all = fill(&db).await?;
    let below = || Category::children().descendants();
    let above = || Category::parent().ancestors();
    assert_eq!(ids(&below().of(&all[0]).all(&db).await?), [2, 3, 4, 5]);
    assert_eq!(ids(&below().of(&all[4]).all(&db).await?), [0; 0]);
    assert_eq!(ids(&above().of(&all[4]).all(&db).await?), [1, 2, 4]);
    assert_eq!(ids(&above().of(&all[0]).all(&db).await?), [0; 0]);
    // A row below several of them comes once.
    assert_eq!(ids(&below().of_all(&all[..2]).all(&db).await?), [2, 3, 4, 5]);
    assert_eq!(below().of_all(&[]).count(&db).await?, 0);

    // All clauses of a query.
    let last = below().of(&all[0]).filter(|c| c.name.ne("c5")).order_by(|c| c.id.desc()).limit(2);
    assert_eq!(last.select(|c| c.name).all(&db).await?, ["c4", "c3"]);
    assert_eq!(below().of(&all[0]).count(&db).await?, 4);
    assert!(!below().of(&all[5]).exists(&db).await?);
    let parents = below().of(&all[0]).join::<Category>(|(c, parent)| c.parent_id.eq(parent.id));
    let parents = parents.order_by(|(c, _)| c.id.asc()).select(|(c, parent)| (c.id, parent.id)).all(&db).await?;
    assert_eq!(parents, [(2, 1), (3, 1), (4, 2), (5, 4)]);
    let locked = db.transaction(async |tx| below().of(&all[0]).for_update().all(tx).await).await?;
    assert_eq!(locked.len(), 4);
    assert_eq!(below().of(&all[1]).update(|c| c.name.set("below 2")).execute(&db).await?, 2);
    assert_eq!(below().of(&all[1]).delete().execute(&db).await?, 2);
    assert_eq!(ids(&Category::query().all(&db).await?), [1, 2, 3, 6]);
    Ok(())
}

#[orm_pg::test(models(Category))]
async fn a_tree_with_depths_has_the_clauses_of_other_relations(db: Database) -> Result<()> {
    let all = fill(&db).await?;
    let below = || Category::children().descendants().with_depth();
    let roots = async |below: WithDepth<Category>| -> Result<Vec<Vec<(i64, i32)>>> {
        let rows = Category::query().with(below).filter(|c| c.id.in_([1, 2])).order_by(|c| c.id.asc()).all(&db).await?;
        Ok(rows.iter().map(|(_, below)| below.iter().map(|(row, depth)| (row.id, *depth)).collect()).collect())
    };
    let sorted = roots(below().order_by_name("name", Direction::Desc)).await?;
    assert_eq!(sorted, [vec![(5, 3), (4, 2), (3, 1), (2, 1)], vec![(5, 2), (4, 1)]]);
    let last_child = below().distinct_on(|(c, _)| c.parent_id).order_by(|(c, _)| (c.parent_id.asc(), c.id.desc()));
    assert_eq!(roots(last_child).await?, [vec![(3, 1), (4, 2), (5, 3)], vec![(4, 1), (5, 2)]]);
    let depths = below().select(|(_, depth)| depth).distinct().order_by(|(_, depth)| depth.asc());
    assert_eq!(depths.clone().of(&all[0]).all(&db).await?, [1, 2, 3]);
    let depths = Category::query().with(depths).filter(|c| c.id.eq(1)).one(&db).await?;
    assert_eq!(depths.1, [1, 2, 3]);
    Ok(())
}

#[orm_pg::test(models(Category))]
async fn trees_come_along_with_a_query(db: Database) -> Result<()> {
    let all = fill(&db).await?;
    let below = || Category::children().descendants();
    let trees: Vec<(Category, Vec<Category>)> =
        Category::query().with(below()).order_by(|c| c.id.asc()).all(&db).await?;
    let trees: Vec<_> = trees.iter().map(|(_, below)| ids(below)).collect();
    assert_eq!(trees, [vec![2, 3, 4, 5], vec![4, 5], vec![], vec![5], vec![], vec![]]);

    let both: Vec<(Category, Vec<Category>, Vec<String>, i64, bool)> = Category::query()
        .with(Category::parent().ancestors())
        .with(below().order_by(|c| c.id.desc()).limit(1).select(|c| c.name))
        .with(below().filter(|c| c.id.ne(3)).count())
        .with(below().exists())
        .order_by(|c| c.id.asc())
        .all(&db)
        .await?;
    let both: Vec<_> = both.into_iter().map(|it| (ids(&it.1), it.2.concat(), it.3, it.4)).collect();
    let expected = [
        (vec![], "c5", 3, true),
        (vec![1], "c5", 2, true),
        (vec![1], "", 0, false),
        (vec![1, 2], "c5", 1, true),
        (vec![1, 2, 4], "", 0, false),
        (vec![], "", 0, false),
    ];
    assert_eq!(both, expected.map(|(above, last, count, any)| (above, last.to_owned(), count, any)));

    // With what belongs to each in turn, and for a row that is asked about twice.
    let twice = [all[1].clone(), all[1].clone()];
    let loaded: Vec<(&Category, Vec<(Category, Option<Category>)>)> =
        load(&twice, below().order_by(|c| c.id.asc()).with(Category::parent()), &db).await?;
    for (_, below) in loaded {
        let pairs: Vec<_> = below.iter().map(|(c, parent)| (c.id, parent.as_ref().map(|it| it.id))).collect();
        assert_eq!(pairs, [(4, Some(2)), (5, Some(4))]);
    }
    Ok(())
}

#[orm_pg::test(models(Category))]
async fn how_deep_rows_are(db: Database) -> Result<()> {
    let all = fill(&db).await?;
    let below = || Category::children().descendants();
    assert_eq!(ids(&below().max_depth(2).of(&all[0]).all(&db).await?), [2, 3, 4]);
    assert_eq!(below().max_depth(0).of(&all[0]).count(&db).await?, 0);
    assert_eq!(below().max_depth(u32::MAX).of(&all[0]).count(&db).await?, 4);

    let above = || Category::parent().ancestors().with_depth();
    let from_the_root = above().of(&all[4]).order_by(|(_, depth)| depth.desc());
    assert_eq!(from_the_root.select(|(c, depth)| (c.id, depth)).all(&db).await?, [(1, 3), (2, 2), (4, 1)]);
    let nearest: Vec<(Category, i32)> =
        above().of(&all[4]).order_by(|(_, depth)| depth.asc()).limit(1).all(&db).await?;
    assert_eq!(nearest, [(all[3].clone(), 1)]);
    // From several rows the nearest counts.
    let of_both = below().with_depth().of_all(&all[..2]).order_by(|(c, _)| c.id.asc());
    assert_eq!(of_both.clone().count(&db).await?, 4);
    assert_eq!(of_both.select(|(c, depth)| (c.id, depth)).all(&db).await?, [(2, 1), (3, 1), (4, 1), (5, 2)]);
    let joined = above().of(&all[4]).join::<Category>(|(c, depth, child)| child.parent_id.eq(c.id).and(depth.eq(3)));
    let joined = joined.order_by(|(_, _, child)| child.id.asc()).select(|(_, _, child)| child.id);
    assert_eq!(joined.all(&db).await?, [2, 3]);

    let deep: Vec<(Category, Vec<(i32, i64)>)> = Category::query()
        .with(below().with_depth().order_by(|(c, depth)| (depth.desc(), c.id.asc())).select(|(c, depth)| (depth, c.id)))
        .order_by(|c| c.id.asc())
        .all(&db)
        .await?;
    assert_eq!(deep[0].1, [(3, 5), (2, 4), (1, 2), (1, 3)]);
    assert_eq!(deep[1].1, [(2, 5), (1, 4)]);
    let roots: Vec<(Category, Vec<(Category, i32)>)> = Category::query()
        .with(above().order_by(|(_, depth)| depth.desc()).limit(1))
        .order_by(|c| c.id.asc())
        .all(&db)
        .await?;
    let roots: Vec<_> = roots.iter().map(|(_, root)| root.first().map(|(c, depth)| (c.id, *depth))).collect();
    assert_eq!(roots, [None, Some((1, 1)), Some((1, 1)), Some((1, 2)), Some((1, 3)), None]);
    let second = above().filter(|(c, _)| c.id.gt(1)).order_by(|(_, depth)| depth.asc()).offset(1);
    let (_, second) = Category::get(5).with(second).one(&db).await?;
    assert_eq!(second, [(all[1].clone(), 2)]);
    Ok(())
}

/// Before `descendants` a filter says where the walk goes, after it what is kept.
#[orm_pg::test(models(Category))]
async fn filters_before_and_after(db: Database) -> Result<()> {
    let all = fill(&db).await?;
    let not_4 = |c: CategoryColumns| c.id.ne(4);
    let walked = Category::children().filter(not_4).descendants();
    assert_eq!(ids(&walked.clone().of(&all[0]).all(&db).await?), [2, 3]);
    assert_eq!(load(&all[..1], walked.clone(), &db).await?[0].1.len(), 2);
    assert_eq!(Category::query().filter(|c| walked.aggregate(c, |d| d.id.count()).eq(2)).count(&db).await?, 1);
    let kept = Category::children().descendants().filter(not_4);
    assert_eq!(ids(&kept.of(&all[0]).all(&db).await?), [2, 3, 5]);
    let above = Category::parent().filter(not_4).ancestors();
    assert_eq!(above.of(&all[4]).count(&db).await?, 0);
    Ok(())
}

#[orm_pg::test(models(Category))]
async fn conditions_on_trees(db: Database) -> Result<()> {
    fill(&db).await?;
    let below = || Category::children().descendants();
    let found = async |query: orm_pg::query::Select<Category, Category>| Ok::<_, Error>(ids(&query.all(&db).await?));
    assert_eq!(found(Category::query().filter(|c| below().any(c, |d| d.name.eq("c5")))).await?, [1, 2, 4]);
    assert_eq!(found(Category::query().filter(|c| below().none(c, |d| d.name.eq("c5")))).await?, [3, 5, 6]);
    assert_eq!(found(Category::query().filter(|c| below().every(c, |d| d.id.gt(3)))).await?, [2, 3, 4, 5, 6]);
    let leaves = Category::query().filter(|c| below().aggregate(c, |d| d.id.count()).eq(0));
    assert_eq!(found(leaves).await?, [3, 5, 6]);
    // A tree in what is asked of a tree.
    let above = |c: CategoryColumns| Category::parent().ancestors().any(c, |a| a.id.eq(2));
    assert_eq!(found(Category::query().filter(|c| below().any(c, above))).await?, [1, 2, 4]);
    Ok(())
}

/// A row in a circle is its own descendant and ancestor, and comes once.
#[orm_pg::test(models(Category))]
async fn circles_end(db: Database) -> Result<()> {
    fill(&db).await?;
    Category::query().filter(|c| c.id.eq(1)).update(|c| c.parent_id.set(4)).execute(&db).await?;
    Category::query().filter(|c| c.id.eq(6)).update(|c| c.parent_id.set(6)).execute(&db).await?;
    let all = Category::query().order_by(|c| c.id.asc()).all(&db).await?;
    let below = || Category::children().descendants();
    let above = || Category::parent().ancestors();
    assert_eq!(ids(&below().of(&all[0]).all(&db).await?), [1, 2, 3, 4, 5]);
    assert_eq!(ids(&above().of(&all[4]).all(&db).await?), [1, 2, 4]);
    assert_eq!(ids(&below().of(&all[5]).all(&db).await?), [6]);
    assert_eq!(below().max_depth(1000).of(&all[0]).count(&db).await?, 5);
    let depths = below().with_depth().of(&all[0]).order_by(|(c, _)| c.id.asc()).select(|(c, depth)| (c.id, depth));
    assert_eq!(depths.all(&db).await?, [(1, 3), (2, 1), (3, 1), (4, 2), (5, 3)]);
    let depths = above().with_depth().of(&all[4]).order_by(|(_, depth)| depth.asc()).select(|(c, depth)| (c.id, depth));
    assert_eq!(depths.all(&db).await?, [(4, 1), (2, 2), (1, 3)]);
    assert_eq!(Category::query().filter(|c| below().any(c, |d| d.id.eq(c.id))).count(&db).await?, 4);
    let loaded = load(&all, above().with_depth(), &db).await?;
    assert_eq!(loaded.iter().map(|it| it.1.len()).collect::<Vec<_>>(), [3, 3, 3, 3, 3, 1]);
    Ok(())
}

/// Whom one follows, whom they follow, and so on: many ways lead to one.
#[orm_pg::test(models(Person, Follow))]
async fn links_are_followed(db: Database) -> Result<()> {
    let people = (1..=5).map(|id| NewPerson { id, name: format!("p{id}") });
    let people = Person::insert_many(people).all(&db).await?;
    let links = [(1, 2), (1, 3), (2, 4), (3, 4), (4, 1), (5, 1)];
    let links = links.map(|(follower_id, followed_id)| NewFollow { follower_id, followed_id });
    Follow::insert_many(links).execute(&db).await?;
    let all = || Person::follows().descendants();
    let names = async |query: orm_pg::query::Select<Person, Person>| -> Result<String> {
        Ok(query.order_by(|p| p.id.asc()).select(|p| p.name).all(&db).await?.concat())
    };
    assert_eq!(names(all().of(&people[0])).await?, "p1p2p3p4");
    assert_eq!(names(all().max_depth(1).of(&people[0])).await?, "p2p3");
    assert_eq!(names(Person::followers().descendants().of(&people[3])).await?, "p1p2p3p4p5");
    assert_eq!(names(all().of_all(&people[1..3])).await?, "p1p2p3p4");
    let with: Vec<(Person, Vec<String>)> = Person::query()
        .with(all().order_by(|p| p.id.asc()).select(|p| p.name))
        .order_by(|p| p.id.asc())
        .all(&db)
        .await?;
    assert!(with.iter().all(|(_, names)| names.concat() == "p1p2p3p4"));
    let two = all().order_by(|p| p.id.desc()).limit(2).select(|p| p.name);
    assert!(load(&people, two, &db).await?.iter().all(|(_, names)| names.concat() == "p4p3"));
    assert!(load(&people, all().count(), &db).await?.iter().all(|(_, count)| *count == 4));
    let depths = all().max_depth(9).with_depth().of(&people[0]).order_by(|(p, _)| p.id.asc());
    assert_eq!(depths.select(|(_, depth)| depth).all(&db).await?, [3, 1, 1, 2]);
    assert_eq!(Person::query().filter(|p| all().any(p, |it| it.id.eq(p.id))).count(&db).await?, 4);
    Ok(())
}

/// Keys of text whose equality is the server's: citext.
#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "places", has_many(parts: Place))]
struct Place {
    #[orm(key)]
    name: String,
    #[orm(references(Place, relation = whole))]
    part_of: Option<String>,
}

#[orm_pg::test(models(Place))]
async fn keys_are_compared_by_the_server(db: Database) -> Result<()> {
    if sql!("CREATE EXTENSION citext").execute(&db).await.is_err() {
        let found = sql!("SELECT count(*) FROM pg_available_extensions WHERE name = 'citext'").one::<i64>(&db).await?;
        assert_eq!(found, 0, "citext is there, and cannot be made");
        return Ok(());
    }
    let alter = "ALTER TABLE places DROP CONSTRAINT places_part_of_fkey; \
        ALTER TABLE places ALTER COLUMN name TYPE citext, ALTER COLUMN part_of TYPE citext";
    let connection = db.connection().await?;
    connection.client().batch_execute(alter).await.map_err(|it| Error::new(ErrorKind::Server, it.to_string()))?;
    drop(connection);
    let place = |name: &str, whole: &str| NewPlace { part_of: Some(whole.to_owned()), ..NewPlace::new(name) };
    let new = [place("World", "house"), place("Europe", "WORLD"), place("Paris", "EUROPE"), place("House", "PARIS")];
    Place::insert_many(new).execute(&db).await?;
    let europe = Place::get("europe").one(&db).await?;
    for count in [Place::parts().descendants().of(&europe), Place::whole().ancestors().of(&europe)] {
        assert_eq!(count.count(&db).await?, 4);
    }
    let loaded: Vec<(Place, Vec<(String, i32)>, Vec<Place>)> = Place::query()
        .with(
            Place::parts()
                .descendants()
                .with_depth()
                .order_by(|(_, depth)| depth.asc())
                .select(|(p, depth)| (p.name, depth)),
        )
        .with(Place::whole().ancestors())
        .filter(|p| p.name.eq("Europe"))
        .all(&db)
        .await?;
    let below: Vec<_> = loaded[0].1.iter().map(|(name, depth)| (name.as_str(), *depth)).collect();
    assert_eq!(below, [("Paris", 1), ("House", 2), ("World", 3), ("Europe", 4)]);
    assert_eq!(loaded[0].2.len(), 4);
    Ok(())
}

/// With the way to it from the root, and what is below.
#[derive(Debug, PartialEq, Projection)]
#[orm(of = Category)]
struct Page {
    name: String,
    #[orm(from = parent, ancestors, with_depth, order_by = |(_, depth)| depth.desc())]
    crumbs: Vec<Crumb>,
    #[orm(from = children, descendants, max_depth = 2, order_by = |c| c.id.asc())]
    near: Vec<Category>,
    #[orm(from = children, descendants, with_depth, filter = |(_, depth)| depth.gt(1), order_by = |(c, _)| c.id.asc(), limit = 1)]
    grandchild: Vec<Crumb>,
    parent: Option<Crumb>,
}

#[derive(Debug, Clone, PartialEq, Projection)]
#[orm(of = Category)]
struct Crumb {
    name: String,
    children: Vec<Name>,
}

#[derive(Debug, Clone, PartialEq, Projection)]
#[orm(of = Category)]
struct Name {
    name: String,
}

#[derive(Debug, PartialEq, Projection)]
#[orm(of = Person)]
struct Reach {
    #[orm(from = follows, descendants, with_depth, max_depth = 2, order_by = |(p, depth)| (depth.asc(), p.id.asc()))]
    reaches: Vec<Person>,
    #[orm(from = followers, descendants, with_depth, max_depth = 1)]
    followers: Vec<Person>,
}

#[derive(Debug, Projection)]
#[orm(of = Person)]
#[expect(dead_code, reason = "it is refused")]
struct Endless {
    #[orm(from = follows, descendants, with_depth)]
    reaches: Vec<Person>,
}

#[orm_pg::test(models(Category))]
async fn fields_of_projections_follow_relations_to_the_end(db: Database) -> Result<()> {
    let all = fill(&db).await?;
    let pages = Page::query().order_by(|c| c.id.asc()).all(&db).await?;
    let crumbs = |page: &Page| page.crumbs.iter().map(|it| it.name.clone()).collect::<Vec<_>>();
    assert_eq!(crumbs(&pages[4]), ["c1", "c2", "c4"]);
    assert_eq!(pages[4].crumbs[0].children.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["c2", "c3"]);
    assert_eq!(pages[4].parent.as_ref().map(|it| it.name.as_str()), Some("c4"));
    assert_eq!((crumbs(&pages[0]).len(), crumbs(&pages[5]).len(), &pages[5].parent), (0, 0, &None));
    for (page, row) in pages.iter().zip(&all) {
        let near = Category::children().descendants().max_depth(2).of(row).order_by(|c| c.id.asc());
        assert_eq!(page.near, near.all(&db).await?, "{row:?}");
        let far = Category::children().descendants().with_depth().filter(|(_, depth)| depth.gt(1)).of(row);
        let far = far.order_by(|(c, _)| c.id.asc()).select(|(c, _)| c.name).first(&db).await?;
        assert_eq!(page.grandchild.first().map(|it| it.name.clone()), far, "{row:?}");
    }
    Ok(())
}

#[orm_pg::test(models(Person, Follow))]
async fn fields_of_projections_follow_links_to_the_end(db: Database) -> Result<()> {
    let people = [1, 2, 3, 4].map(|id| NewPerson::new(id, format!("p{id}")));
    Person::insert_many(people).execute(&db).await?;
    let follows = [(1, 2), (2, 3), (3, 4), (3, 1)].map(|(follower, followed)| NewFollow::new(follower, followed));
    Follow::insert_many(follows).execute(&db).await?;
    let reach = Reach::query().filter(|p| p.id.eq(1)).one(&db).await?;
    let ids = |people: &[Person]| people.iter().map(|it| it.id).collect::<Vec<_>>();
    assert_eq!((ids(&reach.reaches), ids(&reach.followers)), (vec![2, 3], vec![3]));
    let endless = Endless::query().all(&db).await.expect_err("no end of ways");
    assert_eq!(endless.kind(), ErrorKind::InvalidStatement);
    assert!(endless.to_string().contains("max_depth"), "{endless}");
    let bounded = Person::follows().descendants().with_depth().max_depth(2).of(&Person { id: 1, name: String::new() });
    assert_eq!(bounded.count(&db).await?, 2);
    Ok(())
}

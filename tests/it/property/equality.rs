//! Relations between keys of all textual types: every way of loading finds the rows that the server's join finds.

use orm_pg::prelude::*;

/// The tables are made with columns of each pair of types; `String` holds them all.
#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "owners", has_many(items: Item), has_many(others: Other, through = Pair))]
struct Owner {
    #[orm(key)]
    code: String,
    n: i32,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "items")]
struct Item {
    #[orm(key)]
    n: i32,
    #[orm(references(Owner, relation = owner))]
    code: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "others", has_many(owners: Owner, through = Pair))]
struct Other {
    #[orm(key)]
    code: String,
    n: i32,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "pairs")]
struct Pair {
    #[orm(key, references = Owner)]
    owner: String,
    #[orm(key, references = Other)]
    other: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "nodes", has_many(children: Node))]
struct Node {
    #[orm(key)]
    code: String,
    n: i32,
    #[orm(references(Node, relation = parent))]
    up: Option<String>,
}

#[derive(Debug, Projection)]
#[orm(of = Owner)]
struct OwnerCard {
    n: i32,
    items: Vec<ItemCard>,
    others: Vec<OtherCard>,
}

#[derive(Debug, Projection)]
#[orm(of = Item)]
struct ItemCard {
    n: i32,
}

#[derive(Debug, Projection)]
#[orm(of = Other)]
struct OtherCard {
    n: i32,
}

#[derive(Debug, Projection)]
#[orm(of = Node)]
struct NodeCard {
    n: i32,
    #[orm(from = children, descendants)]
    below: Vec<Number>,
}

#[derive(Debug, Projection)]
#[orm(of = Node)]
struct Number {
    n: i32,
}

/// Without case, with blanks at the end or the beginning, and other than ASCII.
const VALUES: [&str; 13] = ["ab", "AB", "Ab", "ab ", "ab  ", " ab", "abc", "", " ", "É", "é", "e\u{301}", "x"];

const TYPES: [&str; 11] = [
    "text",
    "text COLLATE anycase",
    "varchar",
    "varchar(6)",
    "char(6)",
    "name",
    "citext",
    "any_citext",
    "short",
    "padded",
    "shorter",
];

const SETUP: &str = "CREATE EXTENSION citext; \
    CREATE DOMAIN any_citext AS citext; CREATE DOMAIN short AS varchar(6); CREATE DOMAIN padded AS char(6); \
    CREATE DOMAIN shorter AS short CHECK (length(VALUE) < 6)";

/// Pairs of numbers, sorted: which row belongs to which.
type Pairs = Vec<(i32, i32)>;

fn sorted(pairs: impl IntoIterator<Item = (i32, i32)>) -> Pairs {
    let mut pairs: Pairs = pairs.into_iter().collect();
    pairs.sort_unstable();
    pairs
}

async fn tables(schema: &str, key: &str, other: &str, url: &str) -> Result<Database> {
    let admin = Database::connect(url).await?;
    let mut sql = format!(
        "CREATE SCHEMA {schema}; SET search_path = {schema}, public; \
         CREATE TABLE owners (code {key} PRIMARY KEY, n int); CREATE TABLE items (n int PRIMARY KEY, code {other}); \
         CREATE TABLE others (code {other} PRIMARY KEY, n int); \
         CREATE TABLE pairs (owner {other}, other {key}, PRIMARY KEY (owner, other)); \
         CREATE TABLE nodes (code {key} PRIMARY KEY, n int, up {other});"
    );
    let list: Vec<_> = (1..).zip(VALUES).map(|(n, value): (i32, _)| format!("({n}, '{value}')")).collect();
    let list = list.join(", ");
    for (table, columns) in [("owners", "n, code"), ("items", "n, code"), ("others", "n, code"), ("nodes", "n, code")] {
        sql += &format!("INSERT INTO {table} ({columns}) VALUES {list} ON CONFLICT DO NOTHING;");
    }
    sql += &format!(
        "INSERT INTO pairs SELECT a.v, b.v FROM (VALUES {list}) a(n, v), (VALUES {list}) b(m, v) \
        WHERE (n + m) % 3 = 0 ON CONFLICT DO NOTHING;"
    );
    // Each node but the first lies below the next value that was given, so that ways are long.
    sql += &format!("UPDATE nodes SET up = v FROM (VALUES {list}) a(m, v) WHERE m = n - 1;");
    admin.connection().await?.client().batch_execute(&sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    let options = format!("-csearch_path={schema},public");
    Database::builder().url(url).options(options).max_connections(2).connect().await
}

#[tokio::test]
async fn whatever_asks_for_a_relation_compares_as_the_join_does() -> Result<()> {
    let url = orm_pg::testing::database_url().await?;
    let admin = Database::connect(&url).await?;
    admin.connection().await?.client().batch_execute(SETUP).await.expect("types of the test");
    let collation =
        sql!("CREATE COLLATION anycase (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
    let types: Vec<_> = match collation.execute(&admin).await {
        Ok(_) => TYPES.to_vec(),
        // A server that was built without ICU has no such collation.
        Err(error) if error.sql_state() == Some("0A000") => {
            TYPES.into_iter().filter(|it| !it.contains("anycase")).collect()
        }
        Err(error) => return Err(error),
    };
    for (i, key) in types.iter().enumerate() {
        for (j, other) in types.iter().enumerate() {
            let db = tables(&format!("s{i}_{j}"), key, other, &url).await?;
            // Two collations that do not agree, or types that have no operator in common: an error, as of the join.
            let joined =
                sql!("SELECT o.n, i.n FROM owners o JOIN items i ON i.code = o.code").all::<(i32, i32)>(&db).await;
            match joined {
                Ok(joined) => agree(&db, sorted(joined), &format!("{key} and {other}")).await?,
                Err(error) => {
                    let loaded = Owner::query().with(Owner::items()).all(&db).await.expect_err("as of the join");
                    assert_eq!(loaded.sql_state(), error.sql_state(), "{key} and {other}");
                }
            }
            db.close().await;
        }
    }
    Ok(())
}

async fn agree(db: &Database, joined: Pairs, types: &str) -> Result<()> {
    let owners = Owner::query().order_by(|o| o.n.asc()).all(db).await?;
    let items = Item::query().order_by(|i| i.n.asc()).all(db).await?;
    let of_items =
        |of: Vec<(i32, Vec<Item>)>| sorted(of.into_iter().flat_map(|(o, it)| it.into_iter().map(move |i| (o, i.n))));
    let rows = Owner::query().with(Owner::items()).all(db).await?;
    assert_eq!(of_items(rows.into_iter().map(|(o, it)| (o.n, it)).collect()), joined, "with: {types}");
    let rows = load(&owners, Owner::items(), db).await?;
    assert_eq!(of_items(rows.into_iter().map(|(o, it)| (o.n, it)).collect()), joined, "load: {types}");
    let rows = load(&owners, Owner::items().order_by(|i| i.n.asc()).limit(100), db).await?;
    assert_eq!(of_items(rows.into_iter().map(|(o, it)| (o.n, it)).collect()), joined, "with a limit: {types}");
    let cards = OwnerCard::query().all(db).await?;
    let of_cards = cards.iter().flat_map(|o| o.items.iter().map(|i| (o.n, i.n)));
    assert_eq!(sorted(of_cards), joined, "projection: {types}");
    let counts = Owner::query().with(Owner::items().count()).with(Owner::items().exists()).all(db).await?;
    let aggregates = Owner::query()
        .select(|o| (o.n, Owner::items().aggregate(o, |i| i.n.count()), Owner::items().any(o, |i| i.n.gt(0)).expr()));
    let mut aggregates = aggregates.all(db).await?;
    aggregates.sort_unstable();
    let mut counts: Vec<_> = counts.into_iter().map(|(o, count, found)| (o.n, count, Some(found))).collect();
    counts.sort_unstable();
    assert_eq!(counts, aggregates, "count: {types}");
    assert_eq!(counts.iter().map(|it| it.1).sum::<i64>(), i64::try_from(joined.len()).expect("few"), "{types}");
    // Up again: each item has one owner, the first of those that match where there are several.
    for (item, owner) in load(&items, Item::owner(), db).await? {
        let of: Vec<i32> = joined.iter().filter(|it| it.1 == item.n).map(|it| it.0).collect();
        assert_eq!(owner.is_some(), !of.is_empty(), "parent: {types}");
        assert!(owner.is_none_or(|it| of.contains(&it.n)), "parent: {types}");
    }
    let mut all = vec![];
    for owner in &owners {
        let found = Owner::items().of(owner).all(db).await?;
        all.extend(found.into_iter().map(|i| (owner.n, i.n)));
    }
    assert_eq!(sorted(all), joined, "of: {types}");
    let mut found: Vec<i32> = Owner::items().of_all(&owners).all(db).await?.iter().map(|it| it.n).collect();
    found.sort_unstable();
    let mut expected: Vec<i32> = joined.iter().map(|it| it.1).collect();
    expected.sort_unstable();
    expected.dedup();
    assert_eq!(found, expected, "of_all: {types}");
    links(db, &owners, types).await?;
    trees(db, types).await?;
    writes(db, &owners, joined, types).await
}

async fn links(db: &Database, owners: &[Owner], types: &str) -> Result<()> {
    let join = sql!("SELECT o.n, t.n FROM owners o JOIN pairs p ON p.owner = o.code JOIN others t ON p.other = t.code");
    let joined = sorted(join.clone().all::<(i32, i32)>(db).await?);
    let rows = load(owners, Owner::others(), db).await?;
    let found = rows.iter().flat_map(|(o, it)| it.iter().map(|t| (o.n, t.n)));
    assert_eq!(sorted(found), joined, "through: {types}");
    let cards = OwnerCard::query().all(db).await?;
    assert_eq!(
        sorted(cards.iter().flat_map(|o| o.others.iter().map(|t| (o.n, t.n)))),
        joined,
        "through, projection: {types}"
    );
    let others = Other::query().all(db).await?;
    let rows = load(&others, Other::owners(), db).await?;
    assert_eq!(sorted(rows.iter().flat_map(|(t, it)| it.iter().map(|o| (o.n, t.n)))), joined, "through, back: {types}");
    let mut of = vec![];
    for owner in owners {
        of.extend(Owner::others().of(owner).all(db).await?.into_iter().map(|t| (owner.n, t.n)));
    }
    // Rows come once from `of`, however many links lead to them; but where two collations meet, the server may plan an
    // EXISTS as a join of rows that it has made unique by the other one.
    let (mut of, mut once) = (sorted(of), joined);
    once.dedup();
    if types.contains("COLLATE") {
        of.dedup();
    }
    assert_eq!(of, once, "through, of: {types}");
    // What is linked is found, and what is unlinked is not. Links of others might conflict: to the junction table
    // two of its keys may be one.
    sql!("DELETE FROM pairs").execute(db).await?;
    let (Some(owner), Some(other)) = (owners.first(), others.last()) else { return Ok(()) };
    let linked =
        async || -> Result<bool> { Ok(join.clone().all::<(i32, i32)>(db).await?.contains(&(owner.n, other.n))) };
    Owner::others().link(owner, other).execute(db).await?;
    assert!(linked().await?, "link: {types}");
    Owner::others().unlink(owner, other).execute(db).await?;
    assert!(!linked().await?, "unlink: {types}");
    Owner::others().set_links(owner, std::slice::from_ref(other)).execute(db).await?;
    let left = sql!(
        "SELECT count(*) FROM pairs p JOIN owners o ON p.owner = o.code WHERE o.n = {owner.n} \
         AND NOT EXISTS (SELECT FROM others t WHERE t.code = p.other AND t.n = {other.n})"
    );
    assert_eq!((linked().await?, left.one::<i64>(db).await?), (true, 0), "set_links: {types}");
    Ok(())
}

async fn trees(db: &Database, types: &str) -> Result<()> {
    let walk = sql!(
        "WITH RECURSIVE w(n, code, m) AS (SELECT p.n, c.code, c.n FROM nodes p JOIN nodes c ON c.up = p.code \
         UNION SELECT w.n, c.code, c.n FROM w JOIN nodes c ON c.up = w.code) SELECT n, m FROM w"
    );
    let expected = sorted(walk.all::<(i32, i32)>(db).await?);
    let nodes = Node::query().all(db).await?;
    let rows = load(&nodes, Node::children().descendants(), db).await?;
    assert_eq!(sorted(rows.iter().flat_map(|(p, it)| it.iter().map(|c| (p.n, c.n)))), expected, "below: {types}");
    let rows = load(&nodes, Node::parent().ancestors(), db).await?;
    assert_eq!(sorted(rows.iter().flat_map(|(c, it)| it.iter().map(|p| (p.n, c.n)))), expected, "above: {types}");
    let mut of = vec![];
    for node in &nodes {
        of.extend(Node::children().descendants().of(node).all(db).await?.into_iter().map(|c| (node.n, c.n)));
    }
    assert_eq!(sorted(of), expected, "below one: {types}");
    let cards = NodeCard::query().all(db).await?;
    assert_eq!(
        sorted(cards.iter().flat_map(|p| p.below.iter().map(|c| (p.n, c.n)))),
        expected,
        "below, projection: {types}"
    );
    Ok(())
}

/// Writes by relation touch what belongs to the row and nothing else.
async fn writes(db: &Database, owners: &[Owner], joined: Pairs, types: &str) -> Result<()> {
    for owner in owners {
        let mine = u64::try_from(joined.iter().filter(|it| it.0 == owner.n).count()).expect("few");
        let tx = db.begin().await?;
        assert_eq!(
            Owner::items().of(owner).update(|i| i.n.set(i.n + 100)).execute(&tx).await?,
            mine,
            "update: {types}"
        );
        assert_eq!(Owner::items().of(owner).delete().execute(&tx).await?, mine, "delete: {types}");
        tx.rollback().await?;
    }
    Ok(())
}

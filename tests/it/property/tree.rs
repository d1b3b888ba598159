//! Descendants and ancestors in random forests and graphs, including cycles: the same as a walk in Rust.

use std::collections::{BTreeMap, BTreeSet};

use orm_pg::prelude::*;
use proptest::{collection::vec, option, prelude::*};

use super::{check, failed};

#[derive(Debug, Clone, PartialEq, Eq, Model)]
#[orm(
    table = "nodes",
    has_many(children: Node),
    has_many(next: Node, through = Edge, key = from_id, other_key = to_id),
    has_many(previous: Node, through = Edge, key = to_id, other_key = from_id)
)]
struct Node {
    #[orm(key)]
    id: i64,
    #[orm(references = Node)]
    parent_id: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Model)]
#[orm(table = "edges")]
struct Edge {
    #[orm(key, references(Node, relation = from))]
    from_id: i64,
    #[orm(key, references(Node, relation = to))]
    to_id: i64,
}

/// The parent of each row by its number, edges between them, how far to walk, which rows are walked over.
#[derive(Debug, Clone)]
struct Case {
    parents: Vec<Option<i64>>,
    edges: BTreeSet<(i64, i64)>,
    max_depth: Option<u32>,
    closed: Option<i64>,
    roots: Vec<usize>,
}

fn cases() -> impl Strategy<Value = Case> {
    (1..9_i64).prop_flat_map(|count| {
        let rows = usize::try_from(count).expect("few");
        let parents = vec(option::of(0..count), rows);
        let edges = vec((0..count, 0..count), 0..14);
        (parents, edges, option::of(0..4_u32), option::of(0..count), vec(0..rows, 0..4)).prop_map(
            |(parents, edges, max_depth, closed, roots)| Case {
                parents,
                edges: edges.into_iter().collect(),
                max_depth,
                closed,
                roots,
            },
        )
    })
}

impl Case {
    /// What is found from `roots`, and in how many steps.
    fn walk(&self, roots: &[i64], next: impl Fn(i64) -> Vec<i64>) -> BTreeMap<i64, i32> {
        let mut found = BTreeMap::new();
        let mut level: Vec<i64> = roots.to_vec();
        for depth in 1..=self.max_depth.map_or(i32::MAX, |it| i32::try_from(it).expect("small")) {
            let rows = level.iter().flat_map(|it| next(*it)).filter(|it| Some(*it) != self.closed);
            level = rows.filter(|it| !found.contains_key(it)).collect();
            if level.is_empty() {
                break;
            }
            found.extend(level.iter().map(|it| (*it, depth)));
        }
        found
    }

    fn children(&self, of: i64) -> Vec<i64> {
        (0..).zip(&self.parents).filter(|(_, parent)| **parent == Some(of)).map(|(id, _)| id).collect()
    }

    fn parent(&self, of: i64) -> Vec<i64> {
        usize::try_from(of).ok().and_then(|it| self.parents[it]).into_iter().collect()
    }

    fn next(&self, of: i64) -> Vec<i64> {
        self.edges.iter().filter(|it| it.0 == of).map(|it| it.1).collect()
    }

    fn previous(&self, of: i64) -> Vec<i64> {
        self.edges.iter().filter(|it| it.1 == of).map(|it| it.0).collect()
    }
}

type Tree = orm_pg::relation::Tree<Node>;

/// Compares all ways to read a tree.
async fn compare(
    db: &Database,
    case: &Case,
    nodes: &[Node],
    tree: impl Fn() -> Tree,
    next: impl Fn(i64) -> Vec<i64>,
) -> Result<(), TestCaseError> {
    let tree = || match case.max_depth {
        Some(steps) => tree().max_depth(steps),
        None => tree(),
    };
    let of = |root: i64| case.walk(&[root], &next);
    let ids = |found: &BTreeMap<i64, i32>| found.keys().copied().collect::<Vec<_>>();

    // Loaded for rows that were read before, some of them twice.
    let roots: Vec<Node> = case.roots.iter().map(|it| nodes[*it].clone()).collect();
    let loaded = load(&roots, tree().order_by(|n| n.id.asc()).select(|n| n.id), db).await.map_err(failed)?;
    for (root, found) in loaded {
        prop_assert_eq!(found, ids(&of(root.id)), "of {:?}", root);
    }
    for (root, count) in load(&roots, tree().count(), db).await.map_err(failed)? {
        prop_assert_eq!(usize::try_from(count), Ok(of(root.id).len()));
    }
    for (root, last) in
        load(&roots, tree().order_by(|n| n.id.desc()).limit(2).select(|n| n.id), db).await.map_err(failed)?
    {
        prop_assert_eq!(last, ids(&of(root.id)).into_iter().rev().take(2).collect::<Vec<_>>());
    }

    // A query of what belongs to all of them.
    let all: Vec<i64> = roots.iter().map(|it| it.id).collect();
    let together = tree().of_all(&roots).order_by(|n| n.id.asc()).select(|n| n.id);
    prop_assert_eq!(together.all(db).await.map_err(failed)?, ids(&case.walk(&all, &next)));

    // In conditions: which rows find the first root, and how many each finds.
    let counts = Node::query().order_by(|n| n.id.asc()).select(|n| tree().aggregate(n, |it| it.id.count()));
    let expected: Vec<_> = nodes.iter().map(|it| i64::try_from(of(it.id).len()).expect("few")).collect();
    prop_assert_eq!(counts.all(db).await.map_err(failed)?, expected);
    if let Some(first) = roots.first() {
        let finders = Node::query().filter(|n| tree().any(n, |it| it.id.eq(first.id))).order_by(|n| n.id.asc());
        let expected: Vec<_> = nodes.iter().map(|it| it.id).filter(|it| of(*it).contains_key(&first.id)).collect();
        prop_assert_eq!(finders.select(|n| n.id).all(db).await.map_err(failed)?, expected);
    }
    Ok(())
}

/// Compares the depths.
async fn compare_depths(
    db: &Database,
    case: &Case,
    nodes: &[Node],
    tree: Tree,
    next: impl Fn(i64) -> Vec<i64>,
) -> Result<(), TestCaseError> {
    let tree = match case.max_depth {
        Some(steps) => tree.max_depth(steps),
        None => tree,
    };
    let deep = tree.with_depth().order_by(|(n, _)| n.id.asc()).select(|(n, depth)| (n.id, depth));
    let roots: Vec<Node> = case.roots.iter().map(|it| nodes[*it].clone()).collect();
    for (root, found) in load(&roots, deep.clone(), db).await.map_err(failed)? {
        prop_assert_eq!(found, case.walk(&[root.id], &next).into_iter().collect::<Vec<_>>(), "of {:?}", root);
    }
    for (root, found) in load(&roots, deep.clone().limit(1), db).await.map_err(failed)? {
        prop_assert_eq!(found.first().copied(), case.walk(&[root.id], &next).into_iter().next());
    }
    let all: Vec<i64> = roots.iter().map(|it| it.id).collect();
    let together = deep.of_all(&roots).all(db).await.map_err(failed)?;
    prop_assert_eq!(together, case.walk(&all, &next).into_iter().collect::<Vec<_>>());
    Ok(())
}

#[tokio::test]
async fn trees_are_what_a_walk_finds() -> Result<()> {
    // The server takes a walk from each row of a table that it has no statistics of for so long that it compiles it.
    let url = orm_pg::testing::database_url().await?;
    let db = Database::builder().url(&url).options("-c jit=off -c statement_timeout=5s").connect().await?;
    db.create_tables(models![Node, Edge]).await?;
    check(64, cases, async move |case| {
        Edge::query().all_rows().delete().execute(&db).await.map_err(failed)?;
        Node::query().all_rows().delete().execute(&db).await.map_err(failed)?;
        let new = (0..).zip(&case.parents).map(|(id, parent_id)| NewNode { id, parent_id: *parent_id });
        let mut nodes = Node::insert_many(new).all(&db).await.map_err(failed)?;
        nodes.sort_by_key(|it| it.id);
        let edges = case.edges.iter().map(|(from_id, to_id)| NewEdge { from_id: *from_id, to_id: *to_id });
        Edge::insert_many(edges).execute(&db).await.map_err(failed)?;

        // A row that is left out before the walk stops it.
        let open = |n: NodeColumns| Cond::all(case.closed.map(|it| n.id.ne(it)));
        let children = || Node::children().filter(open).descendants();
        let parents = || Node::parent().filter(open).ancestors();
        let next = || Node::next().filter(open).descendants();
        let previous = || Node::previous().filter(open).descendants();
        compare(&db, &case, &nodes, children, |it| case.children(it)).await?;
        compare(&db, &case, &nodes, parents, |it| case.parent(it)).await?;
        compare(&db, &case, &nodes, next, |it| case.next(it)).await?;
        compare(&db, &case, &nodes, previous, |it| case.previous(it)).await?;
        compare_depths(&db, &case, &nodes, children(), |it| case.children(it)).await?;
        compare_depths(&db, &case, &nodes, parents(), |it| case.parent(it)).await?;
        if case.max_depth.is_some() {
            compare_depths(&db, &case, &nodes, next(), |it| case.next(it)).await?;
        }
        Ok(())
    })
    .await;
    Ok(())
}

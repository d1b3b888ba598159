//! `create_tables` and `drop_tables` on a real server.

use orm_pg::prelude::*;

use crate::support::tables;

#[derive(Debug, Clone, Model)]
#[orm(table = "nodes")]
struct Node {
    #[orm(key, identity)]
    id: i64,
    #[orm(references = Node, on_delete = "cascade")]
    parent_id: Option<i64>,
    #[orm(references = Leaf, name = "nodes_best_leaf")]
    leaf_id: Option<i64>,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "leaves", unique(node_id, name), index(name))]
struct Leaf {
    #[orm(key, identity)]
    id: i64,
    #[orm(references = Node)]
    node_id: i64,
    name: String,
    #[orm(generated = "upper(name)")]
    loud: String,
}

#[orm_pg::test]
async fn all_tables_of_the_tests_and_away_again(db: Database) -> Result<()> {
    db.create_tables(tables()).await?;
    let count = async || {
        let sql = sql!("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'");
        sql.one::<i64>(&db).await
    };
    assert_eq!(count().await?, i64::try_from(tables().len()).expect("few"));
    db.drop_tables(tables()).await?;
    assert_eq!(count().await?, 0);
    // Types are gone as well, so all of it can be made again.
    db.create_tables(tables()).await?;
    Ok(())
}

#[orm_pg::test]
async fn tables_are_made_in_a_transaction_with_what_else_belongs_to_them(db: Database) -> Result<()> {
    let made = db
        .transaction(async |tx| {
            tx.create_tables(models![Node, Leaf]).await?;
            sql!("ALTER TABLE leaves ADD COLUMN words tsvector").execute(tx).await?;
            sql!("SELECT 1 / 0").execute(tx).await
        })
        .await;
    assert_eq!(made.expect_err("divides by zero").sql_state(), Some("22012"));
    let left = sql!("SELECT count(*) FROM pg_class WHERE relname IN ('nodes', 'leaves')").one::<i64>(&db).await?;
    assert_eq!(left, 0);
    db.connection().await?.create_tables(models![Node, Leaf]).await?;
    assert_eq!(Leaf::query().count(&db).await?, 0);
    Ok(())
}

#[orm_pg::test(models(Node, Leaf))]
async fn models_may_refer_to_themselves_and_to_each_other(db: Database) -> Result<()> {
    let root = Node::insert(NewNode { parent_id: None, leaf_id: None }).one(&db).await?;
    let leaf = Leaf::insert(NewLeaf { node_id: root.id, name: "a".into() }).one(&db).await?;
    assert_eq!(leaf.loud, "A");
    let child = Node::insert(NewNode { parent_id: Some(root.id), leaf_id: Some(leaf.id) }).one(&db).await?;
    let twice = Leaf::insert(NewLeaf { node_id: root.id, name: "a".into() }).execute(&db).await.expect_err("unique");
    assert!(twice.violates(Leaf::NODE_ID_NAME_KEY));
    let missing = Node::insert(NewNode { parent_id: None, leaf_id: Some(99) }).execute(&db).await.expect_err("missing");
    assert_eq!(missing.constraint(), Some("nodes_best_leaf"));
    child.update(|n| n.leaf_id.set(None)).execute(&db).await?;
    Leaf::query().all_rows().delete().execute(&db).await?;
    assert_eq!(root.delete().execute(&db).await?, 1);
    assert_eq!(Node::query().count(&db).await?, 0, "the child is deleted along");
    Ok(())
}

const NODES: &[&orm_pg::schema::Table] = models![Node];

async fn one_node(db: &Database) -> Result<u64> {
    Node::insert(NewNode::new()).execute(db).await
}

#[orm_pg::test(models(Leaf), models = NODES, setup = one_node)]
async fn tests_share_a_list_of_models(db: Database) -> Result<()> {
    assert_eq!((Node::query().count(&db).await?, Leaf::query().count(&db).await?), (1, 0));
    Ok(())
}

/// SQL of every kind that a model can give.
#[derive(Debug, Clone, Model)]
#[orm(table = "drafts", check("words >= 0 -- none is fine"), index(title, where = "words > 0 -- begun"))]
struct Draft {
    #[orm(key, identity)]
    id: i64,
    #[orm(default = "'a title' -- to begin with")]
    title: String,
    #[orm(default = "now() AT TIME ZONE 'utc'")]
    at: NaiveDateTime,
    #[orm(default = "1 < 2 AND NOT false")]
    open: bool,
    #[orm(default = "'{}'::text[]")]
    tags: Vec<String>,
    #[orm(default = "interval '1 day' * 2")]
    wait: Interval,
    #[orm(default = "coalesce(NULL, 'a (b')")]
    note: String,
    #[orm(default = "0")]
    words: i32,
    #[orm(generated = "words * 2 -- twice")]
    twice: i32,
}

#[orm_pg::test(models(Draft))]
async fn defaults_and_checks_are_any_expressions(db: Database) -> Result<()> {
    let draft = Draft::insert(NewDraft { words: 3.into(), ..NewDraft::new() }).one(&db).await?;
    assert_eq!((draft.title.as_str(), draft.note.as_str(), draft.open, draft.twice), ("a title", "a (b", true, 6));
    assert_eq!((draft.wait, draft.tags.len()), (Interval::days(2), 0));
    let null =
        sql!("INSERT INTO drafts (title) VALUES (NULL)").execute(&db).await.expect_err("NOT NULL is still there");
    assert!(null.is_not_null_violation());
    let check = Draft::insert(NewDraft { words: (-1).into(), ..NewDraft::new() }).execute(&db).await.expect_err("less");
    assert!(check.is_check_violation());
    Ok(())
}

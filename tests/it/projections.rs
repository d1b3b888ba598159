//! Projections.

use orm_pg::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{PartialSchema, ToSchema};

use crate::design::{Comment, NewComment, NewPost, NewTag, NewUser, Post, PostTag, Tag, User, UserColumns};

#[derive(Debug, Clone, PartialEq, Projection)]
#[orm(of = User)]
struct UserCard {
    id: i64,
    name: String,
    posts: Vec<PostCard>,
}

#[derive(Debug, Clone, Projection)]
#[orm(of = Post)]
struct PostCard {
    title: String,
    comments: Vec<Comment>,
}

impl PartialEq for PostCard {
    fn eq(&self, other: &Self) -> bool {
        self.title == other.title && self.comments.len() == other.comments.len()
    }
}

fn loud(u: UserColumns) -> orm_pg::expr::Expr<String> {
    u.name.upper()
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema, Projection)]
#[orm(of = User)]
struct Name {
    name: String,
    #[orm(expr = loud)]
    loud: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema, Projection)]
#[orm(of = User)]
struct Profile {
    #[orm(flatten)]
    name: Name,
    #[orm(from = email)]
    address: String,
    #[orm(expr = |u| u.age.coalesce(0))]
    age: i32,
    #[orm(from = posts, filter = |p| p.published, order_by = |p| p.id.desc(), limit = 2)]
    newest: Vec<Title>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema, Projection)]
#[orm(of = Post)]
struct Title {
    title: String,
}

#[derive(Debug, Projection)]
#[orm(of = Post)]
struct Article {
    title: String,
    author: Name,
    tags: Vec<TagName>,
}

#[derive(Debug, PartialEq, Projection)]
#[orm(of = Tag)]
struct TagName {
    name: String,
}

async fn fill(db: &Database) -> Result<(Vec<User>, Vec<Post>)> {
    let names = ["ann", "bob", "cy"];
    let users = User::insert_many(names.map(|name| NewUser::new(format!("{name}@example.org"), name))).all(db).await?;
    let (ann, bob) = (users[0].id, users[1].id);
    let post = |author, title: &str| NewPost { published: true.into(), ..NewPost::new(author, title) };
    let posts = [post(ann, "a1"), post(bob, "b1"), post(ann, "a2"), NewPost::new(ann, "a3"), post(ann, "a4")];
    let posts = Post::insert_many(posts).all(db).await?;
    Comment::insert_many([0, 0, 2].map(|at: usize| NewComment { post_id: posts[at].id })).execute(db).await?;
    Ok((users, posts))
}

#[orm_pg::test(models(User, Post, Comment, Tag, PostTag))]
async fn the_struct_says_what_is_loaded(db: Database) -> Result<()> {
    fill(&db).await?;
    let mut cards: Vec<UserCard> =
        UserCard::query().filter(|u| u.name.ne("cy")).order_by(|u| u.id.asc()).all(&db).await?;
    cards.iter_mut().for_each(|it| it.posts.sort_by(|a, b| a.title.cmp(&b.title)));
    let shape: Vec<_> = cards
        .iter()
        .map(|it| (it.name.as_str(), it.posts.iter().map(|p| (p.title.as_str(), p.comments.len())).collect::<Vec<_>>()))
        .collect();
    let expected = [("ann", vec![("a1", 2), ("a2", 1), ("a3", 0), ("a4", 0)]), ("bob", vec![("b1", 0)])];
    assert_eq!(shape, expected);
    assert_eq!(UserCard::query().count(&db).await?, 3);
    assert!(UserCard::query().filter(|u| u.name.eq("nobody")).one_or_none(&db).await?.is_none());
    assert!(UserCard::query().filter(|u| u.name.eq("nobody")).one(&db).await.is_err_and(|it| it.is_not_found()));
    let cy = UserCard::query().order_by(|u| u.id.desc()).first(&db).await?.expect("a row");
    assert_eq!((cy.name.as_str(), cy.posts.len()), ("cy", 0));
    assert!(UserCard::query().exists(&db).await?);
    Ok(())
}

#[orm_pg::test(models(User, Post, Comment, Tag, PostTag))]
async fn computed_renamed_and_flattened_fields(db: Database) -> Result<()> {
    fill(&db).await?;
    let ann = Profile::query().filter(|u| u.name.eq("ann")).one(&db).await?;
    let titles = ["a4", "a2"].map(|it| Title { title: it.into() }).to_vec();
    let name = Name { name: "ann".into(), loud: "ANN".into() };
    assert_eq!(ann, Profile { name, address: "ann@example.org".into(), age: 0, newest: titles });
    assert_eq!(Profile::query().limit(2).offset(1).order_by(|u| u.id.asc()).all(&db).await?.len(), 2);
    Ok(())
}

/// What a service says of its answers is made of the same struct, which needs no second one beside it.
#[orm_pg::test(models(User, Post, Comment, Tag, PostTag))]
async fn other_derives_see_a_plain_struct(db: Database) -> Result<()> {
    fill(&db).await?;
    let ann = Profile::query().filter(|u| u.name.eq("ann")).one(&db).await?;
    let json = serde_json::to_value(&ann).expect("serializes");
    let schema = serde_json::to_value(Profile::schema()).expect("serializes");
    let keys = |of: &serde_json::Value| of.as_object().map(|it| it.keys().cloned().collect::<Vec<_>>());
    let fields = ["address", "age", "name", "newest"].map(str::to_owned).to_vec();
    assert_eq!((keys(&json), keys(&schema["properties"])), (Some(fields.clone()), Some(fields)));
    assert_eq!(schema["properties"]["newest"]["items"]["$ref"], "#/components/schemas/Title");
    assert_eq!(json["newest"], serde_json::json!([{ "title": "a4" }, { "title": "a2" }]));
    Ok(())
}

#[orm_pg::test(models(User, Post, Comment, Tag, PostTag))]
async fn relations_to_one_and_through(db: Database) -> Result<()> {
    let (_, posts) = fill(&db).await?;
    let tags = Tag::insert_many(["x", "y"].map(NewTag::new)).all(&db).await?;
    Post::tags().link_all(&posts[1], &tags).execute(&db).await?;
    let articles = Article::query().order_by(|p| p.id.asc()).all(&db).await?;
    let authors: Vec<_> =
        articles.iter().map(|it| (it.title.as_str(), it.author.loud.as_str(), it.tags.len())).collect();
    assert_eq!(authors, [("a1", "ANN", 0), ("b1", "BOB", 2), ("a2", "ANN", 0), ("a3", "ANN", 0), ("a4", "ANN", 0)]);
    // Under another query, and from rows that were read before.
    let of: Vec<(User, Vec<Article>)> = User::query()
        .with(User::posts().order_by(|p| p.id.asc()).project::<Article>())
        .order_by(|u| u.id.asc())
        .all(&db)
        .await?;
    assert_eq!(of.iter().map(|(_, it)| it.len()).collect::<Vec<_>>(), [4, 1, 0]);
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Settings {
    dark: bool,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "nodes", has_many(children: Node, key = parent_id))]
struct Node {
    #[orm(key)]
    id: String,
    #[orm(references = Node)]
    parent_id: Option<String>,
    #[orm(json)]
    settings: Settings,
    #[orm(json)]
    more: Option<Settings>,
    marks: Vec<i32>,
}

#[derive(Debug, Projection)]
#[orm(of = Node)]
struct Branch {
    id: String,
    parent: Option<Node>,
    children: Vec<Leaf>,
    settings: Settings,
    more: Option<Settings>,
    marks: Vec<i32>,
}

#[derive(Debug, PartialEq, Projection)]
#[orm(of = Node)]
struct Leaf {
    id: String,
}

#[orm_pg::test(models(Node))]
async fn documents_arrays_and_missing_parents(db: Database) -> Result<()> {
    let settings = Settings { dark: true };
    let node = |id: &str, parent: Option<&str>| NewNode {
        parent_id: parent.map(Into::into),
        more: parent.map(|_| settings.clone()),
        ..NewNode::new(id, settings.clone(), vec![1, 2])
    };
    Node::insert_many([node("a", None), node("b", Some("a")), node("c", Some("a"))]).execute(&db).await?;
    let branches = Branch::query().order_by(|n| n.id.asc()).all(&db).await?;
    assert_eq!(branches[0].children.len(), 2);
    assert!(branches[0].parent.is_none() && branches[0].more.is_none());
    let parent = branches[1].parent.as_ref().expect("a parent");
    assert_eq!(
        (parent.id.as_str(), &parent.settings, &parent.more, &parent.marks),
        ("a", &settings, &None, &vec![1, 2])
    );
    assert_eq!(
        (&branches[1].settings, &branches[1].more, &branches[1].marks),
        (&settings, &Some(settings.clone()), &vec![1, 2])
    );
    assert_eq!(branches[2].id, "c");
    Ok(())
}

#[orm_pg::test(models(User, Post, Comment, Tag, PostTag))]
async fn projections_have_the_clauses_of_queries(db: Database) -> Result<()> {
    fill(&db).await?;
    let names = |cards: Vec<UserCard>| cards.into_iter().map(|it| it.name).collect::<Vec<_>>();
    // Each user once for each of their posts, and once for all.
    let authors = UserCard::query().join::<Post>(|(u, p)| p.author_id.eq(u.id)).filter(|(_, p)| p.published);
    let by_title = authors.clone().order_by(|(_, p)| p.title.desc());
    assert_eq!(names(by_title.all(&db).await?), ["bob", "ann", "ann", "ann"]);
    assert_eq!(authors.clone().count(&db).await?, 4);
    let once = authors.distinct().order_by(|(u, _)| u.id.asc());
    assert_eq!(once.clone().count(&db).await?, 2);
    let once = once.all(&db).await?;
    assert_eq!(once.iter().map(|it| it.posts.len()).collect::<Vec<_>>(), [4, 1]);
    let none = UserCard::query().left_join::<Post>(|(u, p)| p.author_id.eq(u.id)).filter(|(_, p)| p.id.is_null());
    assert_eq!(names(none.all(&db).await?), ["cy"]);
    let posts = Article::query().distinct_on(|p| p.author_id).order_by(|p| (p.author_id.asc(), p.id.desc()));
    let newest: Vec<_> = posts.all(&db).await?.into_iter().map(|it| (it.author.name, it.title)).collect();
    assert_eq!(newest, [("ann".to_owned(), "a4".to_owned()), ("bob".to_owned(), "b1".to_owned())]);
    assert_eq!(names(UserCard::query().order_by_name("name", Direction::Desc).all(&db).await?), ["cy", "bob", "ann"]);
    let unknown =
        UserCard::query().order_by_name("nickname", Direction::Desc).all(&db).await.expect_err("no such column");
    assert_eq!(unknown.kind(), ErrorKind::InvalidStatement);
    // An option of a condition filters where there is one.
    assert_eq!(UserCard::query().filter(|u| None::<String>.map(|it| u.name.eq(it))).all(&db).await?.len(), 3);
    Ok(())
}

#[orm_pg::test(models(User, Post, Comment, Tag, PostTag))]
async fn queries_of_whole_models_are_projected(db: Database) -> Result<()> {
    fill(&db).await?;
    let pairs = Post::query().join::<User>(|(p, u)| u.id.eq(p.author_id)).filter(|(p, _)| p.title.ends_with("1"));
    let pairs = pairs.order_by(|(p, _)| p.id.asc());
    let users = pairs.clone().select(|(_, u)| u).project::<UserCard>().all(&db).await?;
    let users: Vec<_> = users.into_iter().map(|it| (it.name, it.posts.len())).collect();
    assert_eq!(users, [("ann".to_owned(), 4), ("bob".to_owned(), 1)]);
    // The clauses that follow still name both.
    let posts = pairs.clone().select(|(p, _)| p).project::<Article>().filter(|(_, u)| u.name.eq("bob"));
    let post = posts.one(&db).await?;
    assert_eq!((post.title.as_str(), post.author.name.as_str()), ("b1", "bob"));
    let with: Vec<(User, Vec<Post>)> = pairs.select(|(_, u)| u).with(User::posts()).all(&db).await?;
    assert_eq!(
        with.iter().map(|(u, posts)| (u.name.as_str(), posts.len())).collect::<Vec<_>>(),
        [("ann", 4), ("bob", 1)]
    );
    assert_eq!(User::get(with[1].0.id).project::<Name>().one(&db).await?.loud, "BOB");
    Ok(())
}

#[orm_pg::test(models(User, Post, Comment, Tag, PostTag))]
async fn rows_with_relations_are_locked(db: Database) -> Result<()> {
    let (users, _) = fill(&db).await?;
    let ann = || User::get(users[0].id).with(User::posts()).for_update();
    assert_eq!(ann().one(&db).await.expect_err("no transaction").kind(), ErrorKind::InvalidStatement);
    let tx = db.begin().await?;
    let (_, posts) = ann().one(&tx).await?;
    assert_eq!(posts.len(), 4);
    let other = db.begin().await?;
    let free = UserCard::query().for_no_key_update().skip_locked().all(&other).await?;
    assert_eq!(free.len(), 2);
    let posts = Article::query().filter(|p| p.author_id.eq(users[0].id)).for_share().nowait().all(&other).await?;
    assert_eq!(posts.len(), 4, "what belongs to the rows is not locked");
    assert_eq!(
        UserCard::query().for_key_share().nowait().all(&other).await.expect_err("locked").sql_state(),
        Some("55P03")
    );
    other.rollback().await?;
    tx.commit().await
}

/// Foreign keys whose fields do not end in `_id` give their names to the relations.
#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "parts", has_many(parts: Part, key = whole))]
struct Part {
    #[orm(key)]
    id: i64,
    #[orm(references = Part)]
    whole: Option<i64>,
    #[orm(references = User)]
    maker: i64,
}

#[derive(Debug, Clone, PartialEq, Projection)]
#[orm(of = User)]
struct Maker {
    name: String,
}

#[derive(Debug, Clone, PartialEq, Projection)]
#[orm(of = Part)]
struct ByColumn {
    whole: Option<i64>,
    maker: i64,
}

#[derive(Debug, Clone, PartialEq, Projection)]
#[orm(of = Part)]
struct ByRelation {
    whole: Option<ByColumn>,
    maker: Maker,
    #[orm(from = maker)]
    number: i64,
    #[orm(from = parts, filter = |p| p.maker.gt(0), limit = 1)]
    first: Vec<ByColumn>,
    #[orm(from = whole, ancestors, with_depth)]
    above: Vec<ByColumn>,
}

#[orm_pg::test(models(User, Part))]
async fn a_column_and_a_relation_of_one_name(db: Database) -> Result<()> {
    let ann = User::insert(NewUser::new("ann@example.org", "Ann")).one(&db).await?;
    let bob = User::insert(NewUser::new("bob@example.org", "Bob")).one(&db).await?;
    let part = |id, whole, maker: &User| NewPart { id, whole, maker: maker.id };
    Part::insert_many([part(1, None, &ann), part(2, Some(1), &bob), part(3, Some(2), &ann)]).execute(&db).await?;
    let parts = ByRelation::query().order_by(|p| p.id.asc()).all(&db).await?;
    let maker = |name: &str| Maker { name: name.to_owned() };
    assert_eq!(parts.iter().map(|it| it.maker.clone()).collect::<Vec<_>>(), ["Ann", "Bob", "Ann"].map(maker));
    assert_eq!(parts.iter().map(|it| it.number).collect::<Vec<_>>(), [ann.id, bob.id, ann.id]);
    assert_eq!(parts.iter().map(|it| it.first.len()).collect::<Vec<_>>(), [1, 1, 0]);
    assert_eq!(parts[2].whole, Some(ByColumn { whole: Some(1), maker: bob.id }));
    assert_eq!(parts.iter().map(|it| it.above.len()).collect::<Vec<_>>(), [0, 1, 2]);
    Ok(())
}

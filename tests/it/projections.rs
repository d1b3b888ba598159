//! Projections: structs that say what is loaded.

use orm_pg::prelude::*;
use serde::{Deserialize, Serialize};

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

#[derive(Debug, Clone, PartialEq, Serialize, Projection)]
#[orm(of = User)]
struct Name {
    name: String,
    #[orm(expr = loud)]
    loud: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Projection)]
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

#[derive(Debug, Clone, PartialEq, Serialize, Projection)]
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

#[orm_pg::test(models(User, Post, Comment, Tag, PostTag))]
async fn relations_to_one_and_through(db: Database) -> Result<()> {
    let (_, posts) = fill(&db).await?;
    let tags = Tag::insert_many(["x", "y"].map(NewTag::new)).all(&db).await?;
    Post::tags().link_all(&posts[1], &tags).execute(&db).await?;
    let articles = Article::query().order_by(|p| p.id.asc()).all(&db).await?;
    let authors: Vec<_> =
        articles.iter().map(|it| (it.title.as_str(), it.author.loud.as_str(), it.tags.len())).collect();
    assert_eq!(authors, [("a1", "ANN", 0), ("b1", "BOB", 2), ("a2", "ANN", 0), ("a3", "ANN", 0), ("a4", "ANN", 0)]);
    // Under another query, and from rows at hand.
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

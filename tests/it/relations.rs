//! Relations: preloaded, from rows that were read before, in conditions, through a junction table.

use orm_pg::{prelude::*, relation::HasMany};

use crate::design::{Comment, NewComment, NewPost, NewTag, NewUser, Post, PostTag, Tag, User};

async fn fill(db: &Database) -> Result<(Vec<User>, Vec<Post>)> {
    let names = ["ann", "bob", "cy"];
    let users = User::insert_many(names.map(|name| NewUser::new(format!("{name}@example.org"), name))).all(db).await?;
    let (ann, bob) = (users[0].id, users[1].id);
    let post =
        |author, title: &str, published: bool| NewPost { published: published.into(), ..NewPost::new(author, title) };
    let posts = [post(ann, "a1", true), post(bob, "b1", true), post(ann, "a2", false), post(ann, "a3", true)];
    let posts = Post::insert_many(posts).all(db).await?;
    let comments = [0, 0, 2].map(|at: usize| NewComment { post_id: posts[at].id });
    Comment::insert_many(comments).execute(db).await?;
    Ok((users, posts))
}

fn titles(posts: &[Post]) -> Vec<&str> {
    posts.iter().map(|it| it.title.as_str()).collect()
}

#[orm_pg::test(models(User, Post, Comment, Tag, PostTag))]
async fn what_belongs_to_rows_comes_with_them(db: Database) -> Result<()> {
    fill(&db).await?;
    let users: Vec<(User, Vec<Post>)> = User::query().with(User::posts()).order_by(|u| u.id.asc()).all(&db).await?;
    let mut sorted: Vec<_> = users.iter().map(|(user, posts)| (user.name.as_str(), titles(posts))).collect();
    sorted.iter_mut().for_each(|(_, titles)| titles.sort());
    assert_eq!(sorted, [("ann", vec!["a1", "a2", "a3"]), ("bob", vec!["b1"]), ("cy", vec![])]);

    let posts: Vec<(Post, User)> = Post::query().with(Post::author()).order_by(|p| p.id.asc()).all(&db).await?;
    assert!(posts.iter().all(|(post, author)| post.author_id == author.id));
    assert_eq!(posts.len(), 4);

    let (ann, posts) = User::get(1).with(User::posts().order_by(|p| p.id.desc())).one(&db).await?;
    assert_eq!((ann.name.as_str(), titles(&posts)), ("ann", vec!["a3", "a2", "a1"]));
    assert!(User::get(-1).with(User::posts()).one(&db).await.is_err_and(|it| it.is_not_found()));
    assert!(User::get(-1).with(User::posts()).one_or_none(&db).await?.is_none());
    let first = User::query().with(User::posts()).order_by(|u| u.id.desc()).first(&db).await?;
    assert_eq!(first.map(|(user, posts)| (user.name, posts.len())), Some(("cy".into(), 0)));
    Ok(())
}

#[orm_pg::test(models(User, Post, Comment, Tag, PostTag))]
async fn a_relation_has_clauses_of_its_own(db: Database) -> Result<()> {
    fill(&db).await?;
    let newest = User::posts().filter(|p| p.published).order_by(|p| p.id.desc()).limit(1);
    let users = User::query().with(newest.clone()).order_by(|u| u.id.asc()).all(&db).await?;
    let newest: Vec<_> = users.iter().map(|(_, posts)| titles(posts)).collect();
    assert_eq!(newest, [vec!["a3"], vec!["b1"], vec![]]);
    let second = User::posts().order_by(|p| p.id.asc()).limit(1).offset(1);
    let users = User::query().with(second).order_by(|u| u.id.asc()).all(&db).await?;
    assert_eq!(users.iter().map(|(_, posts)| titles(posts)).collect::<Vec<_>>(), [vec!["a2"], vec![], vec![]]);

    let lists = User::posts().order_by(|p| p.id.asc()).select(|p| (p.title, p.published));
    let users: Vec<(User, Vec<(String, bool)>)> = User::query().with(lists).order_by(|u| u.id.asc()).all(&db).await?;
    assert_eq!(users[1].1, [("b1".to_owned(), true)]);
    let published = User::posts().select(|p| p.published).distinct();
    let users = User::query().with(published).order_by(|u| u.id.asc()).all(&db).await?;
    assert_eq!(users.iter().map(|(_, it)| it.len()).collect::<Vec<_>>(), [2, 1, 0]);

    let counted: Vec<(User, i64, bool)> = User::query()
        .with(User::posts().filter(|p| p.published).count())
        .with(User::posts().filter(|p| p.title.eq("b1")).exists())
        .order_by(|u| u.id.asc())
        .all(&db)
        .await?;
    let counted: Vec<_> = counted.into_iter().map(|(_, count, found)| (count, found)).collect();
    assert_eq!(counted, [(2, false), (1, true), (0, false)]);
    let limited = User::query().with(User::posts().limit(2).count()).order_by(|u| u.id.asc()).all(&db).await?;
    assert_eq!(limited.into_iter().map(|it| it.1).collect::<Vec<_>>(), [2, 1, 0]);

    let filtered: Vec<(Post, Option<User>)> =
        Post::query().with(Post::author().filter(|u| u.name.eq("bob"))).order_by(|p| p.id.asc()).all(&db).await?;
    assert_eq!(filtered.iter().filter(|(_, author)| author.is_some()).count(), 1);
    Ok(())
}

#[orm_pg::test(models(User, Post, Comment, Tag, PostTag))]
async fn clauses_of_a_relation_count_for_each_parent(db: Database) -> Result<()> {
    fill(&db).await?;
    let load = async |posts: HasMany<User, Post>| -> Result<Vec<String>> {
        let users = User::query().with(posts).order_by(|u| u.id.asc()).all(&db).await?;
        Ok(users.iter().map(|(_, posts)| titles(posts).join(" ")).collect())
    };
    assert_eq!(load(User::posts().order_by_name("title", Direction::Desc)).await?, ["a3 a2 a1", "b1", ""]);
    let newest = || User::posts().distinct_on(|p| p.published).order_by(|p| (p.published.asc(), p.id.desc()));
    assert_eq!(load(newest()).await?, ["a2 a3", "b1", ""]);
    let counted = User::query().with(newest().count()).order_by(|u| u.id.asc()).all(&db).await?;
    assert_eq!(counted.into_iter().map(|it| it.1).collect::<Vec<_>>(), [2, 1, 0]);
    let named = async |title: &str| {
        User::query().filter(|u| newest().any(u, |p| p.title.eq(title))).select(|u| u.name).all(&db).await
    };
    assert_eq!((named("a1").await?, named("a3").await?), (vec![], vec!["ann".to_owned()]));

    // An `Option` of a condition, as for queries.
    let titled = async |title: Option<&str>| {
        load(User::posts().order_by(|p| p.id.asc()).filter(|p| title.map(|title| p.title.eq(title)))).await
    };
    assert_eq!(titled(None).await?, ["a1 a2 a3", "b1", ""]);
    assert_eq!(titled(Some("a2")).await?, ["a2", "", ""]);
    Ok(())
}

#[orm_pg::test(models(User, Post, Comment, Tag, PostTag))]
async fn relations_nest_and_stand_side_by_side(db: Database) -> Result<()> {
    fill(&db).await?;
    let deep: Vec<(User, Vec<(Post, Vec<Comment>)>)> = User::query()
        .with(User::posts().filter(|p| p.published).order_by(|p| p.id.desc()).limit(3).with(Post::comments()))
        .order_by(|u| u.id.asc())
        .all(&db)
        .await?;
    let shape: Vec<Vec<_>> = deep
        .iter()
        .map(|(_, posts)| posts.iter().map(|(post, it)| (post.title.as_str(), it.len())).collect())
        .collect();
    assert_eq!(shape, [vec![("a3", 0), ("a1", 2)], vec![("b1", 0)], vec![]]);

    let both: Vec<(Post, User, Vec<(Comment, Post)>)> = Post::query()
        .with(Post::author())
        .with(Post::comments().with(Comment::post()))
        .order_by(|p| p.id.asc())
        .all(&db)
        .await?;
    assert!(both.iter().all(|(post, _, comments)| comments.iter().all(|(_, of)| of.id == post.id)));
    // On one connection and in a transaction as well.
    db.transaction(async |tx| {
        let again = Post::query().with(Post::author()).with(Post::comments()).all(tx).await?;
        assert_eq!(again.len(), both.len());
        Ok::<_, Error>(())
    })
    .await
}

/// What is loaded deep down is on the heap: a future does not grow with the levels, and can be sent.
#[orm_pg::test(models(User, Post, Comment, Tag, PostTag))]
async fn futures_stay_small(db: Database) -> Result<()> {
    fn size<T: Send>(value: T) -> usize {
        size_of_val(&value)
    }
    let plain = size(User::query().all(&db));
    let one = size(User::query().with(User::posts()).all(&db));
    let three = size(User::query().with(User::posts().with(Post::comments().with(Comment::post()))).all(&db));
    let loaded = size(load(&[], User::posts().with(Post::comments()), &db));
    assert!(one < plain + 2048 && three < plain + 4096 && loaded < 4096, "{plain} {one} {three} {loaded}");
    // Nor does it double with each sibling.
    let posts = User::posts;
    let siblings = User::query().with(posts()).with(posts()).with(posts()).with(posts());
    let four = size(siblings.clone().all(&db));
    let eight = size(siblings.with(posts()).with(posts()).with(posts()).with(posts()).all(&db));
    assert!(four < plain + 4096 && eight < plain + 8192, "{plain} {four} {eight}");
    Ok(())
}

#[orm_pg::test(models(User, Post, Comment, Tag, PostTag))]
async fn from_what_is_at_hand(db: Database) -> Result<()> {
    let (users, posts) = fill(&db).await?;
    let published = User::posts().of(&users[0]).filter(|p| p.published).order_by(|p| p.id.asc()).all(&db).await?;
    assert_eq!(titles(&published), ["a1", "a3"]);
    assert_eq!(User::posts().of_all(&users).count(&db).await?, 4);
    assert_eq!(User::posts().of_all(&[]).count(&db).await?, 0);
    assert_eq!(Post::author().of(&posts[1]).one(&db).await?.name, "bob");
    let pairs: Vec<(&User, Vec<Post>)> = load(&users, User::posts(), &db).await?;
    assert_eq!(pairs.iter().map(|(_, posts)| posts.len()).collect::<Vec<_>>(), [3, 1, 0]);
    // The same parent twice gets its children twice.
    let twice = vec![users[1].clone(), users[1].clone()];
    assert!(load(&twice, User::posts(), &db).await?.iter().all(|(_, posts)| titles(posts) == ["b1"]));
    Ok(())
}

#[orm_pg::test(models(User, Post, Comment, Tag, PostTag))]
async fn conditions_on_what_belongs_to_a_row(db: Database) -> Result<()> {
    fill(&db).await?;
    let names = async |query: orm_pg::query::Select<User, User>| -> Result<Vec<String>> {
        query.order_by(|u| u.id.asc()).select(|u| u.name).all(&db).await
    };
    assert_eq!(names(User::query().filter(|u| User::posts().any(u, |p| p.published))).await?, ["ann", "bob"]);
    assert_eq!(names(User::query().filter(|u| User::posts().none(u, |p| p.published))).await?, ["cy"]);
    assert_eq!(names(User::query().filter(|u| User::posts().every(u, |p| p.published))).await?, ["bob", "cy"]);
    let many = User::query().filter(|u| User::posts().aggregate(u, |p| p.id.count()).ge(3));
    assert_eq!(names(many).await?, ["ann"]);
    let sorted = User::query()
        .order_by(|u| User::posts().aggregate(u, |p| p.title.max()).desc().nulls_last())
        .select(|u| (u.name, User::posts().aggregate(u, |p| p.id.count())))
        .all(&db)
        .await?;
    assert_eq!(sorted, [("bob".to_owned(), 1), ("ann".to_owned(), 3), ("cy".to_owned(), 0)]);
    let commented =
        User::query().filter(|u| User::posts().any(u, |p| Post::comments().any(p, |_| Cond::all::<Cond>([]))));
    assert_eq!(names(commented).await?, ["ann"]);
    let by_ann = Post::query().filter(|p| Post::author().any(p, |u| u.name.eq("ann")));
    assert_eq!(by_ann.count(&db).await?, 3);
    Ok(())
}

#[orm_pg::test(models(User, Post, Comment, Tag, PostTag))]
async fn many_to_many(db: Database) -> Result<()> {
    let (_, posts) = fill(&db).await?;
    let tags = Tag::insert_many(["x", "y", "z"].map(NewTag::new)).all(&db).await?;
    let names = async |post: &Post| -> Result<Vec<String>> {
        Post::tags().of(post).order_by(|t| t.name.asc()).select(|t| t.name).all(&db).await
    };
    assert_eq!(Post::tags().link(&posts[0], &tags[0]).execute(&db).await?, 1);
    assert_eq!(Post::tags().link(&posts[0], &tags[0]).execute(&db).await?, 0);
    assert_eq!(Post::tags().link_all(&posts[0], &tags[1..]).execute(&db).await?, 2);
    assert_eq!(names(&posts[0]).await?, ["x", "y", "z"]);
    assert_eq!(Post::tags().unlink(&posts[0], &tags[0]).execute(&db).await?, 1);
    assert_eq!(names(&posts[0]).await?, ["y", "z"]);
    assert_eq!(Post::tags().set_links(&posts[0], &tags[..2]).execute(&db).await?, 1);
    assert_eq!(names(&posts[0]).await?, ["x", "y"]);
    Post::tags().set_links(&posts[1], &tags[1..2]).execute(&db).await?;
    assert_eq!(names(&posts[0]).await?, ["x", "y"]);
    let tagged: Vec<(Post, Vec<Tag>)> =
        Post::query().with(Post::tags().order_by(|t| t.name.desc())).order_by(|p| p.id.asc()).all(&db).await?;
    let tagged: Vec<Vec<_>> = tagged.iter().map(|(_, tags)| tags.iter().map(|it| it.name.as_str()).collect()).collect();
    assert_eq!(tagged, [vec!["y", "x"], vec!["y"], vec![], vec![]]);
    let limited = Post::query().with(Post::tags().order_by(|t| t.name.asc()).limit(1)).order_by(|p| p.id.asc());
    let limited = limited.all(&db).await?;
    assert_eq!(limited[0].1.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["x"]);
    assert_eq!(Post::tags().of_all(&posts).count(&db).await?, 2);
    let counts = Post::query().with(Post::tags().count()).order_by(|p| p.id.asc()).all(&db).await?;
    assert_eq!(counts.iter().map(|it| it.1).collect::<Vec<_>>(), [2, 1, 0, 0]);
    assert_eq!(Post::query().filter(|p| Post::tags().any(p, |t| t.name.eq("x"))).count(&db).await?, 1);
    assert_eq!(Post::tags().set_links(&posts[0], &[]).execute(&db).await?, 2);
    assert_eq!(names(&posts[0]).await?, Vec::<String>::new());
    Ok(())
}

/// Pages that refer to pages, keys that may be NULL, keys of text whose equality is the server's.
#[derive(Debug, Clone, PartialEq, Model)]
#[orm(
    table = "sites",
    has_many(children: Site, key = parent_id),
    has_many(mirrors: Site, key = origin),
    has_many(linked: Site, through = SiteLink, key = from_id, other_key = to_id),
    has_many(linking: Site, through = SiteLink, key = to_id, other_key = from_id),
    has_one(owner: Owner)
)]
struct Site {
    #[orm(key)]
    id: String,
    #[orm(references(Site, on_delete = set_null))]
    parent_id: Option<String>,
    #[orm(references(Site, relation = original))]
    origin: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "site_links")]
struct SiteLink {
    #[orm(key, references(Site, relation = from))]
    from_id: String,
    #[orm(key, references(Site, relation = to))]
    to_id: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "owners")]
struct Owner {
    #[orm(key, references = Site)]
    site_id: String,
    name: String,
}

#[orm_pg::test(models(Site, SiteLink, Owner))]
async fn a_model_may_refer_to_itself(db: Database) -> Result<()> {
    let site = |id: &str, parent: Option<&str>| NewSite { parent_id: parent.map(Into::into), ..NewSite::new(id) };
    let new = [site("a", None), site("b", Some("a")), site("c", Some("a")), site("d", Some("c"))];
    let sites = Site::insert_many(new).all(&db).await?;
    Owner::insert(NewOwner::new("a", "Ann")).execute(&db).await?;
    let ids = |sites: &[Site]| sites.iter().map(|it| it.id.clone()).collect::<Vec<_>>().concat();

    let with_parents: Vec<(Site, Option<Site>)> =
        Site::query().with(Site::parent()).order_by(|s| s.id.asc()).all(&db).await?;
    let parents: Vec<_> = with_parents.iter().map(|(_, it)| it.as_ref().map_or("-", |it| &it.id)).collect();
    assert_eq!(parents, ["-", "a", "a", "c"]);
    let tree = Site::query()
        .filter(|s| s.parent_id.is_null())
        .with(Site::children().order_by(|s| s.id.asc()).with(Site::children()))
        .with(Site::owner())
        .one(&db)
        .await?;
    let (root, children, owner) = tree;
    assert_eq!((root.id.as_str(), children.len(), children[1].1.len()), ("a", 2, 1));
    assert_eq!(owner.map(|it| it.name).as_deref(), Some("Ann"));
    assert!(
        Site::query().with(Site::mirrors()).with(Site::original()).all(&db).await?.iter().all(|it| it.1.is_empty())
    );

    Site::linked().link_all(&sites[0], &sites[1..3]).execute(&db).await?;
    Site::linked().link(&sites[1], &sites[0]).execute(&db).await?;
    let linked = Site::query()
        .with(Site::linked().order_by(|s| s.id.asc()))
        .with(Site::linking())
        .order_by(|s| s.id.asc())
        .all(&db)
        .await?;
    let linked: Vec<_> = linked.iter().map(|(_, to, from)| (ids(to), ids(from))).collect();
    let expected = [("bc", "b"), ("a", "a"), ("", "a"), ("", "")];
    assert_eq!(linked, expected.map(|(to, from)| (to.to_owned(), from.to_owned())));
    Ok(())
}

/// Keys that Rust takes for different and the server for the same.
#[orm_pg::test(models(Site, SiteLink, Owner))]
async fn keys_are_compared_by_the_server(db: Database) -> Result<()> {
    if sql!("CREATE EXTENSION citext").execute(&db).await.is_err() {
        let found = sql!("SELECT count(*) FROM pg_available_extensions WHERE name = 'citext'").one::<i64>(&db).await?;
        assert_eq!(found, 0, "citext is there, and cannot be made");
        return Ok(());
    }
    let alter = "ALTER TABLE sites DROP CONSTRAINT sites_parent_id_fkey, DROP CONSTRAINT sites_origin_fkey; \
        ALTER TABLE owners DROP CONSTRAINT owners_site_id_fkey; \
        ALTER TABLE site_links DROP CONSTRAINT site_links_from_id_fkey, DROP CONSTRAINT site_links_to_id_fkey; \
        ALTER TABLE sites ALTER COLUMN id TYPE citext, ALTER COLUMN parent_id TYPE citext; \
        ALTER TABLE owners ALTER COLUMN site_id TYPE citext";
    let connection = db.connection().await?;
    connection.client().batch_execute(alter).await.map_err(|it| Error::new(ErrorKind::Server, it.to_string()))?;
    drop(connection);
    let child = |id: &str, parent: &str| NewSite { parent_id: Some(parent.into()), ..NewSite::new(id) };
    Site::insert_many([NewSite::new("Root"), child("one", "ROOT"), child("two", "root")]).execute(&db).await?;
    let sites = Site::query().with(Site::parent()).order_by(|s| s.id.asc()).all(&db).await?;
    let parents: Vec<_> = sites.iter().map(|(_, it)| it.as_ref().map_or("-", |it| &it.id)).collect();
    assert_eq!(parents, ["Root", "-", "Root"]);
    let (_, children) = Site::get("rOOt").with(Site::children()).one(&db).await?;
    assert_eq!(children.len(), 2);
    let (_, children) = Site::get("root").with(Site::children().order_by(|s| s.id.desc()).limit(1)).one(&db).await?;
    assert_eq!(children[0].id, "two");
    let site = Site::get("ROOT").one(&db).await?;
    assert_eq!(Site::children().of(&site).count(&db).await?, 2);
    assert_eq!(Site::children().of_all(&[site.clone(), site]).count(&db).await?, 2);
    Ok(())
}

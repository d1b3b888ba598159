//! Junction tables with further columns, with columns that both sides share, and with keys that only the server can
//! compare.

use orm_pg::prelude::*;

use crate::support::Offline;

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "recipes", has_many(parts: Part, through = Amount), has_many(shown: Part, through = Shown))]
struct Recipe {
    #[orm(key, identity)]
    id: i64,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "parts")]
struct Part {
    #[orm(key, identity)]
    id: i64,
}

/// A link cannot say how many grams.
#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "amounts")]
struct Amount {
    #[orm(key, references = Recipe)]
    recipe_id: i64,
    #[orm(key, references = Part)]
    part_id: i64,
    grams: i32,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "shown", view)]
struct Shown {
    #[orm(references = Recipe)]
    recipe_id: i64,
    #[orm(references = Part)]
    part_id: i64,
}

#[tokio::test]
async fn what_a_link_cannot_fill_is_refused_before_any_io() {
    let (recipe, part) = (Recipe { id: 1 }, Part { id: 1 });
    let parts = std::slice::from_ref(&part);
    let insert = Recipe::insert(NewRecipe::new()).with(Recipe::parts(), |_| linked(parts.to_vec())).one(&Offline).await;
    let new = Recipe::insert(NewRecipe::new()).with(Recipe::parts(), |_| [NewPart::new()]).one(&Offline).await;
    let results = [
        Recipe::parts().link(&recipe, &part).execute(&Offline).await.map(drop),
        Recipe::parts().link_all(&recipe, parts).execute(&Offline).await.map(drop),
        Recipe::parts().set_links(&recipe, parts).execute(&Offline).await.map(drop),
        insert.map(drop),
        new.map(drop),
    ];
    for result in results {
        let error = result.expect_err("there are no grams");
        assert_eq!(error.kind(), ErrorKind::InvalidStatement);
        let text = error.to_string();
        assert!(text.contains("cannot fill `grams` of `Amount`") && text.contains("insert a `Amount`"), "{text}");
    }
    let view = Recipe::shown().link(&recipe, &part).execute(&Offline).await.expect_err("a view");
    assert!(view.to_string().contains("`Shown` is a view"), "{view}");
}

/// Links that are there can be removed, whatever else their table says.
#[orm_pg::test(models(Recipe, Part, Amount))]
async fn what_a_link_cannot_fill_can_still_be_unlinked(db: Database) -> Result<()> {
    let recipe = Recipe::insert(NewRecipe::new()).one(&db).await?;
    let parts = Part::insert_many([NewPart::new(), NewPart::new(), NewPart::new()]).all(&db).await?;
    let amounts = parts.iter().map(|it| NewAmount::new(recipe.id, it.id, 10)).collect::<Vec<_>>();
    Amount::insert_many(amounts).execute(&db).await?;
    assert_eq!(Recipe::parts().unlink(&recipe, &parts[0]).execute(&db).await?, 1);
    assert_eq!(Recipe::parts().set_links(&recipe, &[]).execute(&db).await?, 2);
    Ok(())
}

/// Every key begins with the tenant, which a link has once.
#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "posts", has_many(tags: Tag, through = PostTag))]
struct Post {
    #[orm(key)]
    tenant: i32,
    #[orm(key)]
    id: i64,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "tags", has_many(posts: Post, through = PostTag))]
struct Tag {
    #[orm(key)]
    tenant: i32,
    #[orm(key)]
    id: i64,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "post_tags", references(Post, fields(tenant, post_id)))]
#[orm(references(Tag, fields(tenant, tag_id)))]
struct PostTag {
    #[orm(key)]
    tenant: i32,
    #[orm(key)]
    post_id: i64,
    #[orm(key)]
    tag_id: i64,
}

#[orm_pg::test(models(Post, Tag, PostTag))]
async fn both_ends_share_a_column(db: Database) -> Result<()> {
    let keys = [(1, 1), (1, 2), (2, 1)];
    let posts = Post::insert_many(keys.map(|(tenant, id)| NewPost::new(tenant, id))).all(&db).await?;
    let tags = Tag::insert_many(keys.map(|(tenant, id)| NewTag::new(tenant, id))).all(&db).await?;
    for added in [2, 0] {
        assert_eq!(Post::tags().link_all(&posts[0], &tags[..2]).execute(&db).await?, added);
        assert_eq!(Tag::posts().set_links(&tags[1], &posts[..2]).execute(&db).await?, u64::from(added > 0));
    }
    assert_eq!(Post::tags().of(&posts[0]).count(&db).await?, 2);
    // The other tenant has a tag of that number, which is not meant.
    let other = Post::tags().link(&posts[1], &tags[2]);
    let error = other.execute(&Offline).await.expect_err("of two tenants");
    assert!(error.to_string().contains("the rows have different values of `tenant`"), "{error}");
    let insert = Post::insert(NewPost::new(1, 3)).with(Post::tags(), |_| linked([tags[2].clone()]));
    assert!(
        insert.one(&db).await.is_err_and(|it| it.to_string().contains("the rows have different values of `tenant`"))
    );
    let insert = Post::insert(NewPost::new(2, 3)).with(Post::tags(), |_| linked([tags[2].clone()]));
    assert_eq!(insert.one(&db).await?.1, [tags[2].clone()]);
    assert_eq!(PostTag::query().count(&db).await?, 4);
    assert_eq!(Post::tags().unlink(&posts[0], &tags[0]).execute(&db).await?, 1);
    assert_eq!(Post::tags().set_links(&posts[0], &[]).execute(&db).await?, 1);
    Ok(())
}

/// Words without case on one side, padded ones on the other, and no unique key between.
#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "words", has_many(codes: Code, through = WordCode))]
struct Word {
    #[orm(key, sql_type = "citext")]
    word: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "codes", has_many(words: Word, through = WordCode))]
struct Code {
    #[orm(key, sql_type = "char(5)")]
    code: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "word_codes")]
struct WordCode {
    #[orm(key, identity)]
    id: i64,
    #[orm(references = Word, sql_type = "citext")]
    word_id: String,
    #[orm(references = Code, sql_type = "char(5)")]
    code_id: String,
}

#[orm_pg::test]
async fn equal_is_what_the_server_calls_so(db: Database) -> Result<()> {
    sql!("CREATE EXTENSION IF NOT EXISTS citext").execute(&db).await?;
    db.create_tables(models![Word, Code, WordCode]).await?;
    let word = |word: &str| Word { word: word.into() };
    let code = |code: &str| Code { code: code.into() };
    Word::insert_many(["Ann", "Bob"].map(NewWord::new)).execute(&db).await?;
    Code::insert_many(["a", "b"].map(NewCode::new)).execute(&db).await?;
    assert_eq!(Word::codes().link_all(&word("ann"), &[code("a"), code("a    ")]).execute(&db).await?, 1);
    assert_eq!(Word::codes().link(&word("ANN"), &code("a  ")).execute(&db).await?, 0);
    assert_eq!(Code::words().link_all(&code("a "), &[word("aNN"), word("bob"), word("BOB")]).execute(&db).await?, 1);
    assert_eq!(Word::codes().set_links(&word("aNN"), &[code("a "), code("b"), code("b ")]).execute(&db).await?, 1);
    assert_eq!(Code::words().set_links(&code("b"), &[word("ANN")]).execute(&db).await?, 0);
    assert_eq!(WordCode::query().count(&db).await?, 3);
    assert_eq!(Code::words().unlink(&code("b "), &word("ann")).execute(&db).await?, 1);
    assert_eq!(Word::codes().set_links(&word("BOB"), &[]).execute(&db).await?, 1);
    Ok(())
}

/// A model that leads to itself, through a table without a unique key.
#[derive(Debug, Clone, PartialEq, Model)]
#[orm(
    table = "sites",
    has_many(linked: Site, through = SiteLink, key = from_id, other_key = to_id),
    has_many(linking: Site, through = SiteLink, key = to_id, other_key = from_id)
)]
struct Site {
    #[orm(key)]
    id: i64,
    #[orm(unique)]
    name: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "site_links")]
struct SiteLink {
    #[orm(references = Site)]
    from_id: i64,
    #[orm(references = Site)]
    to_id: i64,
}

#[orm_pg::test(models(Site, SiteLink))]
async fn a_row_is_linked_with_itself_once(db: Database) -> Result<()> {
    let sites = Site::insert_many((1..=2).map(|id| NewSite { id, name: None })).all(&db).await?;
    for added in [1, 0] {
        assert_eq!(Site::linked().link(&sites[0], &sites[0]).execute(&db).await?, added);
        assert_eq!(Site::linking().link(&sites[0], &sites[0]).execute(&db).await?, 0);
        // The other direction is another link.
        assert_eq!(Site::linked().link(&sites[0], &sites[1]).execute(&db).await?, added);
        assert_eq!(Site::linking().link(&sites[0], &sites[1]).execute(&db).await?, added);
    }
    assert_eq!(SiteLink::query().count(&db).await?, 3);
    Ok(())
}

/// One end is a unique column that may be NULL.
#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "people", has_many(sites: Site, through = Visit))]
struct Person {
    #[orm(key, identity)]
    id: i64,
    #[orm(unique)]
    email: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "visits")]
struct Visit {
    #[orm(references(Person, column = email))]
    person: Option<String>,
    #[orm(references = Site)]
    site_id: Option<i64>,
}

#[orm_pg::test(models(Person, Site, Visit))]
async fn a_unique_column_is_an_end(db: Database) -> Result<()> {
    let sites = Site::insert_many((1..=2).map(|id| NewSite { id, name: None })).all(&db).await?;
    let person = Person::insert(NewPerson { email: Some("ann".into()) }).one(&db).await?;
    for added in [2, 0] {
        assert_eq!(Person::sites().set_links(&person, &sites).execute(&db).await?, added);
        assert_eq!(Person::sites().link(&person, &sites[1]).execute(&db).await?, 0);
    }
    Visit::insert_many([NewVisit { person: None, site_id: Some(1) }]).execute(&db).await?;
    assert_eq!(Person::sites().set_links(&person, &sites[..1]).execute(&db).await?, 0);
    assert_eq!(Visit::query().count(&db).await?, 2);
    Ok(())
}

/// Ends of a type of the user's, one in a schema of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PgEnum)]
enum Day {
    Monday,
    Tuesday,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "days", schema = "plan", has_many(sites: Site, through = Opening))]
struct Weekday {
    #[orm(key)]
    day: Day,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "openings", schema = "plan")]
struct Opening {
    #[orm(key, identity)]
    id: i64,
    #[orm(references(Weekday, relation = weekday))]
    day: Day,
    #[orm(references = Site)]
    site_id: i64,
    #[orm(version, default = "1")]
    version: i32,
}

#[orm_pg::test]
async fn an_end_of_a_type_of_the_users(db: Database) -> Result<()> {
    sql!("CREATE SCHEMA plan").execute(&db).await?;
    db.create_tables(models![Site, Weekday, Opening]).await?;
    let sites = Site::insert_many((1..=2).map(|id| NewSite { id, name: None })).all(&db).await?;
    let days = [Day::Monday, Day::Tuesday].map(NewWeekday::new);
    let days = Weekday::insert_many(days).with(Weekday::sites(), |_| linked(sites[..1].to_vec())).all(&db).await?;
    for added in [1, 0] {
        assert_eq!(Weekday::sites().set_links(&days[0].0, &sites).execute(&db).await?, added);
        assert_eq!(Weekday::sites().link(&days[1].0, &sites[0]).execute(&db).await?, 0);
    }
    assert_eq!(Weekday::sites().unlink(&days[1].0, &sites[0]).execute(&db).await?, 1);
    assert_eq!(Opening::query().count(&db).await?, 2);
    Ok(())
}

/// A trigger that keeps the link of a new row out: the row would come back under a parent that does not have it.
#[orm_pg::test(models(Site, SiteLink))]
async fn a_link_that_a_trigger_leaves_out_is_an_error(db: Database) -> Result<()> {
    sql!("CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'").execute(&db).await?;
    sql!("CREATE TRIGGER never BEFORE INSERT ON site_links FOR EACH ROW EXECUTE FUNCTION never()").execute(&db).await?;
    let site = |id| NewSite { id, name: None };
    let error = Site::insert(site(1)).with(Site::linked(), |_| [site(2)]).one(&db).await.expect_err("no link");
    assert!(error.is_not_found() && error.to_string().contains("0 of 1 links were stored"), "{error}");
    assert_eq!(Site::query().count(&db).await?, 0);
    Ok(())
}

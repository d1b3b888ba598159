//! First steps: `cargo run -p quickstart`.
//!
//! Uses the database that `DATABASE_URL` names, or else a temporary server, which it starts itself.
#![expect(clippy::print_stdout, reason = "a program that shows what it does")]

use orm_pg::{prelude::*, schema::Migrations};

/// What creates the tables.
const MIGRATIONS: Migrations = orm_pg::migrate!("migrations");

/// A user.
#[derive(Debug, Clone, Model)]
#[orm(table = "quickstart_users", has_many(posts: Post))]
pub struct User {
    /// Assigned by the database.
    #[orm(key, identity)]
    pub id: i64,
    /// The email address.
    #[orm(unique)]
    pub email: String,
    /// The name.
    pub name: String,
    /// The age, if known.
    pub age: Option<i32>,
    /// When the user signed up.
    #[orm(default = "now()")]
    pub created_at: DateTime<Utc>,
}

/// A text by a user.
#[derive(Debug, Clone, Model)]
#[orm(table = "quickstart_posts")]
pub struct Post {
    /// Assigned by the database.
    #[orm(key, identity)]
    pub id: i64,
    /// The author.
    #[orm(references = User, on_delete = "cascade")]
    pub author_id: i64,
    /// The title.
    pub title: String,
    /// Whether others can see it.
    #[orm(default = "false")]
    pub published: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    let db = match std::env::var_os("DATABASE_URL") {
        Some(_) => Database::from_env().await?,
        None => orm_pg::testing::database().await?,
    };
    MIGRATIONS.run(&db).await?;
    // What an earlier run has left, if it was interrupted.
    User::query().all_rows().delete().execute(&db).await?;

    write(&db).await?;
    read(&db).await?;
    transact(&db).await?;

    MIGRATIONS.down(&db, 1).await.map(drop)
}

async fn write(db: &Database) -> Result<()> {
    let ann =
        User::insert(NewUser { email: "ann@example.org".into(), name: "Ann".into(), age: Some(34), created_at: Auto })
            .one(db)
            .await?;
    println!("inserted {} as number {}", ann.name, ann.id);

    let others = [("bob@example.org", "Bob", None), ("cy@example.org", "Cy", Some(17))];
    let rows = others.map(|(email, name, age)| NewUser { age, ..NewUser::new(email, name) });
    let count = User::insert_many(rows).execute(db).await?;
    println!("inserted {count} more in one statement");

    let again = NewUser::new("ann@example.org", "Anna");
    match User::insert(again.clone()).one(db).await {
        Err(error) if error.violates(User::EMAIL_KEY) => println!("the address is taken: {error}"),
        other => drop(other?),
    }
    let anna = User::insert(again).on_conflict(|u| u.email).do_update(|u, new| u.name.set(new.name)).one(db).await?;
    println!("the upsert kept number {} and calls her {}", anna.id, anna.name);

    let anna = anna.update(|u| u.age.set(35)).one(db).await?;
    Post::insert_many([NewPost::new(anna.id, "Hello"), NewPost::new(anna.id, "Draft")]).execute(db).await?;
    Post::query().filter(|p| p.title.eq("Hello")).update(|p| p.published.set(true)).execute(db).await?;
    Ok(())
}

async fn read(db: &Database) -> Result<()> {
    let adults = User::query().filter(|u| u.age.ge(18)).order_by(|u| u.name.asc()).limit(10).all(db).await?;
    println!("adults: {:?}", adults.iter().map(|it| &it.name).collect::<Vec<_>>());

    let pairs: Vec<(String, Option<String>)> = User::query()
        .left_join::<Post>(|(u, p)| p.author_id.eq(u.id))
        .order_by(|(u, p)| (u.name.asc(), p.id.asc()))
        .select(|(u, p)| (u.name, p.title))
        .all(db)
        .await?;
    for (name, title) in pairs {
        println!("{name}: {}", title.as_deref().unwrap_or("nothing yet"));
    }

    // Two reads at once: on two connections of the pool, or pipelined on one.
    let busy = User::query().filter(|u| exists(Post::query().filter(|p| p.author_id.eq(u.id))));
    let (busy, posts) = tokio::try_join!(busy.count(db), Post::query().count(db))?;
    println!("{busy} of the users wrote {posts} posts");

    let least = 18;
    let rows = sql!("SELECT name, age FROM quickstart_users WHERE age > {least}").all::<(String, i32)>(db).await?;
    println!("raw SQL: {rows:?}");
    Ok(())
}

async fn transact(db: &Database) -> Result<()> {
    let title = "Written in a transaction";
    let left = db
        .transaction(async |tx| {
            let ann = User::query().filter(|u| u.email.eq("ann@example.org")).for_update().one(tx).await?;
            Post::insert(NewPost::new(ann.id, title)).execute(tx).await?;
            Post::query().filter(|p| p.author_id.eq(ann.id)).count(tx).await
        })
        .await?;
    println!("committed; Ann has {left} posts");

    let undone = db
        .transaction(async |tx| {
            User::query().all_rows().delete().execute(tx).await?;
            User::get(-1).one(tx).await
        })
        .await;
    println!("rolled back: {}", undone.map_or_else(|error| error.to_string(), |user| user.name));
    println!("still {} users", User::query().count(db).await?);
    Ok(())
}

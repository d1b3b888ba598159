//! The same without the ORM: tokio-postgres, statements prepared once and kept, rows read by position.

use bb8::{ManageConnection, Pool};
use orm_pg::prelude::{DateTime, Utc};
use tokio_postgres::{Client, NoTls, Row, Statement, types::ToSql};

use crate::{
    CONNECTIONS, Result,
    levels::{self, ByHand},
    model::{NewSignup, Post, Signup, USERS, User},
};

/// Raw statements: on one connection that is held, and through a pool.
pub(crate) struct Raw {
    pub(crate) held: Held,
    pub(crate) pool: Pool<Manager>,
    pub(crate) levels: ByHand,
}

impl Raw {
    pub(crate) async fn connect(url: &str) -> Result<Self> {
        let pool = pool(url, CONNECTIONS).await?;
        Ok(Self { held: Held::connect(url).await?, pool, levels: ByHand::new(connect(url).await?).await? })
    }
}

/// A plain bb8 pool, like ours without a ping at each check-out.
pub(crate) async fn pool(url: &str, size: u32) -> Result<Pool<Manager>> {
    let pool = Pool::builder().max_size(size).test_on_check_out(false);
    let pool = pool.connection_timeout(std::time::Duration::from_secs(120));
    Ok(pool.build(Manager { url: url.to_owned() }).await?)
}

/// Inserts the users and their posts.
pub(crate) async fn fill(url: &str) -> Result<()> {
    let client = connect(url).await?;
    client
        .batch_execute(&format!(
            "INSERT INTO overhead_users (name, email, age, active, created_at)
               SELECT 'user name ' || i, 'user' || i || '@example.org', nullif(i % 60, 0), i % 3 = 0,
                 timestamptz '2024-01-01 00:00:00+00' + make_interval(secs => i) FROM generate_series(1, {USERS}) i;
             INSERT INTO overhead_posts (author_id, title, published)
               SELECT (i + 4) / 5, 'title ' || i, i % 2 = 0 FROM generate_series(1, {USERS}) i;
             ANALYZE overhead_users, overhead_posts"
        ))
        .await?;
    levels::fill(&client).await?;
    Ok(client.batch_execute("CHECKPOINT").await?)
}

async fn connect(url: &str) -> std::result::Result<Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    drop(tokio::spawn(connection));
    Ok(client)
}

/// A connection and its statements.
pub(crate) struct Held {
    client: Client,
    get: Statement,
    insert: Statement,
    update: Statement,
    delete: Statement,
    all: Statement,
    insert_many: Statement,
    filtered: Statement,
    joined: Statement,
}

impl Held {
    async fn connect(url: &str) -> std::result::Result<Self, tokio_postgres::Error> {
        let client = connect(url).await?;
        let columns = "id, name, email, age, active, created_at";
        let prepare = async |sql: String| client.prepare(&sql.replace("COLUMNS", columns)).await;
        let get = prepare("SELECT COLUMNS FROM overhead_users WHERE id = $1".into()).await?;
        let insert = "INSERT INTO overhead_signups (name, email, age, active, created_at) VALUES ($1, $2, $3, $4, $5)";
        let insert = prepare(format!("{insert} RETURNING COLUMNS")).await?;
        let update = prepare("UPDATE overhead_users SET age = $1 WHERE id = $2 RETURNING COLUMNS".into()).await?;
        let delete = prepare("DELETE FROM overhead_signups WHERE id = $1".into()).await?;
        let all = prepare("SELECT COLUMNS FROM overhead_users".into()).await?;
        let insert_many = "INSERT INTO overhead_signups (name, email, age, active, created_at) \
                           SELECT * FROM unnest($1::text[], $2::text[], $3::int4[], $4::bool[], $5::timestamptz[])";
        let insert_many = prepare(insert_many.into()).await?;
        let filtered = "SELECT COLUMNS FROM overhead_users WHERE id >= $1 AND age < $2 AND name LIKE $3 ORDER BY id";
        let filtered = prepare(format!("{filtered} LIMIT 10")).await?;
        let joined = "SELECT u.id, u.name, u.email, u.age, u.active, u.created_at, p.id, p.author_id, p.title, p.published \
                      FROM overhead_users u JOIN overhead_posts p ON p.author_id = u.id WHERE u.id BETWEEN $1 AND $2";
        let joined = prepare(joined.into()).await?;
        Ok(Self { get, insert, update, delete, all, insert_many, filtered, joined, client })
    }

    pub(crate) async fn get(&self, id: i64) -> Result<User> {
        Ok(user(&self.client.query_one(&self.get, &[&id]).await?))
    }

    pub(crate) async fn insert(&self, row: NewSignup) -> Result<Signup> {
        let binds: [&(dyn ToSql + Sync); 5] = [&row.name, &row.email, &row.age, &row.active, &row.created_at];
        Ok(stored(&self.client.query_one(&self.insert, &binds).await?))
    }

    pub(crate) async fn update(&self, user_: &User, age: i32) -> Result<User> {
        Ok(user(&self.client.query_one(&self.update, &[&age, &user_.id]).await?))
    }

    pub(crate) async fn delete(&self, row: &Signup) -> Result<u64> {
        Ok(self.client.execute(&self.delete, &[&row.id]).await?)
    }

    pub(crate) async fn all(&self) -> Result<Vec<User>> {
        Ok(self.client.query(&self.all, &[]).await?.iter().map(user).collect())
    }

    pub(crate) async fn insert_many(&self, rows: Vec<NewSignup>) -> Result<u64> {
        let count = rows.len();
        let (mut names, mut emails) = (Vec::with_capacity(count), Vec::with_capacity(count));
        let (mut ages, mut actives) = (Vec::with_capacity(count), Vec::with_capacity(count));
        let mut times: Vec<DateTime<Utc>> = Vec::with_capacity(count);
        for row in rows {
            names.push(row.name);
            emails.push(row.email);
            ages.push(row.age);
            actives.push(row.active);
            times.push(row.created_at);
        }
        Ok(self.client.execute(&self.insert_many, &[&names, &emails, &ages, &actives, &times]).await?)
    }

    pub(crate) async fn filtered(&self, from: i64, age: i32, name: &str) -> Result<Vec<User>> {
        Ok(self.client.query(&self.filtered, &[&from, &age, &name]).await?.iter().map(user).collect())
    }

    pub(crate) async fn joined(&self, from: i64, to: i64) -> Result<Vec<(User, Post)>> {
        let rows = self.client.query(&self.joined, &[&from, &to]).await?;
        Ok(rows.iter().map(|row| (user(row), post(row))).collect())
    }
}

fn user(row: &Row) -> User {
    User {
        id: row.get(0),
        name: row.get(1),
        email: row.get(2),
        age: row.get(3),
        active: row.get(4),
        created_at: row.get(5),
    }
}

fn stored(row: &Row) -> Signup {
    Signup {
        id: row.get(0),
        name: row.get(1),
        email: row.get(2),
        age: row.get(3),
        active: row.get(4),
        created_at: row.get(5),
    }
}

fn post(row: &Row) -> Post {
    Post { id: row.get(6), author_id: row.get(7), title: row.get(8), published: row.get(9) }
}

/// Opens connections for bb8.
pub(crate) struct Manager {
    url: String,
}

impl ManageConnection for Manager {
    type Connection = Held;
    type Error = tokio_postgres::Error;

    async fn connect(&self) -> std::result::Result<Held, Self::Error> {
        Held::connect(&self.url).await
    }

    async fn is_valid(&self, held: &mut Held) -> std::result::Result<(), Self::Error> {
        held.client.check_connection().await
    }

    fn has_broken(&self, held: &mut Held) -> bool {
        held.client.is_closed()
    }
}

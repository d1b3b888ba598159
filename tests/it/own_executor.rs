//! A custom executor, over another driver: a blocking one, without a runtime. It uses only the public, documented items
//! of `orm-pg`, as any user could.

mod wire;

use std::{
    future::Future,
    pin::{Pin, pin},
    sync::{Mutex, PoisonError},
    task::{Context, Poll, Waker},
    vec,
};

use futures_util::TryStreamExt;
use orm_pg::{
    ServerError,
    executor::{BoxRowStream, Kind, RowStream, Type},
    prelude::*,
    row::{Row, RowSink},
    statement::{Operation, Statement},
    value::CodecError,
};

use self::wire::{Client, Refusal, Values};
use crate::models::{Everything, NewPost, NewUser, Post, Status, User};

/// One connection of another driver.
struct Own(Mutex<Client>);

/// One row of it.
struct OwnRow<'a> {
    columns: &'a [(String, Type)],
    values: &'a Values,
}

impl Row for OwnRow<'_> {
    fn width(&self) -> usize {
        self.values.len()
    }

    fn name(&self, index: usize) -> Option<&str> {
        self.columns.get(index).map(|it| it.0.as_str())
    }

    fn ty(&self, index: usize) -> Option<&Type> {
        self.columns.get(index).map(|it| &it.1)
    }

    fn raw(&self, index: usize) -> Result<Option<&[u8]>, CodecError> {
        self.values.get(index).map(Option::as_deref).ok_or_else(|| "there is no such column".into())
    }
}

/// The rows of one statement.
struct Rows {
    columns: Vec<(String, Type)>,
    values: vec::IntoIter<Values>,
    affected: u64,
}

impl RowStream for Rows {
    fn poll_row(mut self: Pin<&mut Self>, _: &mut Context<'_>, rows: &mut dyn RowSink) -> Poll<Option<Result<()>>> {
        let values = self.values.next();
        Poll::Ready(values.map(|values| rows.row(&OwnRow { columns: &self.columns, values: &values })))
    }
}

fn refused(refusal: Refusal) -> Error {
    let mut server = ServerError::default();
    for (letter, text) in refusal.0 {
        match letter {
            b'C' => server.code = text,
            b'M' => server.message = text,
            b'n' => server.constraint = Some(text),
            b't' => server.table = Some(text),
            _ => {}
        }
    }
    Error::from_server(server)
}

/// Finds out what a type is that the user has made: here an enum, or an array.
fn look_up(client: &mut Client, oid: u32) -> Result<Type, Refusal> {
    if let Some(ty) = Type::from_oid(oid) {
        return Ok(ty);
    }
    let text = format!(
        "SELECT t.typname::text, n.nspname::text, t.typelem::int8, e.enumlabel::text FROM pg_type t \
         JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_enum e ON e.enumtypid = t.oid \
         WHERE t.oid = {oid} ORDER BY e.enumsortorder"
    );
    client.prepare(&text, &[])?;
    let (rows, _) = client.run(std::iter::empty())?;
    let text = |row: &Values, index: usize| row[index].clone().map(|it| String::from_utf8(it).unwrap());
    let item = rows[0][2].as_deref().map_or(0, |it| i64::from_be_bytes(it.try_into().unwrap()));
    let kind = match u32::try_from(item).unwrap() {
        0 => Kind::Enum(rows.iter().filter_map(|it| text(it, 3)).collect()),
        item => Kind::Array(look_up(client, item)?),
    };
    Ok(Type::new(text(&rows[0], 0).unwrap(), oid, kind, text(&rows[0], 1).unwrap()))
}

impl Own {
    fn run(client: &mut Client, statement: &Statement) -> Result<Rows> {
        let named = |error: Error| error.in_statement(statement.operation.name(), statement.table);
        let sql = &statement.sql;
        sql.check().map_err(named)?;
        let answer = |client: &mut Client| {
            let declared: Vec<_> = sql.binds.iter().map(|it| it.declared_oid()).collect();
            let described = client.prepare(&sql.text, &declared)?;
            let mut types = vec![];
            for oid in described.binds {
                types.push(look_up(client, oid)?);
            }
            let mut columns = vec![];
            for (name, oid) in described.columns {
                columns.push((name, look_up(client, oid)?));
            }
            // Looking types up has taken the place of the nameless statement.
            client.prepare(&sql.text, &declared)?;
            Ok::<_, Refusal>((types, columns))
        };
        let (types, columns) = answer(client).map_err(|it| named(refused(it)))?;
        let binds = sql.encode(&types).map_err(named)?;
        let (rows, affected) = client.run(binds.values()).map_err(|it| named(refused(it)))?;
        Ok(Rows { columns, values: rows.into_iter(), affected })
    }

    fn client(&self) -> std::sync::MutexGuard<'_, Client> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn hand_on(rows: Rows, sink: &mut dyn RowSink) -> Result<u64> {
    for values in rows.values {
        sink.row(&OwnRow { columns: &rows.columns, values: &values })?;
    }
    Ok(rows.affected)
}

impl Executor for Own {
    async fn fetch(&self, statement: &Statement, rows: &mut dyn RowSink) -> Result<()> {
        hand_on(Self::run(&mut self.client(), statement)?, rows).map(drop)
    }

    async fn execute(&self, statement: &Statement) -> Result<u64> {
        Ok(Self::run(&mut self.client(), statement)?.affected)
    }

    async fn batch(&self, statements: &[Statement], rows: &mut dyn RowSink) -> Result<u64> {
        let mut client = self.client();
        client.simple("BEGIN").map_err(refused)?;
        let mut outcome = Ok(0);
        for statement in statements {
            outcome = outcome.and_then(|count| Ok(count + hand_on(Self::run(&mut client, statement)?, rows)?));
        }
        client.simple(if outcome.is_ok() { "COMMIT" } else { "ROLLBACK" }).map_err(refused)?;
        outcome
    }

    async fn stream(&self, statement: Statement) -> Result<BoxRowStream<'_>> {
        Ok(Box::pin(Self::run(&mut self.client(), &statement)?))
    }
}

/// Runs a future that never waits: there is no runtime here.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(it) => it,
        Poll::Pending => panic!("an executor over a blocking driver waits for nothing"),
    }
}

/// A database with the tables of these models, and a connection of the other driver to it.
fn own() -> Own {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let url = runtime.block_on(async {
        let url = orm_pg::testing::database_url().await.unwrap();
        let db = Database::connect(&url).await.unwrap();
        db.create_tables(models![User, Post, Everything]).await.unwrap();
        url
    });
    Own(Mutex::new(Client::connect(&url)))
}

#[test]
fn every_verb_runs_on_another_driver_and_without_a_runtime() {
    let db = own();
    let ann = NewUser { age: Some(34), status: Status::OnHold.into(), ..NewUser::new("ann@example.org", "Ann") };
    let ann = now(User::insert(ann).one(&db)).unwrap();
    assert_eq!((ann.name.as_str(), ann.age, ann.status), ("Ann", Some(34), Status::OnHold));
    let ann = now(ann.update(|u| (u.age.set(None::<i32>), u.status.set(Status::Done))).one(&db)).unwrap();
    assert_eq!((ann.age, ann.status), (None, Status::Done));
    let posts = (0..5).map(|it| NewPost::new(ann.id, format!("Post {it}")));
    assert_eq!(now(Post::insert_many(posts).execute(&db)).unwrap(), 5);
    let open = User::query().filter(|u| u.status.in_([Status::Done, Status::Open]));
    let rows = now(open.join::<Post>(|(u, p)| p.author_id.eq(u.id)).order_by(|(_, p)| p.id.asc()).all(&db)).unwrap();
    assert_eq!(rows.len(), 5);
    assert_eq!(rows[4].1.title, "Post 4");
    let least = 2_i64;
    let count = now(sql!("SELECT count(*) FROM posts WHERE id > {least}").one::<i64>(&db)).unwrap();
    assert_eq!(count, 3);
    assert!(now(User::get(ann.id).one_or_none(&db)).unwrap().is_some());
    assert_eq!(now(Post::query().all_rows().delete().execute(&db)).unwrap(), 5);
}

#[test]
fn its_errors_are_the_usual_ones() {
    let db = own();
    now(User::insert(NewUser::new("ann@example.org", "Ann")).execute(&db)).unwrap();
    let twice = now(User::insert(NewUser::new("ann@example.org", "Anna")).execute(&db)).unwrap_err();
    assert!(twice.violates(User::EMAIL_KEY), "{twice:?}");
    assert!(twice.to_string().contains("users"), "{twice}");
    let missing = now(User::get(-1).one(&db)).unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound);
    let nul = now(User::insert(NewUser::new("a\0", "Nul")).execute(&db)).unwrap_err();
    assert_eq!(nul.kind(), ErrorKind::Encode);
}

#[test]
fn a_batch_that_fails_leaves_nothing_and_a_stream_gives_each_row() {
    let db = own();
    let insert = |email: &str| {
        let sql = User::insert(NewUser::new(email, "Ann")).to_sql();
        Statement::new(sql, Operation::Insert, Some("users"))
    };
    let [one, two] = ["ann@example.org", "bob@example.org"].map(insert);
    let failed = now(db.batch(&[one.clone(), one.clone()], &mut Ignore)).unwrap_err();
    assert!(failed.is_unique_violation());
    assert_eq!(now(User::query().count(&db)).unwrap(), 0);
    assert_eq!(now(db.batch(&[one, two], &mut Ignore)).unwrap(), 2);
    let emails = now(async {
        let rows = User::query().order_by(|u| u.id.asc()).select(|u| u.email).stream(&db).await?;
        rows.try_collect::<Vec<String>>().await
    });
    assert_eq!(emails.unwrap(), ["ann@example.org", "bob@example.org"]);
}

/// Takes no rows.
struct Ignore;

impl RowSink for Ignore {
    fn row(&mut self, _: &dyn Row) -> Result<()> {
        Ok(())
    }

    fn restart(&mut self) {}
}

//! The properties of a statement that an executor receives besides its text.

use std::{fmt::Debug, sync::Mutex};

use orm_pg::{
    executor::BoxRowStream,
    prelude::*,
    row::RowSink,
    statement::{Operation, Statement},
};

use crate::models::{NewUser, Post, Status, User};

/// Runs nothing, and keeps what it was handed.
#[derive(Default)]
struct Seen(Mutex<Vec<Statement>>);

impl Seen {
    fn keep(&self, statement: &Statement) {
        self.0.lock().expect("one thread").push(statement.clone());
    }

    fn last(&self) -> Statement {
        self.0.lock().expect("one thread").pop().expect("a statement")
    }
}

impl Executor for Seen {
    async fn fetch(&self, statement: &Statement, _: &mut dyn RowSink) -> Result<()> {
        self.keep(statement);
        Ok(())
    }

    async fn execute(&self, statement: &Statement) -> Result<u64> {
        self.keep(statement);
        Ok(0)
    }

    async fn batch(&self, statements: &[Statement], _: &mut dyn RowSink) -> Result<u64> {
        statements.iter().for_each(|it| self.keep(it));
        Ok(0)
    }

    async fn stream(&self, statement: Statement) -> Result<BoxRowStream<'_>> {
        self.keep(&statement);
        Err(Error::new(orm_pg::ErrorKind::Closed, "there are no rows"))
    }
}

/// A view.
#[derive(Debug, Clone, Model)]
#[orm(table = "names", view)]
struct Name {
    name: String,
}

/// Plain read, locks, SQL or functions of the user.
type Flags = (bool, bool, bool);

fn flags(it: &Statement) -> Flags {
    (it.plain_read, it.locks, it.fragments)
}

async fn of<T: orm_pg::row::FromRow + Debug, S: orm_pg::query::Source>(query: orm_pg::query::Select<S, T>) -> Flags {
    let seen = Seen::default();
    query.all(&seen).await.expect("nothing fails");
    flags(&seen.last())
}

#[tokio::test]
async fn a_read_is_plain_unless_it_locks_reads_a_view_or_has_sql_of_the_user() {
    const PLAIN: Flags = (true, false, false);
    const LOCKS: Flags = (false, true, false);
    const BY_HAND: Flags = (false, false, true);
    assert_eq!(of(User::query()).await, PLAIN);
    assert_eq!(of(User::get(1)).await, PLAIN);
    assert_eq!(of(User::get(1).for_update()).await, LOCKS);
    let locked = || Post::query().for_share().select(|p| p.author_id);
    assert_eq!(of(User::query().filter(|u| u.id.in_(locked()))).await, LOCKS);
    assert_eq!(of(User::query().filter(|_| exists(Post::query().for_update()))).await, LOCKS);
    assert_eq!(of(Name::query()).await, (false, false, false));
    assert_eq!(of(User::query().filter(|_| exists(Name::query()))).await, (false, false, false));
    assert_eq!(of(User::query().select(|_| sql!("now()::text").expr::<String>())).await, BY_HAND);
    let by_hand = || Post::query().filter(|_| sql!("true").expr::<bool>()).select(|p| p.author_id);
    assert_eq!(of(User::query().filter(|u| u.id.in_(by_hand()))).await, BY_HAND);
}

#[tokio::test]
async fn a_write_says_whether_it_has_sql_of_the_user() -> Result<()> {
    let seen = Seen::default();
    User::insert(NewUser::new("a", "A")).execute(&seen).await?;
    assert_eq!(flags(&seen.last()), (false, false, false));
    User::query().filter(|u| u.status.eq(Status::Open)).delete().execute(&seen).await?;
    assert_eq!((flags(&seen.last()), seen.0.lock().expect("one thread").len()), ((false, false, false), 0));
    User::query().filter(|_| sql!("true").expr::<bool>()).delete().execute(&seen).await?;
    assert_eq!(flags(&seen.last()), (false, false, true));
    let name = User::query().filter(|u| u.id.eq(1)).update(|u| u.name.set(sql!("upper('a')").expr::<String>()));
    name.execute(&seen).await?;
    let update = seen.last();
    assert_eq!((flags(&update), update.operation), ((false, false, true), Operation::Update));
    // What a sub-query locks, the write itself needs: no transaction is asked for.
    let locked = Post::query().for_update().skip_locked().select(|p| p.author_id);
    User::query().filter(|u| u.id.in_(locked)).delete().execute(&seen).await?;
    assert_eq!(flags(&seen.last()), (false, false, false));
    Ok(())
}

//! What a step does to the tables that exist, measured by running it on a scratch database.

mod outside;

use std::collections::{BTreeMap, BTreeSet};

use orm_core::{
    catalog::Name,
    error::{Error, ErrorKind, Result},
    migrate::{Effect, Effects, LockMode, RelationKind},
};
use tokio_postgres::Client;

use crate::{Database, error::from_driver, raw::statements};

/// A statement that the server refuses in a transaction, and a procedure that ends transactions.
const NEEDS_NO_TRANSACTION: [&str; 2] = ["25001", "2D000"];

/// Runs a step on a scratch database, commits it, and returns what it did to the relations that existed before it.
///
/// The step may be any SQL, also several statements, `DO` blocks and calls of functions: it is run, not parsed. The locks are
/// those of `pg_locks`, a rewrite shows in the file of the table, and a scan in `pg_stat_get_xact_numscans`, which counts
/// scans of empty tables as well: no rows are needed. What a step does only for each row that it finds, such as a loop in a
/// `DO` block, is not seen in an empty database.
///
/// A step that cannot run in a transaction, such as `CREATE INDEX CONCURRENTLY`, is observed from another connection, while two
/// more connections hold weak locks on all tables, so that it waits at the points where it takes its own. Four connections
/// are used then, otherwise one. Nine round trips in a transaction.
///
/// # Errors
/// The server's error if the step fails; [`ErrorKind::Migration`] if the step ends its transaction itself.
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// use orm_pg::schema::{Scratch, catalog::Name, measure, migrate::LockMode};
///
/// let scratch = Scratch::create(&db).await?;
/// scratch.database().create_tables(models![User]).await?;
/// let effects = measure(scratch.database(), "CREATE INDEX ON users (name)").await?;
/// let users = effects.on(&Name::new("public", "users"));
/// assert!(users.is_some_and(|it| it.lock == Some(LockMode::Share) && it.scanned));
/// scratch.drop().await?;
/// # Ok(()) }
/// ```
pub async fn measure(scratch: &Database, sql: &str) -> Result<Effects> {
    refuse_other_databases(sql)?;
    let connection = scratch.connection().await?;
    let client = connection.client();
    client.batch_execute("BEGIN").await.map_err(from_driver)?;
    match inside(client, sql).await {
        Ok(effects) => {
            client.batch_execute("COMMIT").await.map_err(from_driver)?;
            Ok(effects)
        }
        Err(error) => {
            client.batch_execute("ROLLBACK").await.map_err(from_driver)?;
            match error.sql_state() {
                Some(state) if NEEDS_NO_TRANSACTION.contains(&state) => outside::measure(scratch, client, sql).await,
                _ => Err(error),
            }
        }
    }
}

/// Refuses what would change other databases of the server: a scratch database is no place to try it.
fn refuse_other_databases(sql: &str) -> Result<()> {
    let starts = |statement: &str| {
        let mut words = statement.split_whitespace();
        let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let is = |word: &str, of: &[&str]| of.iter().any(|it| it.eq_ignore_ascii_case(word));
        is(first, &["CREATE", "DROP", "ALTER"]) && is(second, &["DATABASE", "TABLESPACE", "SYSTEM"])
    };
    match statements(sql).into_iter().find(|it| starts(it)) {
        Some(statement) => {
            let text = format!("this changes other databases or the whole server, so it was not tried: {statement}");
            Err(Error::new(ErrorKind::Migration, text))
        }
        None => Ok(()),
    }
}

async fn inside(client: &Client, sql: &str) -> Result<Effects> {
    let begun = transaction_id(client).await?;
    let before = Relations::read(client, true).await?;
    client.batch_execute(sql).await.map_err(from_driver)?;
    if transaction_id(client).await? != begun {
        return Err(Error::new(
            ErrorKind::Migration,
            "the step ends its transaction: leave BEGIN, COMMIT and ROLLBACK to the migrator",
        ));
    }
    let after = Relations::read(client, true).await?;
    let locks = Locks::of(client, pid(client).await?).await?;
    Ok(before.compare(&after, &locks, false))
}

/// The id of the transaction that is open.
async fn transaction_id(client: &Client) -> Result<String> {
    let row = client.query_one("SELECT pg_current_xact_id()::text", &[]).await.map_err(from_driver)?;
    row.try_get(0).map_err(from_driver)
}

async fn pid(client: &Client) -> Result<i32> {
    let row = client.query_one("SELECT pg_backend_pid()", &[]).await.map_err(from_driver)?;
    row.try_get(0).map_err(from_driver)
}

/// The strongest lock on each relation.
#[derive(Debug, Default)]
struct Locks {
    modes: BTreeMap<u32, LockMode>,
    /// The sessions that the session waits for.
    blocked_by: Vec<i32>,
}

impl Locks {
    /// The locks that the session with this process id holds or waits for.
    async fn of(client: &Client, pid: i32) -> Result<Self> {
        let mut locks = Self::default();
        locks.add(client, pid).await?;
        Ok(locks)
    }

    /// Adds the locks that the session holds or waits for now.
    async fn add(&mut self, client: &Client, pid: i32) -> Result<()> {
        for row in client.query(include_str!("measure/locks.sql"), &[&pid]).await.map_err(from_driver)? {
            self.blocked_by = row.try_get(2).map_err(from_driver)?;
            let relation: Option<u32> = row.try_get(0).map_err(from_driver)?;
            let mode: Option<&str> = row.try_get(1).map_err(from_driver)?;
            if let (Some(relation), Some(mode)) = (relation, mode) {
                let mode: LockMode = mode.parse()?;
                self.modes.entry(relation).and_modify(|it| *it = mode.max(*it)).or_insert(mode);
            }
        }
        Ok(())
    }
}

/// A relation as it is before or after the step.
#[derive(Debug)]
struct Relation {
    name: Name,
    kind: RelationKind,
    /// Its file, or 0 if it has none, as a partitioned table.
    file: u32,
    /// For an index: its table.
    table: Option<u32>,
    scans: i64,
}

#[derive(Debug)]
struct Relations(BTreeMap<u32, Relation>);

impl Relations {
    /// Reads them, with the scans of this transaction or of all time.
    async fn read(client: &Client, of_transaction: bool) -> Result<Self> {
        let rows =
            client.query(include_str!("measure/relations.sql"), &[&of_transaction]).await.map_err(from_driver)?;
        let mut relations = BTreeMap::new();
        for row in rows {
            let text = |column: usize| row.try_get::<_, String>(column).map_err(from_driver);
            let letter = text(3)?.chars().next().unwrap_or_default();
            let relation = Relation {
                name: Name::new(text(1)?, text(2)?),
                kind: RelationKind::of_letter(letter),
                file: row.try_get(4).map_err(from_driver)?,
                table: row.try_get(5).map_err(from_driver)?,
                scans: row.try_get(6).map_err(from_driver)?,
            };
            relations.insert(row.try_get(0).map_err(from_driver)?, relation);
        }
        Ok(Self(relations))
    }

    /// What happened to the relations between `self` and `after`.
    fn compare(&self, after: &Self, locks: &Locks, alone: bool) -> Effects {
        let mut effects = Effects::default();
        effects.alone = alone;
        let files: BTreeSet<_> = self.0.values().map(|it| it.file).collect();
        for (oid, before) in &self.0 {
            let mut effect = Effect::new(before.name.clone(), before.kind, locks.modes.get(oid).copied());
            if let Some(now) = after.0.get(oid).filter(|_| before.kind.has_rows()) {
                effect.rewritten = now.file != before.file;
                effect.scanned = now.scans > before.scans;
                // An index that is made again may keep its file, if the type of its column stores the same values.
                let built =
                    after.0.values().filter(|it| it.table == Some(*oid) && it.file != 0 && !files.contains(&it.file));
                effect.indexes = built.map(|it| it.name.name.clone()).collect();
                effect.indexes.sort();
            }
            if effect.lock.is_some() || effect.is_long() {
                effects.relations.push(effect);
            }
        }
        effects.relations.sort_by(|a, b| a.relation.cmp(&b.relation));
        effects
    }
}

//! The contents of the tests' databases, and a handle to them.

use std::{sync::Arc, thread::sleep, time::Duration};

use orm_core::{
    error::{Error, ErrorKind, Result},
    schema::{Action, ColumnDef, ForeignKey, Index, IndexKey, Table, Unique},
    value::PgType,
};
use orm_pg::__private::testing::{Handle, TestCase, run};
use tokio_postgres::{Client, NoTls};

/// The driver's client in the place of a database handle.
#[derive(Clone)]
pub(crate) struct Db(pub(crate) Arc<Client>);

impl Handle for Db {
    async fn open(url: &str) -> Result<Self> {
        let (client, connection) = tokio_postgres::connect(url, NoTls)
            .await
            .map_err(|error| Error::new(ErrorKind::Connect, "connect").with_source(error))?;
        tokio::spawn(connection);
        Ok(Self(Arc::new(client)))
    }
}

impl Db {
    pub(crate) async fn text(&self, sql: &str) -> String {
        self.0.query_one(sql, &[]).await.unwrap().get(0)
    }

    pub(crate) async fn run(&self, sql: &str) {
        self.0.batch_execute(sql).await.unwrap();
    }

    pub(crate) async fn name(&self) -> String {
        self.text("SELECT current_database()::text").await
    }
}

const INT8: PgType = PgType::builtin("int8", 20, 1016);
const TEXT: PgType = PgType::builtin("text", 25, 1009);
const MOOD: PgType = PgType::enumeration(Some("shop"), "mood", &["good", "so-so", "it's"]);

const fn id() -> ColumnDef {
    let mut column = ColumnDef::new("id", "id", INT8, false);
    column.identity = true;
    column
}

pub(crate) static PEOPLE: Table = {
    static COLUMNS: [ColumnDef; 5] = {
        let mut shout = ColumnDef::new("shout", "shout", TEXT, true);
        shout.generated = Some("upper(name)");
        [
            id(),
            ColumnDef::new("name", "name", TEXT, false),
            shout,
            ColumnDef::new("moods", "moods", MOOD.array(), true),
            ColumnDef::new("best_order", "best_order", INT8, true),
        ]
    };
    static KEYS: [ForeignKey; 1] =
        [ForeignKey::new("people_best_order_fkey", &["best_order"], || &ORDERS, Action::SetNull, "best_order")];
    static INDEXES: [Index; 1] = {
        let mut moods = Index::new("people_moods_idx", const { &[IndexKey::column("moods")] });
        moods.method = Some("gin");
        moods.condition = Some("moods IS NOT NULL");
        [moods]
    };
    let mut table = Table::new("Person", "people");
    table.columns = &COLUMNS;
    table.key = &["id"];
    table.foreign_keys = &KEYS;
    table.uniques = const { &[Unique::new("people_name_key", &["name"])] };
    table.indexes = &INDEXES;
    table
};

pub(crate) static ORDERS: Table = {
    static COLUMNS: [ColumnDef; 3] = [
        id(),
        ColumnDef::new("person_id", "person_id", INT8, false),
        ColumnDef::new("parent_id", "parent_id", INT8, true),
    ];
    static KEYS: [ForeignKey; 2] = [
        ForeignKey::new("orders_person_id_fkey", &["person_id"], || &PEOPLE, Action::Cascade, "person_id"),
        ForeignKey::new("orders_parent_id_fkey", &["parent_id"], || &ORDERS, Action::NoAction, "parent_id"),
    ];
    let mut table = Table::new("Order", "orders");
    table.schema = Some("shop");
    table.columns = &COLUMNS;
    table.key = &["id"];
    table.foreign_keys = &KEYS;
    table
};

async fn two_people(db: Db) -> Result<(), tokio_postgres::Error> {
    // A pause, so that a process that does not wait for the one that fills the template is found out.
    sleep(Duration::from_millis(200));
    db.0.batch_execute("INSERT INTO people (name, moods) VALUES ('ann', '{good}'), ('bob', NULL)").await
}

/// A test that finds what its set-up wrote, and nothing else.
pub(crate) fn sees_two_people(name: &'static str) {
    let case = TestCase::new(name).models([&PEOPLE, &ORDERS]).setup(two_people);
    run(case, async |db: Db| {
        assert_eq!(db.text("SELECT string_agg(name, ' ' ORDER BY name) FROM people").await, "ann bob");
        db.run("DELETE FROM people").await;
    });
}

/// Whether the tests' server has a database of that name.
pub(crate) fn exists(database: &str) -> bool {
    let sql = format!("SELECT exists(SELECT FROM pg_database WHERE datname = '{database}')::text");
    run(TestCase::new("looks"), async |db: Db| Ok::<_, Error>(db.text(&sql).await == "true")).unwrap()
}

//! Columns, and tables as a whole.

use expect_test::expect;
use orm_pg::{
    prelude::*,
    schema::{catalog::Name, introspect},
};

use super::{constraints, table};

#[derive(Debug, Clone, Copy, PartialEq, PgEnum)]
enum Level {
    Low,
    #[orm(renamed_from = "middle")]
    Medium,
    #[orm(rename = "very high", renamed_from = "high")]
    High,
}

#[derive(Debug, Clone, PartialEq, Flatten)]
struct Names {
    #[orm(collation = "C", comment = "As it's written")]
    name: String,
    #[orm(collation = r#""pg_catalog"."POSIX""#)]
    short: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(
    table = "devices",
    comment = "What we count.\n\\ and '",
    with = "fillfactor = 70, autovacuum_enabled = off",
    renamed_from = "machines",
    unlogged
)]
struct Device {
    #[orm(key, identity(always, start = 1000, increment = -10, min = -500, max = 1_000, cache = 1, cycle))]
    id: i32,
    #[orm(identity(start = 7))]
    number: i64,
    #[orm(flatten)]
    names: Names,
    #[orm(default = "nextval('device_serial'::regclass)", comment = "counted by a sequence")]
    serial: i64,
    #[orm(generated(stored = "lower(name)"))]
    lower: Option<String>,
    level: Level,
}

#[orm_pg::test]
async fn columns_and_tables_have_what_their_attributes_say(db: Database) -> Result<()> {
    sql!("CREATE SEQUENCE device_serial START 5").execute(&db).await?;
    db.create_tables(models![Device]).await?;
    let devices = table(&db, "devices").await;
    assert_eq!(devices.comment.as_deref(), Some("What we count.\n\\ and '"));
    assert_eq!(devices.storage, ["autovacuum_enabled=off", "fillfactor=70"]);
    assert!(devices.unlogged);
    let column = |name: &str| devices.column(name).expect("the column").clone();
    assert_eq!(column("name").comment.as_deref(), Some("As it's written"));
    assert_eq!(column("name").collation, Some(Name::new("pg_catalog", "C")));
    assert_eq!(column("short").collation, Some(Name::new("pg_catalog", "POSIX")));
    assert_eq!(column("serial").default.as_deref(), Some("nextval('public.device_serial'::regclass)"));
    assert!(column("lower").generated.is_some_and(|it| it.stored));
    let catalog = introspect(&db).await?;
    let sequences = catalog.sequences.iter().filter(|it| it.owner.is_some());
    let sequences: Vec<_> = sequences
        .map(|it| {
            let identity = column(&it.owner.as_ref().expect("the owner").column).identity;
            let numbers = (it.start, it.increment, it.min, it.max, it.cache, it.cycle);
            format!("{identity:?} {numbers:?}\n")
        })
        .collect();
    expect![[r#"
        Some(Always) (1000, -10, -500, 1000, 1, true)
        Some(ByDefault) (7, 1, 1, 9223372036854775807, 1, false)
    "#]]
    .assert_eq(&sequences.concat());

    let new = NewDevice::new(NewNames::new("Ann"), Level::Medium);
    let devices = Device::insert_many([new.clone(), new]).all(&db).await?;
    let numbers: Vec<_> = devices.iter().map(|it| (it.id, it.number, it.serial, it.lower.as_deref())).collect();
    assert_eq!(numbers, [(1000, 7, 5, Some("ann")), (990, 8, 6, Some("ann"))]);
    db.drop_tables(models![Device]).await
}

#[test]
fn earlier_names_are_in_the_metadata() {
    assert_eq!(Device::TABLE.renamed_from, Some("machines"));
    let level = Device::TABLE.column("level").expect("the column").ty;
    assert_eq!(level.labels, ["low", "medium", "very high"]);
    assert_eq!(level.renamed_labels, [("middle", "medium"), ("high", "very high")]);
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "events", partition_by = "RANGE (at, lower(name))", index(name))]
struct Event {
    id: i64,
    at: i32,
    name: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "visits", partition_by = "LIST (region)", unique(region, name))]
struct Visit {
    #[orm(key, identity)]
    id: i64,
    #[orm(key)]
    region: i32,
    name: String,
}

#[orm_pg::test(models(Event, Visit))]
async fn a_partitioned_table_gets_its_partitions_by_sql(db: Database) -> Result<()> {
    let events = table(&db, "events").await;
    assert_eq!(events.partition_by.as_deref(), Some("RANGE (at, lower(name))"));
    assert!(events.indexes.iter().all(|it| it.partitioned));
    let visits = table(&db, "visits").await;
    assert_eq!(visits.partition_by.as_deref(), Some("LIST (region)"));
    constraints(
        &visits,
        expect![[r#"
        visits_pkey: PRIMARY KEY ("id", "region")
        visits_region_name_key: UNIQUE ("region", "name")
    "#]],
    );
    let homeless = Visit::insert(NewVisit::new(1, "Ann")).execute(&db).await.expect_err("there is no partition");
    assert_eq!(homeless.sql_state(), Some("23514"));
    sql!("CREATE TABLE visits_1 PARTITION OF visits FOR VALUES IN (1)").execute(&db).await?;
    assert_eq!(Visit::insert(NewVisit::new(1, "Ann")).one(&db).await?.region, 1);
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "prices")]
struct Price {
    #[orm(key)]
    id: i32,
    net: i32,
    #[orm(generated(virtual = "net * 119 / 100"))]
    gross: i32,
}

#[orm_pg::test]
async fn a_virtual_column_needs_postgresql_18(db: Database) -> Result<()> {
    let text = orm_pg::ddl::create_tables(models![Price])?.concat();
    assert!(text.contains(r#""gross" integer GENERATED ALWAYS AS (net * 119 / 100) VIRTUAL NOT NULL"#), "{text}");
    let version = introspect(&db).await?.server_version;
    let made = db.create_tables(models![Price]).await;
    if version < 180_000 {
        assert_eq!(made.expect_err("there are none").sql_state(), Some("42601"));
        return Ok(());
    }
    made?;
    let generated = table(&db, "prices").await.column("gross").and_then(|it| it.generated.clone());
    assert!(generated.is_some_and(|it| !it.stored && it.expression == "((net * 119) / 100)"));
    assert_eq!(Price::insert(NewPrice::new(1, 200)).one(&db).await?.gross, 238);
    Ok(())
}

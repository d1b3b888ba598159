//! The tables, newly created and updated from an older version.

use std::time::Duration;

use orm_pg::prelude::*;
use search_engine::model::{Address, Host, MODELS, NewAddress};
use search_engine::schema::{MIGRATIONS, ensure};
use search_engine::search::search;
use search_engine::stats::stats;

use crate::support::{Web, contents, go};

#[orm_pg::test(migrations = "migrations")]
async fn a_database_made_before_there_were_hosts_gets_them(db: Database) -> Result<()> {
    let web = Web::start(10, Duration::ZERO).await;
    go(&db, &[web.site()], u64::MAX).await;
    let before = contents(&db).await;
    for old in [
        sql!("DROP TABLE _orm_migrations"),
        sql!("DROP TABLE search_engine.hosts CASCADE"),
        sql!("DROP INDEX search_engine.links_target_id_source_id_idx"),
        sql!("CREATE INDEX links_target_id_idx ON search_engine.links (target_id)"),
    ] {
        old.execute(&db).await?;
    }
    // Several programs may start at once.
    tokio::try_join!(ensure(&db), ensure(&db), ensure(&db))?;
    let mut origins = Host::query().select(|h| h.origin).all(&db).await?;
    origins.sort();
    assert_eq!(origins, [web.site().origin(), "http://example.org".to_owned()]);
    assert_eq!((contents(&db).await, stats(&db).await?.hosts), (before.clone(), 2));
    assert_eq!(search(&db, "word3", 1).await?.hits[0].card.host(), "Page 0");
    let indexes =
        sql!("SELECT indexname FROM pg_indexes WHERE tablename = 'links' ORDER BY 1").all::<String>(&db).await?;
    assert_eq!(indexes, ["links_pkey", "links_target_id_source_id_idx"]);

    let homeless = Address::insert(NewAddress::new("http://nowhere.example/", "http://nowhere.example", 0));
    assert!(homeless.execute(&db).await.is_err_and(|error| error.is_foreign_key_violation()));
    go(&db, &[web.site()], u64::MAX).await;
    assert_eq!(contents(&db).await, before);
    Ok(())
}

#[orm_pg::test(migrations = "migrations")]
async fn a_complete_database_from_before_there_were_migrations_is_adopted(db: Database) -> Result<()> {
    sql!("DROP TABLE _orm_migrations").execute(&db).await?;
    tokio::try_join!(ensure(&db), ensure(&db))?;
    assert!(MIGRATIONS.run(&db).await?.ran.is_empty());
    Ok(())
}

/// The models, the migrations and the statements of `sql!` belong together.
#[orm_pg::test]
async fn the_gate(db: Database) -> Result<()> {
    // The full-text search is declared by no model.
    let gate =
        MIGRATIONS.gate(MODELS).except("search_engine.pages.document").except("search_engine.pages_document_idx");
    let report = gate.sources("src").run(&db).await?;
    println!("{report}");
    report.into_result()
}

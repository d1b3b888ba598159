//! The tables, newly created and updated from an older version.

use std::time::Duration;

use orm_pg::prelude::*;
use orm_pg::schema::{
    Scratch, introspect,
    migrate::{Options, desired, diff},
};
use search_engine::model::{Address, Crawler, Host, Link, NewAddress, Page, Site};
use search_engine::schema::{MIGRATIONS, ensure};
use search_engine::search::search;
use search_engine::stats::stats;

use crate::support::{Web, contents, go, tables};

#[orm_pg::test(setup = tables)]
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

#[orm_pg::test(setup = tables)]
async fn a_complete_database_from_before_there_were_migrations_is_adopted(db: Database) -> Result<()> {
    sql!("DROP TABLE _orm_migrations").execute(&db).await?;
    tokio::try_join!(ensure(&db), ensure(&db))?;
    assert!(MIGRATIONS.run(&db).await?.ran.is_empty());
    Ok(())
}

#[orm_pg::test(setup = tables)]
async fn the_migrations_create_what_the_models_declare(db: Database) -> Result<()> {
    let scratch = Scratch::create(&db).await?;
    scratch.database().create_tables(models![Host, Address, Page, Link, Site, Crawler]).await?;
    let models = introspect(scratch.database()).await?;
    scratch.drop().await?;
    let here = introspect(&db).await?;
    let (to, without_model) = desired(&here, &models, &Options::new());
    let allow = ["drop_column(search_engine.pages.document)"].map(|it| it.parse().expect("words"));
    let steps: Vec<_> = diff(&here, &to, &Options::new().allow(allow))?.steps.into_iter().map(|it| it.sql).collect();
    // The column of the full-text search is declared by no model.
    assert_eq!(steps, [r#"ALTER TABLE "search_engine"."pages" DROP COLUMN "document""#]);
    assert!(without_model.is_empty(), "{without_model:?}");
    Ok(())
}

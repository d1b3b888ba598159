use orm_pg::prelude::*;

#[orm_pg::test(migration = "migrations")]
async fn works(db: Database) -> Result<()> {
    db.close().await;
    Ok(())
}

fn main() {}

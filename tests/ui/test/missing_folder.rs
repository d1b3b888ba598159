use orm_pg::prelude::*;

#[orm_pg::test(migrations = "nowhere")]
async fn works(db: Database) -> Result<()> {
    db.close().await;
    Ok(())
}

fn main() {}

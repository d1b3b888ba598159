#[orm_pg::test(migration = "migrations")]
async fn works(db: orm_pg::Database) -> orm_pg::Result<()> {
    db.close().await;
    Ok(())
}

fn main() {}

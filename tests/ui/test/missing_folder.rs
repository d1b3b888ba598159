#[orm_pg::test(migrations = "nowhere")]
async fn works(db: orm_pg::Database) -> orm_pg::Result<()> {
    db.close().await;
    Ok(())
}

fn main() {}

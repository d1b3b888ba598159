use orm_pg::{prelude::*, schema::Table};

const MODELS: &[&Table] = models![];

#[orm_pg::test(migrations = MODELS)]
async fn works(db: Database) -> Result<()> {
    db.close().await;
    Ok(())
}

fn main() {}

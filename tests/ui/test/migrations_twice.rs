use orm_pg::{prelude::*, schema::Migrations};

const MIGRATIONS: Migrations = Migrations::embedded(&[]);

#[orm_pg::test(migrations = MIGRATIONS, migrations = MIGRATIONS)]
async fn works(db: Database) -> Result<()> {
    db.close().await;
    Ok(())
}

fn main() {}

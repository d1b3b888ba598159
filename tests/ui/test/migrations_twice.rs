use orm_pg::schema::Migrations;

const MIGRATIONS: Migrations = Migrations::embedded(&[]);

#[orm_pg::test(migrations = MIGRATIONS, migrations = MIGRATIONS)]
async fn works(db: orm_pg::Database) -> orm_pg::Result<()> {
    db.close().await;
    Ok(())
}

fn main() {}

use orm_pg::schema::Migrations;

static MIGRATIONS: Migrations = orm_pg::migrate!("nowhere");

fn main() {
    let _ = MIGRATIONS.clone().contract();
}

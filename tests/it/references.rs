//! The derive accepts the same foreign keys as the server.

use orm_pg::{Scalar as Type, prelude::*, value::PgType};

const TYPES: [PgType; 17] = [
    bool::TYPE,
    i16::TYPE,
    i32::TYPE,
    i64::TYPE,
    f32::TYPE,
    f64::TYPE,
    Decimal::TYPE,
    String::TYPE,
    PgType::builtin("varchar", 1043, 1015),
    PgType::builtin("char", 1042, 1014),
    <Vec<u8> as Type>::TYPE,
    Uuid::TYPE,
    <DateTime<Utc>>::TYPE,
    NaiveDateTime::TYPE,
    NaiveDate::TYPE,
    NaiveTime::TYPE,
    <Json as Type>::TYPE,
];

#[orm_pg::test]
async fn foreign_keys_fit_where_the_server_says_so(db: Database) -> Result<()> {
    let connection = db.connection().await?;
    let client = connection.client();
    let mut refused = 0;
    for (number, key) in TYPES.iter().enumerate() {
        client.batch_execute(&format!("CREATE TABLE key{number} (key {} PRIMARY KEY)", key.name)).await.unwrap();
        for (other, this) in TYPES.iter().enumerate() {
            let table = format!("CREATE TABLE ref{number}_{other} (key {} REFERENCES key{number})", this.name);
            let accepted = client.batch_execute(&table).await.is_ok();
            assert_eq!(this.refers_to(*key), accepted, "{} refers to {}", this.name, key.name);
            refused += usize::from(!accepted);
        }
    }
    assert!(refused > TYPES.len(), "the server accepts anything: {refused}");
    Ok(())
}

use bytes::BytesMut;
use orm_core::value::{Bind, CodecError, PgType, Scalar};
use orm_pg::{ErrorKind, Executor};
use postgres_types::Type;

use crate::server::{all, builder, count, insert, raw, read, server, table, unique, write};

/// A value that does not want to be sent.
struct Nasty {
    panics: bool,
}

impl Scalar for Nasty {
    const TYPE: PgType = PgType::builtin("bigint", 20, 1016);

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode(&self, _: &Type, out: &mut BytesMut) -> Result<(), CodecError> {
        out.extend_from_slice(b"hal");
        assert!(!self.panics, "a panic while encoding");
        Err("no".into())
    }

    fn decode(_: &Type, _: &[u8]) -> Result<Self, CodecError> {
        Err("no".into())
    }
}

#[tokio::test]
async fn a_bad_value_hurts_only_its_caller() {
    let db = builder(&unique("nasty")).max_connections(1).connect().await.unwrap();
    let table = table(&db).await;
    let text = format!("INSERT INTO {table} (id) VALUES ($1)");
    let mut tx = db.begin().await.unwrap();
    for round in 0..3 {
        insert(&tx, &table, round).await.unwrap();
        let error = tx.execute(&write(&text, vec![Bind::new(Nasty { panics: false })])).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Encode);
        let nasty = write(&text, vec![Bind::new(Nasty { panics: true })]);
        let panicking = std::panic::AssertUnwindSafe(tx.execute(&nasty));
        assert!(futures_util::FutureExt::catch_unwind(panicking).await.is_err());
        let (a, b) = tokio::join!(insert(&tx, &table, 10 + round), async {
            tx.execute(&write(&text, vec![Bind::new(Nasty { panics: false })])).await
        });
        assert!(a.is_ok() && b.is_err());
    }
    tx.transaction(async |sp| insert(sp, &table, 99).await).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(count(&db, &table).await, 7);
}

#[tokio::test]
async fn binds_are_refused_before_the_wire() {
    let db = server().await;
    let kind = async |text: &str, binds| all::<i64>(&db, read(text, binds)).await.unwrap_err();
    let error = kind("SELECT $1::text::bigint", vec![Bind::new("1\0".to_owned())]).await;
    assert_eq!((error.kind(), error.sql_state()), (ErrorKind::Encode, None));
    let error = kind("SELECT 1 -- \0", vec![]).await;
    assert_eq!(error.kind(), ErrorKind::InvalidStatement);
    let error = kind("SELECT 1", vec![Bind::new(1_i16); 65_536]).await;
    assert_eq!(error.kind(), ErrorKind::InvalidStatement);
    let error = kind("SELECT $1 + $2", vec![Bind::new(1_i16)]).await;
    assert_eq!(error.to_string(), "select from: the statement has 2 placeholders, but 1 binds were given");
}

#[tokio::test]
async fn as_many_binds_as_the_protocol_counts_arrive() {
    let db = server().await;
    let places: Vec<_> = (1..=65_535).map(|it| format!("${it}")).collect();
    let text = format!("SELECT array_length(ARRAY[{}]::int2[], 1)", places.join(","));
    let rows = all::<i32>(&db, read(&text, vec![Bind::new(1_i16); 65_535])).await.unwrap();
    assert_eq!(rows, [65_535]);
}

#[tokio::test]
async fn a_row_of_another_type_is_an_error_of_its_reader_only() {
    let db = builder(&unique("decode")).max_connections(1).connect().await.unwrap();
    let tx = db.begin().await.unwrap();
    let many = "SELECT 'x'::text FROM generate_series(1, 100000)";
    assert_eq!(all::<i64>(&tx, read(many, vec![])).await.unwrap_err().kind(), ErrorKind::Decode);
    assert_eq!(all::<i32>(&tx, read("SELECT 1", vec![])).await.unwrap(), [1]);
    tx.commit().await.unwrap();
    assert_eq!(all::<i64>(&db, read(many, vec![])).await.unwrap_err().kind(), ErrorKind::Decode);
    assert_eq!(all::<i32>(&db, read("SELECT 1", vec![])).await.unwrap(), [1]);
    db.execute(&raw("SELECT 1")).await.unwrap();
}

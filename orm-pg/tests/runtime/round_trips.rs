//! The number of round trips of each operation, counted on the wire.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use orm_core::value::Bind;
use orm_pg::{Database, Error, Executor};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::server::{Collect, dial, insert, next, one, read, table, url};

/// Stands between and counts how often the client begins to speak after the server has. Returns the port.
pub(crate) async fn relay() -> (u16, Arc<AtomicU32>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let trips = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&trips);
    drop(tokio::spawn(async move {
        loop {
            let (mut client, _) = listener.accept().await.unwrap();
            let counter = Arc::clone(&counter);
            drop(tokio::spawn(async move {
                let mut server = dial().await;
                let (mut up, mut down) = (vec![0; 65_536], vec![0; 65_536]);
                let mut answered = true;
                loop {
                    tokio::select! {
                        biased;
                        sent = client.read(&mut up) => {
                            let Ok(sent @ 1..) = sent else { return };
                            if std::mem::take(&mut answered) {
                                counter.fetch_add(1, Ordering::SeqCst);
                            }
                            server.write_all(&up[..sent]).await.unwrap();
                        }
                        got = server.read(&mut down) => {
                            let Ok(got @ 1..) = got else { return };
                            answered = true;
                            client.write_all(&down[..got]).await.unwrap();
                        }
                    }
                }
            }));
        }
    }));
    (port, trips)
}

async fn counted() -> (Database, Arc<AtomicU32>) {
    counted_at(&url()).await
}

async fn counted_at(url: &str) -> (Database, Arc<AtomicU32>) {
    let (port, trips) = relay().await;
    let db = Database::builder()
        .url(url)
        .url(&format!("host=127.0.0.1 port={port}"))
        .max_connections(1)
        .connect()
        .await
        .unwrap();
    (db, trips)
}

#[tokio::test]
async fn each_operation_costs_what_its_documentation_says() {
    let (db, trips) = counted().await;
    let table = table(&db).await;
    crate::server::eventually(|| async { db.status().in_use == 0 }).await;
    macro_rules! costs {
        ($expected:literal, $what:expr) => {{
            let before = trips.load(Ordering::SeqCst);
            let it = $what;
            assert_eq!(trips.load(Ordering::SeqCst) - before, $expected, "{}", stringify!($what));
            it
        }};
    }
    let text = "SELECT $1::bigint";
    let query = |id: i64| read(text, vec![Bind::new(id)]);
    costs!(2, crate::server::all::<i64>(&db, query(1)).await.unwrap());
    costs!(1, crate::server::all::<i64>(&db, query(2)).await.unwrap());
    costs!(2, insert(&db, &table, 1).await.unwrap());
    costs!(1, insert(&db, &table, 2).await.unwrap());
    costs!(0, drop(db.connection().await.unwrap()));
    let tx = costs!(1, db.begin().await.unwrap());
    costs!(1, insert(&tx, &table, 3).await.unwrap());
    costs!(1, tx.commit().await.unwrap());
    costs!(3, db.transaction(async |tx| insert(tx, &table, 4).await).await.unwrap());
    let mut tx = db.begin().await.unwrap();
    costs!(3, tx.transaction(async |sp| insert(sp, &table, 5).await).await.unwrap());
    let sp = costs!(1, tx.begin().await.unwrap());
    costs!(1, sp.rollback().await.unwrap());
    costs!(1, tokio::try_join!(insert(&tx, &table, 6), insert(&tx, &table, 7)).unwrap());
    let mut rows = Collect::<i64>::new();
    // DECLARE prepared and run, FETCH described.
    let mut stream = costs!(3, tx.stream(query(1)).await.unwrap());
    costs!(1, next(&mut stream, &mut rows).await.unwrap().unwrap());
    drop(stream);
    costs!(1, tx.rollback().await.unwrap());
    let mut stream = costs!(1, db.stream(query(1)).await.unwrap());
    costs!(0, while next(&mut stream, &mut rows).await.is_some() {});
    drop(stream);
    let batch = [query(1), query(2)];
    costs!(4, db.batch(&batch, &mut rows).await.unwrap());
    costs!(1, db.batch(&batch[..1], &mut rows).await.unwrap());
    // Two ways to nothing: a failed transaction costs a rollback.
    let failed = db.transaction(async |_| Err::<(), _>(Error::new(orm_pg::ErrorKind::NotFound, "no")));
    costs!(2, failed.await.unwrap_err());
    costs!(2, one::<i32>(&db, "SELECT 1").await);
}

#[cfg(feature = "migrate")]
#[tokio::test]
async fn introspection_costs_the_same_whatever_the_number_of_tables() {
    // Other tests create and drop tables in theirs.
    let (db, trips) = counted_at(&orm_pg::testing::database_url().await.unwrap()).await;
    let introspected = || async {
        let before = trips.load(Ordering::SeqCst);
        let tables = orm_pg::schema::introspect(&db).await.unwrap().tables.len();
        (tables, trips.load(Ordering::SeqCst) - before)
    };
    // Twelve statements, of which ten are prepared the first time.
    let (few, first) = introspected().await;
    assert_eq!(first, 22);
    let (_, warm) = introspected().await;
    assert!((12..16).contains(&warm), "{warm}");
    for _ in 0..20 {
        table(&db).await;
    }
    crate::server::eventually(|| async { db.status().in_use == 0 }).await;
    let (many, again) = introspected().await;
    assert_eq!((few, many), (0, 20));
    assert_eq!(again, warm);
}

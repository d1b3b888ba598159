use std::time::{Duration, Instant};

use orm_pg::{Database, ErrorKind, Executor};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::server::{builder, chain, dial, drop_after, eventually, one, raw, unique, url};

/// A server that refuses everyone: reads the first message, asks for the password, says no.
async fn refusing(code: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(tokio::spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            drop(tokio::spawn(async move {
                let mut buffer = [0; 1024];
                let _ = socket.read(&mut buffer).await;
                let _ = socket.write_all(&[b'R', 0, 0, 0, 8, 0, 0, 0, 3]).await;
                let _ = socket.read(&mut buffer).await;
                let fields = format!("SFATAL\0VFATAL\0C{code}\0Mpassword authentication failed\0\0");
                let length = u32::try_from(fields.len() + 4).unwrap();
                let mut message = vec![b'E'];
                message.extend_from_slice(&length.to_be_bytes());
                message.extend_from_slice(fields.as_bytes());
                let _ = socket.write_all(&message).await;
            }));
        }
    }));
    port
}

/// Passes everything on to the server.
pub(crate) fn proxy(listener: TcpListener) {
    drop(tokio::spawn(async move {
        loop {
            let (mut client, _) = listener.accept().await.unwrap();
            drop(tokio::spawn(async move {
                drop(tokio::io::copy_bidirectional(&mut client, &mut dial().await).await);
            }));
        }
    }));
}

async fn through_a_proxy() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    proxy(listener);
    port
}

/// A server that accepts and never says a word.
async fn silent() -> (u16, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        let mut sockets = Vec::new();
        loop {
            sockets.push(listener.accept().await.unwrap());
        }
    });
    (port, task)
}

#[tokio::test]
async fn an_exhausted_pool_says_so() {
    let db = builder(&unique("full"))
        .max_connections(1)
        .acquire_timeout(Duration::from_millis(200))
        .connect()
        .await
        .unwrap();
    let held = db.connection().await.unwrap();
    let error = db.execute(&raw("SELECT 1")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PoolTimeout);
    assert!(error.is_timeout());
    let text = error.to_string();
    assert!(text.contains("1 of at most 1 are open, 1 in use"), "{text}");
    // A waiter that is dropped takes no place with it.
    for times in 0..2 {
        assert!(drop_after(times, db.connection()).await.is_none());
    }
    drop(held);
    assert_eq!(one::<i32>(&db, "SELECT 1").await, 1);
    assert_eq!(db.status().max_connections, 1);
}

#[tokio::test]
async fn wrong_credentials_fail_at_once() {
    let port = refusing("28P01").await;
    // The fake asks for the password itself.
    let at = format!("postgres://ann:hunter2@127.0.0.1:{port}/app?require_auth=password");
    let started = Instant::now();
    let error = Database::connect(&at).await.unwrap_err();
    assert_eq!((error.kind(), error.sql_state()), (ErrorKind::Connect, Some("28P01")));
    let db = Database::builder().url(&at).connect_lazy().unwrap();
    for _ in 0..3 {
        let error = db.execute(&raw("SELECT 1")).await.unwrap_err();
        assert_eq!((error.kind(), error.sql_state()), (ErrorKind::Connect, Some("28P01")), "{error}");
        assert!(!chain(&error).contains("hunter2"));
    }
    // Everyone who waits is told.
    let waiting = (0..30).map(|_| db.connection());
    for result in futures_util::future::join_all(waiting).await {
        assert_eq!(result.unwrap_err().sql_state(), Some("28P01"));
    }
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_database_that_does_not_exist_fails_at_once() {
    let started = Instant::now();
    let error = builder("none").database("no_such_database").connect().await.unwrap_err();
    assert_eq!((error.kind(), error.sql_state()), (ErrorKind::Connect, Some("3D000")));
    let db = builder("none").database("no_such_database").connect_lazy().unwrap();
    let error = db.begin().await.unwrap_err();
    assert_eq!((error.kind(), error.sql_state()), (ErrorKind::Connect, Some("3D000")));
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn nobody_listening_is_a_connect_error_with_its_cause() {
    let at = "postgres://u@127.0.0.1:1/app";
    let error = Database::connect(at).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert_eq!(error.to_string(), "cannot connect to 127.0.0.1:1");
    assert!(chain(&error).contains("refused"), "{}", chain(&error));
    let db = Database::builder().url(at).acquire_timeout(Duration::from_millis(300)).connect_lazy().unwrap();
    let error = db.execute(&raw("SELECT 1")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    assert!(chain(&error).contains("refused"), "{}", chain(&error));
}

#[tokio::test]
async fn a_peer_that_never_answers_is_given_up_and_the_pool_heals() {
    let (port, hole) = silent().await;
    let at = format!("postgres://u@127.0.0.1:{port}/app");
    let builder = || {
        Database::builder()
            .url(&at)
            .password("for a server that asks for one")
            .connect_timeout(Duration::from_secs(1))
            .acquire_timeout(Duration::from_secs(3))
            .max_connections(1)
    };
    let started = Instant::now();
    let error = builder().connect().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.to_string().contains("no answer within 1s"), "{error}");
    let db = builder().connect_lazy().unwrap();
    let error = db.execute(&raw("SELECT 1")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    assert!(started.elapsed() < Duration::from_secs(10));
    // The same port comes to life: from now on it leads to the server.
    hole.abort();
    let _ = hole.await;
    let listener = loop {
        match TcpListener::bind(("127.0.0.1", port)).await {
            Ok(it) => break it,
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    };
    proxy(listener);
    // It is not the role that is looked for here, only whether an answer comes.
    let mut last = String::new();
    for _ in 0..20 {
        match db.execute(&raw("SELECT 1")).await {
            Ok(_) => return,
            Err(error) if error.sql_state().is_some() => return,
            Err(error) => last = chain(&error),
        }
    }
    panic!("the pool did not heal: {last}");
}

#[tokio::test]
async fn several_hosts_are_tried_in_order() {
    let (port, _hole) = silent().await;
    let real = through_a_proxy().await;
    let db = Database::builder()
        .url(&url())
        .url(&format!("host=127.0.0.1,127.0.0.1,127.0.0.1 port=1,{port},{real}"))
        .connect_timeout(Duration::from_secs(2))
        .connect()
        .await
        .unwrap();
    assert_eq!(one::<i32>(&db, "SELECT 1").await, 1);
}

#[tokio::test]
async fn of_several_hosts_each_says_why_it_cannot_be_used() {
    let real = through_a_proxy().await;
    let several = format!("host=127.0.0.1,127.0.0.1,127.0.0.1 port=1,{real},2 connect_timeout=2");
    let builder = Database::builder().url(&url()).url(&several).options("-c default_transaction_read_only=on");
    let error = builder.acquire_timeout(Duration::from_millis(1)).connect().await.unwrap_err();
    let text = error.to_string();
    let parts: Vec<_> = text.split("; ").collect();
    assert_eq!(parts.len(), 3, "{text}");
    assert!(parts[0].starts_with("cannot connect to 127.0.0.1:1: ") && parts[0].contains("refused"), "{text}");
    assert!(parts[1].contains(&format!("127.0.0.1:{real}: the server takes no writes")), "{text}");
    assert_eq!(parts[2], "cannot connect to 127.0.0.1:2");
}

#[tokio::test]
async fn idle_connections_are_kept_ready() {
    let db = builder(&unique("ready")).min_idle(3).connect().await.unwrap();
    eventually(|| async { db.status().idle >= 3 }).await;
}

use std::time::{Duration, Instant};

use orm_pg::{Database, ErrorKind, Executor};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::server::{builder, chain, dial, drop_after, eventually, one, raw, read, unique, url};

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
    assert!(error.to_string().starts_with("cannot connect to 127.0.0.1:1: Connection refused"), "{error}");
    assert_eq!(chain(&error), error.to_string(), "the cause is told once");
    let db = Database::builder().url(at).acquire_timeout(Duration::from_millis(300)).connect_lazy().unwrap();
    let error = db.execute(&raw("SELECT 1")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    assert!(error.to_string().contains("refused"), "{error}");
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
    assert!(parts[1].contains(&format!("127.0.0.1:{real}: the server does not accept writes")), "{text}");
    assert!(parts[2].starts_with("cannot connect to 127.0.0.1:2: ") && parts[2].contains("refused"), "{text}");
}

#[tokio::test]
async fn idle_connections_are_kept_ready() {
    let db = builder(&unique("ready")).min_idle(3).connect().await.unwrap();
    eventually(|| async { db.status().idle >= 3 }).await;
}

#[tokio::test]
async fn a_full_pool_tells_who_holds_it_and_where_it_was_taken() {
    let db = builder(&unique("holders"))
        .max_connections(1)
        .acquire_timeout(Duration::from_millis(100))
        .connect()
        .await
        .unwrap();
    let nested = db
        .transaction(async |_tx| {
            let error = db.execute(&raw("SELECT 1")).await.unwrap_err();
            Ok::<_, orm_pg::Error>(error)
        })
        .await
        .unwrap();
    let text = nested.to_string();
    assert!(
        text.contains("the longest has been held for ") && text.contains("for the transaction begun at "),
        "{text}"
    );
    assert!(text.contains("tests/runtime/pool.rs:") && text.contains("this task already holds one itself"), "{text}");
    assert!(text.contains("`tx`"), "{text}");
    assert!(nested.is_timeout() && !nested.is_retryable());

    // Another task's connection is worth another try.
    let (held, line) = (db.connection(), line!());
    let held = held.await.unwrap();
    let other = db.clone();
    let error = tokio::spawn(async move { other.begin().await.map(drop).unwrap_err() }).await.unwrap();
    let text = error.to_string();
    assert!(text.contains(&format!("connection taken at orm-pg/tests/runtime/pool.rs:{line}")), "{text}");
    assert!(!text.contains("this task") && error.is_retryable(), "{text}");
    drop(held);

    // So is one that a statement holds, also a statement of this task.
    let (long, short) = (read("SELECT pg_sleep(1)", vec![]), raw("SELECT 1"));
    let (slow, error) = tokio::join!(db.execute(&long), db.execute(&short));
    let error = error.unwrap_err();
    assert!(error.to_string().contains("for the select from"), "{error}");
    assert!(error.is_retryable() && slow.is_ok());
}

#[tokio::test]
async fn closing_has_a_limit_of_its_own() {
    let db = builder(&unique("closing"))
        .acquire_timeout(Duration::from_secs(600))
        .close_timeout(Duration::from_millis(100))
        .connect()
        .await
        .unwrap();
    let held = db.connection().await.unwrap();
    tokio::time::timeout(Duration::from_secs(60), db.close()).await.expect("closing ends");
    assert_eq!(one::<i32>(&held, "SELECT 1").await, 1);
    drop(held);
    assert_eq!(db.execute(&raw("SELECT 1")).await.unwrap_err().kind(), ErrorKind::Closed);
    eventually(|| async { db.status().connections == 0 }).await;
}

/// Accepts nobody for a while, then leads to the server.
async fn late() -> (u16, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let task = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(700)).await;
        proxy(TcpListener::bind(("127.0.0.1", port)).await.unwrap());
    });
    (port, task)
}

#[tokio::test]
async fn limits_longer_than_the_clock_goes_are_none() {
    let db = builder(&unique("ever"))
        .connect_timeout(Duration::MAX)
        .connect_retry(Duration::MAX)
        .acquire_timeout(Duration::MAX)
        .close_timeout(Duration::MAX)
        .max_lifetime(Duration::MAX)
        .idle_timeout(Duration::MAX)
        .timeout(Duration::MAX)
        .connect()
        .await
        .unwrap();
    assert_eq!(one::<i32>(&db, "SELECT 1").await, 1);
    db.begin().await.unwrap().commit().await.unwrap();
    let lazy = builder(&unique("ever")).acquire_timeout(Duration::MAX).connect_lazy().unwrap();
    assert_eq!(one::<i32>(&lazy, "SELECT 1").await, 1);
    db.close().await;
}

#[tokio::test]
async fn connecting_waits_for_a_server_that_is_not_up_yet() {
    let (port, _task) = late().await;
    let at = format!("host=127.0.0.1 port={port} sslmode=disable");
    let builder = || Database::builder().url(&url()).url(&at);
    let error = builder().connect().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    let db = builder().connect_retry(Duration::from_secs(30)).connect().await.unwrap();
    assert_eq!(one::<i32>(&db, "SELECT 1").await, 1);
}

#[tokio::test]
async fn connecting_does_not_wait_for_a_server_that_refuses_for_good() {
    let port = refusing("28P01").await;
    let at = format!("postgres://ann:hunter2@127.0.0.1:{port}/app?require_auth=password");
    let connecting = Database::builder().url(&at).connect_retry(Duration::from_secs(600)).connect();
    let error = tokio::time::timeout(Duration::from_secs(60), connecting).await.expect("it does not wait").unwrap_err();
    assert_eq!(error.sql_state(), Some("28P01"));
}

#[tokio::test]
async fn who_waits_while_an_attempt_is_given_up_gets_the_next_one() {
    let (port, hole) = silent().await;
    let at = format!("host=127.0.0.1 port={port} sslmode=disable");
    let db = Database::builder()
        .url(&url())
        .url(&at)
        .max_connections(1)
        .connect_timeout(Duration::from_millis(300))
        .acquire_timeout(Duration::from_secs(1))
        .connect_lazy()
        .unwrap();
    // The first asks for a connection; its attempt ends when its own time does, and the second still waits then.
    let first = tokio::spawn({
        let db = db.clone();
        async move { db.execute(&raw("SELECT 1")).await.unwrap_err() }
    });
    tokio::time::sleep(Duration::from_millis(600)).await;
    let second = tokio::spawn(async move { db.execute(&raw("SELECT 1")).await });
    assert_eq!(first.await.unwrap().kind(), ErrorKind::Connect);
    hole.abort();
    let _ = hole.await;
    loop {
        match TcpListener::bind(("127.0.0.1", port)).await {
            Ok(it) => break proxy(it),
            Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    }
    assert_eq!(second.await.unwrap().unwrap(), 1);
}

//! Connections that break on the way to the server, and errors for those that cannot be opened.

use std::time::Duration;

use orm_pg::{Database, ErrorKind, Executor};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::server::{builder, chain, dial, one, raw, server, unique, url};

/// Passes everything on to the server, and from the second kilobyte of a client on reads no more for `pause`.
async fn stops_reading(pause: Duration) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(tokio::spawn(async move {
        loop {
            let (client, _) = listener.accept().await.unwrap();
            drop(tokio::spawn(async move {
                let (mut server_reads, mut server_writes) = tokio::io::split(dial().await);
                let (mut client_reads, mut client_writes) = client.into_split();
                drop(tokio::spawn(async move { tokio::io::copy(&mut server_reads, &mut client_writes).await }));
                let (mut buffer, mut read, mut paused) = (vec![0; 4096], 0, false);
                while let Ok(count @ 1..) = client_reads.read(&mut buffer).await {
                    read += count;
                    if read > 8192 && !std::mem::replace(&mut paused, true) {
                        tokio::time::sleep(pause).await;
                    }
                    if server_writes.write_all(&buffer[..count]).await.is_err() {
                        return;
                    }
                }
            }));
        }
    }));
    port
}

/// A bind that is larger than all buffers on the way, so that it stays unacknowledged while nobody reads.
async fn send_much(port: u16, options: &str) -> Result<i32, orm_pg::Error> {
    let db =
        Database::builder().url(&url()).url(&format!("host=127.0.0.1 port={port} {options}")).connect().await.unwrap();
    let text = "x".repeat(64 << 20);
    let length = crate::server::read("SELECT length($1)", vec![orm_core::value::Bind::new(text)]);
    let tx = db.begin().await.unwrap();
    let rows = crate::server::all::<i32>(&tx, length).await;
    rows.map(|it| it[0])
}

#[tokio::test]
async fn a_server_that_does_not_read_for_a_while_is_waited_for() {
    let port = stops_reading(Duration::from_secs(3)).await;
    assert_eq!(send_much(port, "").await.unwrap(), 64 << 20);
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn a_limit_of_the_socket_is_named_where_it_ends_a_connection() {
    let port = stops_reading(Duration::from_secs(600)).await;
    let error = send_much(port, "tcp_user_timeout=1000").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error:?}");
    let text = error.to_string();
    assert!(text.contains("for 1s, the limit of `tcp_user_timeout`"), "{text}");
    assert_eq!(chain(&error), text, "the cause is told once");
}

#[tokio::test]
async fn why_a_connection_cannot_be_opened_is_told_once() {
    let nobody = "postgres://u@127.0.0.1:1/app";
    let no_socket = "postgres:///app?host=/no/such/directory&user=u";
    let no_name = "postgres://u@no-such-host.invalid/app?sslmode=disable";
    for (url, cause) in [(nobody, "refused"), (no_socket, "No such file"), (no_name, "lookup")] {
        let eager = Database::connect(url).await.unwrap_err();
        let lazy = Database::builder().url(url).acquire_timeout(Duration::from_millis(300)).connect_lazy().unwrap();
        let lazy = lazy.execute(&raw("SELECT 1")).await.unwrap_err();
        for error in [eager, lazy] {
            let text = error.to_string();
            assert_eq!(error.kind(), ErrorKind::Connect, "{text}");
            assert_eq!(text.matches(cause).count(), 1, "{text}");
            assert_eq!(chain(&error), text);
            assert_eq!(format!("{error:?}").matches(cause).count(), 1, "{error:?}");
        }
    }
}

#[tokio::test]
async fn that_the_server_is_full_is_told_by_who_waits_for_a_connection() {
    let (role, admin) = (unique("few"), server().await);
    for text in [
        format!("CREATE ROLE {role} LOGIN PASSWORD 'few' CONNECTION LIMIT 1"),
        format!("GRANT pg_read_all_data TO {role}"),
    ] {
        admin.execute(&raw(&text)).await.unwrap();
    }
    let db = builder(&unique("few")).user(&role).password("few").max_connections(2);
    let db = db.acquire_timeout(Duration::from_millis(500)).connect().await.unwrap();
    let held = db.connection().await.unwrap();
    let error = db.execute(&raw("SELECT 1")).await.unwrap_err();
    let text = error.to_string();
    assert_eq!(error.kind(), ErrorKind::PoolTimeout, "{text}");
    assert!(text.contains("too many connections (53300)"), "{text}");
    assert_eq!(chain(&error).matches("53300").count(), 1, "{}", chain(&error));
    let behind = error.cause().and_then(|it| it.downcast_ref::<orm_pg::Error>()).unwrap();
    assert_eq!(behind.sql_state(), Some("53300"));
    drop(held);
    assert_eq!(one::<i32>(&db, "SELECT 1").await, 1);
    drop(db);
    crate::server::eventually(|| async { admin.execute(&raw(&format!("DROP ROLE {role}"))).await.is_ok() }).await;
}

//! When connections are encrypted, and what happens when they cannot be.

use orm_pg::{ErrorKind, SslMode, SslNegotiation, prelude::*};

use crate::{
    authentication::is_encrypted,
    proxy::{Answer, Proxy, REQUEST},
    server::{exclusive, shared},
    trust::refused,
};

#[tokio::test]
async fn loopback_and_sockets_are_in_the_clear_unless_tls_is_asked_for() {
    let (server, _guard) = shared().await;
    let plain = server.at("localhost", "scram", "").connect().await.unwrap();
    assert!(!is_encrypted(&plain).await);
    let encrypted = server.trusting("scram", "").connect().await.unwrap();
    assert!(is_encrypted(&encrypted).await);
    let socket = format!("host={} port={} user=postgres dbname=postgres", server.dir.display(), server.port);
    let socket = Database::builder().url(&socket).ssl_mode(SslMode::VerifyFull).connect().await.unwrap();
    let ssl = sql!("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").one::<bool>(&socket).await.unwrap();
    assert!(!ssl);
}

#[tokio::test]
async fn prefer_and_allow_try_the_other_way_where_the_server_refuses_one() {
    let (server, _guard) = shared().await;
    for (role, mode, encrypted) in [
        ("scram", SslMode::Prefer, true),
        ("plain", SslMode::Prefer, false),
        ("scram", SslMode::Allow, false),
        ("encrypted", SslMode::Allow, true),
        ("scram", SslMode::Disable, false),
        ("scram", SslMode::Require, true),
    ] {
        let db = server.at("localhost", role, "").ssl_mode(mode).connect().await.unwrap();
        assert_eq!(is_encrypted(&db).await, encrypted, "{role} {mode:?}");
    }
    for (role, mode) in [("encrypted", SslMode::Disable), ("plain", SslMode::Require)] {
        let error = server.at("localhost", role, "").ssl_mode(mode).connect().await.unwrap_err();
        assert_eq!(error.sql_state(), Some("28000"), "{role} {mode:?}");
    }
}

#[tokio::test]
async fn a_wrong_password_is_not_tried_in_the_clear() {
    let (server, _guard) = shared().await;
    let proxy = Proxy::before(server, Answer::Servers).await;
    let builder = server.at("localhost", "scram", "").port(proxy.port).password("wrong").ssl_mode(SslMode::Prefer);
    assert_eq!(builder.connect().await.unwrap_err().sql_state(), Some("28P01"));
    assert_eq!(proxy.sent().len(), 1);
}

#[tokio::test]
async fn a_server_without_tls_is_refused_at_once() {
    let (server, _guard) = exclusive().await;
    server.ssl(false).await;
    for mode in [SslMode::Require, SslMode::VerifyCa, SslMode::VerifyFull] {
        let error = server.trusting("scram", "").ssl_mode(mode).connect().await.unwrap_err();
        refused(&error, "the server does not offer TLS, or something between has removed its offer");
    }
    let db = server.at("localhost", "scram", "").ssl_mode(SslMode::Prefer).connect().await.unwrap();
    assert!(!is_encrypted(&db).await);
}

#[tokio::test]
async fn a_proxy_that_strips_tls_gets_nothing() {
    let (server, _guard) = shared().await;
    for mode in [None, Some(SslMode::Require), Some(SslMode::VerifyFull)] {
        let proxy = Proxy::before(server, Answer::Own(b'N')).await;
        let builder = server.trusting("scram", "").port(proxy.port);
        let builder = mode.into_iter().fold(builder, |it, mode| it.ssl_mode(mode));
        // The pool would go on to try for as long as a statement waits.
        let db = builder.connect_lazy().unwrap();
        let error = sql!("SELECT 1").one::<i32>(&db).await.unwrap_err();
        refused(&error, "the server does not offer TLS, or something between has removed its offer");
        assert_eq!(proxy.sent(), [REQUEST]);
    }
}

#[tokio::test]
async fn prefer_lets_a_proxy_strip_tls_as_its_docs_say() {
    let (server, _guard) = shared().await;
    let proxy = Proxy::before(server, Answer::Own(b'N')).await;
    let builder = server.at("localhost", "scram", "").port(proxy.port).ssl_mode(SslMode::Prefer);
    assert!(!is_encrypted(&builder.connect().await.unwrap()).await);
}

#[tokio::test]
async fn what_is_no_postgres_is_told_apart() {
    let (server, _guard) = shared().await;
    let proxy = Proxy::before(server, Answer::Own(b'H')).await;
    let error = server.trusting("scram", "").port(proxy.port).connect().await.unwrap_err();
    refused(&error, "the server is not a PostgreSQL server");
    // An error of the server before TLS could come from anybody, so its text is not shown.
    let proxy = Proxy::before(server, Answer::Own(b'E')).await;
    let error = server.trusting("scram", "").port(proxy.port).connect().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.is_retryable());
    assert!(error.to_string().contains(": the server did not say whether it supports TLS: "), "{error}");
}

#[tokio::test]
async fn tls_can_begin_at_once_from_postgresql_17_on() {
    let (server, _guard) = shared().await;
    let version = {
        let db = server.trusting("scram", "").connect().await.unwrap();
        sql!("SELECT current_setting('server_version_num')::integer").one::<i32>(&db).await.unwrap()
    };
    let proxy = Proxy::before(server, Answer::Servers).await;
    let builder = server.trusting("scram", "").port(proxy.port).ssl_negotiation(SslNegotiation::Direct);
    match builder.connect().await {
        Ok(db) => assert!(version >= 170_000 && is_encrypted(&db).await),
        Err(error) => {
            assert!(version < 170_000, "{error:?}");
            refused(
                &error,
                "the server closed a connection that started with TLS: `sslnegotiation=direct` needs PostgreSQL 17",
            );
        }
    }
    // The first byte is that of a TLS handshake.
    assert_eq!(proxy.sent()[0][0], 0x16);
}

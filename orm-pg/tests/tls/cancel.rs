//! Cancelling over TLS.

use std::{future::Future, pin::pin, task::Poll, time::Duration};

use orm_pg::prelude::*;

use crate::{
    proxy::{Answer, Proxy, REQUEST},
    server::shared,
};

/// Sends a statement, and gives up on it before its answer is there.
pub(crate) async fn give_up(statement: impl Future) {
    let mut statement = pin!(statement);
    let looked = std::future::poll_fn(|cx| Poll::Ready(statement.as_mut().poll(cx).is_ready()));
    assert!(!looked.await);
    let later = tokio::time::timeout(Duration::from_millis(300), statement).await;
    assert!(later.is_err());
}

#[tokio::test]
async fn a_statement_is_cancelled_over_tls_as_well() {
    let (server, _guard) = shared().await;
    let proxy = Proxy::before(server, Answer::Servers).await;
    let db = server.trusting("encrypted", "").port(proxy.port).max_connections(1).connect().await.unwrap();
    let pid = sql!("SELECT pg_backend_pid()").one::<i32>(&db).await.unwrap();
    give_up(sql!("SELECT pg_sleep(600)::text").one::<String>(&db)).await;
    // The only connection is free again, and still the same.
    assert_eq!(sql!("SELECT pg_backend_pid()").one::<i32>(&db).await.unwrap(), pid);
    let sent = proxy.sent();
    assert_eq!(sent.len(), 2, "the connection, and the request to cancel");
    for sent in sent {
        assert_eq!(&sent[..8], REQUEST);
        assert_eq!(sent[8], 0x16, "a TLS handshake follows");
    }
}

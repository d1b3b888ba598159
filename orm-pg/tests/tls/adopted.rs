//! An application's own pool and client, over TLS.

use std::{
    future::Future,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bb8_postgres::PostgresConnectionManager;
use orm_pg::{adopt, prelude::*};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::{
    Config, Socket,
    config::SslMode,
    tls::{ChannelBinding, MakeTlsConnect, TlsConnect},
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    },
};

use crate::{
    cancel::give_up,
    certificates::authorities,
    proxy::{Answer, Proxy},
    server::{Server, shared},
};

/// The connector of an application.
#[derive(Clone)]
struct Theirs(TlsConnector);

impl Theirs {
    fn new() -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(authorities().sha256.pem().as_bytes()).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap();
        Self(TlsConnector::from(Arc::new(config.with_root_certificates(roots).with_no_client_auth())))
    }
}

struct Encrypted(TlsStream<Socket>);

impl MakeTlsConnect<Socket> for Theirs {
    type Stream = Encrypted;
    type TlsConnect = Self;
    type Error = io::Error;

    fn make_tls_connect(&mut self, _: &str) -> io::Result<Self> {
        Ok(self.clone())
    }
}

impl TlsConnect<Socket> for Theirs {
    type Stream = Encrypted;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Encrypted>> + Send>>;

    fn connect(self, stream: Socket) -> Self::Future {
        let name = ServerName::try_from("localhost").unwrap();
        Box::pin(async move { self.0.connect(name, stream).await.map(Encrypted) })
    }
}

impl tokio_postgres::tls::TlsStream for Encrypted {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for Encrypted {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Encrypted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

type Pool = bb8::Pool<PostgresConnectionManager<Theirs>>;

fn config(port: u16) -> Config {
    let mut config = Config::new();
    config.host("localhost").port(port).user("encrypted").password("hunter2").dbname("postgres");
    config.ssl_mode(SslMode::Require);
    config
}

async fn pool(port: u16) -> Pool {
    let manager = PostgresConnectionManager::new(config(port), Theirs::new());
    let pool = Pool::builder().max_size(1).test_on_check_out(false).connection_timeout(Duration::from_secs(10));
    pool.build(manager).await.unwrap()
}

async fn pid(db: &impl Executor) -> i32 {
    sql!("SELECT pg_backend_pid()").one(db).await.unwrap()
}

/// How many statements other than this one run on the server as `encrypted`.
async fn running(server: &Server) -> i64 {
    let db = server.trusting("encrypted", "").connect().await.unwrap();
    let sleeping = sql!(
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%adopted_nap%' \
                         AND pid <> pg_backend_pid()"
    );
    sleeping.one(&db).await.unwrap()
}

#[tokio::test]
async fn a_pool_with_tls_keeps_its_statements_and_cancels_over_tls() {
    let (server, _guard) = shared().await;
    let proxy = Proxy::before(server, Answer::Servers).await;
    let pool = pool(proxy.port).await;
    let db = Database::from_pool_with_tls(pool.clone(), Theirs::new());
    let encrypted = sql!("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
    assert!(encrypted.one::<bool>(&db).await.unwrap());
    let first = pid(&db).await;
    for _ in 0..3 {
        assert_eq!(pid(&db).await, first);
    }
    let prepared = sql!("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%pg_backend_pid()'");
    assert_eq!(prepared.one::<i64>(&db).await.unwrap(), 2, "that of `pid` and that of `encrypted`");
    give_up(sql!("SELECT 'adopted_nap', pg_sleep(600)::text").one::<(String, String)>(&db)).await;
    assert_ne!(pid(&db).await, first);
    let mut tries = 0;
    while running(server).await > 0 {
        tries += 1;
        assert!(tries < 200, "the statement goes on");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for sent in proxy.sent() {
        assert_eq!(sent[8], 0x16, "a TLS handshake");
    }
}

#[tokio::test]
async fn a_transaction_with_tls_is_adopted() {
    let (server, _guard) = shared().await;
    let (mut client, connection) = config(server.port).connect(Theirs::new()).await.unwrap();
    let serving = tokio::spawn(connection);
    let tx = client.transaction().await.unwrap();
    assert!(sql!("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").one::<bool>(&adopt(&tx)).await.unwrap());
    tx.commit().await.unwrap();
    drop(client);
    serving.await.unwrap().unwrap();
}

//! TLS from the first byte on. Servers before PostgreSQL 17 do not support that, so a front end terminates it for them.

use std::sync::Arc;

use orm_pg::{SslNegotiation, prelude::*};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};

use crate::{
    certificates::authorities,
    server::{Server, shared},
    trust::refused,
};

/// Ends TLS and passes on what is in it; knows one protocol, if any.
async fn front(server: &Server, protocol: Option<&str>) -> u16 {
    let pair = authorities().sha256.sign("front", &["localhost"]);
    let chain = CertificateDer::pem_slice_iter(pair.certificate.as_bytes()).map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_slice(pair.key.as_bytes()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let mut config = config
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    config.alpn_protocols = protocol.iter().map(|it| it.as_bytes().to_vec()).collect();
    let (acceptor, behind) = (TlsAcceptor::from(Arc::new(config)), server.port);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let mut client = acceptor.accept(socket).await?;
                let mut server = TcpStream::connect(("127.0.0.1", behind)).await?;
                tokio::io::copy_bidirectional(&mut client, &mut server).await
            });
        }
    });
    port
}

#[tokio::test]
async fn tls_begins_at_once_where_the_other_side_speaks_postgresql_in_it() {
    let (server, _guard) = shared().await;
    let at = |port| server.trusting("plain", "").port(port).ssl_negotiation(SslNegotiation::Direct);
    let db = at(front(server, Some("postgresql")).await).connect().await.unwrap();
    assert_eq!(sql!("SELECT 1").one::<i32>(&db).await.unwrap(), 1);

    let text = "the server does not speak PostgreSQL's protocol over TLS";
    refused(&at(front(server, None).await).connect().await.unwrap_err(), text);
    // By the standard, who knows other protocols only must not go on.
    let error = at(front(server, Some("http/1.1")).await).connect().await.unwrap_err();
    refused(&error, "the server ended the TLS handshake (NoApplicationProtocol)");
}

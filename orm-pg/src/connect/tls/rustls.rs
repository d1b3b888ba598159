//! TLS by rustls: the request to the server, the handshake, and the stream.

use std::{io, sync::Arc};

use orm_core::error::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig,
        crypto::{CryptoProvider, ring},
        pki_types::ServerName,
    },
};

use super::{SslMode, SslNegotiation, TlsFailure, TlsOptions, failure, identity, trust};
use crate::connect::wire::Wire;

/// The name of PostgreSQL's protocol in a TLS handshake (ALPN).
const PROTOCOL: &[u8] = b"postgresql";

/// `SSLRequest`: its length, and a number that no protocol version uses.
const REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// The configuration that all connections share: certificates, already read.
pub(crate) type Shared = Arc<ClientConfig>;

/// Makes TLS connections to one server.
#[derive(Clone)]
pub(crate) struct Connector {
    config: Shared,
    direct: bool,
    /// The name that the certificate must be for.
    name: ServerName<'static>,
}

impl Connector {
    /// Reads the certificates, once for all connections to all hosts.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](orm_core::error::ErrorKind::Config) when one cannot be read or used.
    pub(crate) fn config(options: &TlsOptions, mode: SslMode) -> Result<Shared> {
        let provider = Arc::new(provider());
        let verifier = trust::verifier(mode, options.roots.as_ref(), &provider)?;
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|cause| identity::config("the TLS library offers no protocol version").with_source(cause))?
            .dangerous()
            .with_custom_certificate_verifier(verifier);
        let mut config = match identity::read(options.certificate.as_ref(), options.key.as_ref())? {
            None => builder.with_no_client_auth(),
            Some((chain, key)) => builder.with_client_auth_cert(chain, key).map_err(identity::unusable)?,
        };
        config.alpn_protocols = vec![PROTOCOL.to_vec()];
        Ok(Arc::new(config))
    }

    /// Returns a connector to `host`.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](orm_core::error::ErrorKind::Config) when `host` is not a name that a certificate can have.
    pub(crate) fn new(config: Shared, options: &TlsOptions, host: &str) -> Result<Self> {
        let name = ServerName::try_from(host.to_owned()).map_err(|cause| {
            let text = format!("`{host}` is not a host name that a certificate can have");
            identity::config(text).with_source(cause)
        })?;
        Ok(Self { config, direct: options.negotiation == SslNegotiation::Direct, name })
    }

    /// Encrypts `wire`, a socket on which nothing has been sent yet.
    pub(crate) async fn encrypt(&self, mut wire: Wire) -> Result<Wire, TlsFailure> {
        if !self.direct {
            ask(&mut wire).await?;
        }
        let connector = TlsConnector::from(Arc::clone(&self.config));
        let handshake = Box::pin(connector.connect(self.name.clone(), wire));
        let stream = handshake.await.map_err(|error| failure::handshake(error, self.direct))?;
        if self.direct && stream.get_ref().1.alpn_protocol() != Some(PROTOCOL) {
            return Err(failure::other_protocol());
        }
        Ok(Wire::Tls(Box::new(stream)))
    }
}

/// Asks whether the server supports TLS. Only the one byte of the answer is read: what follows belongs to the
/// handshake.
async fn ask(wire: &mut Wire) -> Result<(), TlsFailure> {
    let mut answer = [0];
    let asked = async {
        wire.write_all(&REQUEST).await?;
        wire.flush().await?;
        wire.read_exact(&mut answer).await
    };
    asked.await.map_err(failure::unanswered)?;
    match answer {
        [b'S'] => Ok(()),
        [b'N'] => Err(failure::not_offered()),
        [b'E'] => Err(failure::unanswered(io::Error::other("the server answered with an error"))),
        _ => Err(failure::no_postgres()),
    }
}

/// The ciphers of `ring`, whatever default other libraries of the program have installed.
fn provider() -> CryptoProvider {
    ring::default_provider()
}

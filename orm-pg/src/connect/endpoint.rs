//! [`Endpoint`]: one address of a server, and whether to use TLS. It is all that a second connection to the same server
//! needs.

use std::{fmt, io};

use crate::connect::{
    config::Target,
    tls::{Connector, Link, TlsFailure},
    wire::{ResolvedAddress, SocketCloser, TcpOptions, Wire},
};

/// The server's end of a connection.
#[derive(Clone)]
pub(crate) struct Endpoint {
    address: ResolvedAddress,
    tcp: TcpOptions,
    connector: Option<Connector>,
}

/// Why a server could not be reached.
#[derive(Debug)]
pub(crate) enum DialError {
    Socket(io::Error),
    #[cfg_attr(not(feature = "tls-rustls"), expect(dead_code, reason = "no TLS is built in"))]
    Tls(TlsFailure),
}

impl Endpoint {
    pub(crate) fn new(target: &Target, address: ResolvedAddress, link: Link) -> Self {
        let connector = target.connector.clone().filter(|_| link == Link::Tls);
        Self { address, tcp: target.tcp.clone(), connector }
    }

    /// Opens a connection, encrypted if need be.
    pub(crate) async fn open(&self) -> Result<(Wire, SocketCloser), DialError> {
        let (wire, closer) = Wire::open(&self.address, &self.tcp).await.map_err(DialError::Socket)?;
        match &self.connector {
            None => Ok((wire, closer)),
            #[cfg(feature = "tls-rustls")]
            Some(connector) => Ok((connector.encrypt(wire).await.map_err(DialError::Tls)?, closer)),
            #[cfg(not(feature = "tls-rustls"))]
            Some(connector) => match *connector {},
        }
    }

    /// Whether connections are encrypted.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.connector.is_some()
    }
}

impl fmt::Display for DialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Socket(_) => f.write_str("the server cannot be reached"),
            Self::Tls(failure) => f.write_str(&failure.text),
        }
    }
}

impl std::error::Error for DialError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Socket(error) => Some(error),
            Self::Tls(failure) => failure.cause.as_ref().map(|it| it as _),
        }
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peer").field("place", &self.address).field("encrypted", &self.is_encrypted()).finish()
    }
}

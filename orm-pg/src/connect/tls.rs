//! Whether and how connections are encrypted. What the modes mean is libpq's; only the default is ours.

use std::{fmt, path::PathBuf, sync::Arc};

#[cfg(feature = "tls-rustls")]
pub(crate) mod binding;
#[cfg(not(feature = "tls-rustls"))]
mod built_out;
#[cfg(feature = "tls-rustls")]
mod failure;
#[cfg(feature = "tls-rustls")]
mod identity;
#[cfg(feature = "tls-rustls")]
pub(crate) mod rustls;
#[cfg(feature = "tls-rustls")]
mod trust;

/// How far a connection is encrypted, and the server's certificate checked: libpq's `sslmode`.
///
/// Without one, a server on another machine needs [`VerifyFull`](Self::VerifyFull), and one on this machine (a Unix
/// socket, a loopback address) is talked to in the clear. Unix sockets are never encrypted, whatever the mode.
///
/// | mode | against eavesdroppers | against a false server |
/// |---|---|---|
/// | `Disable`, `Allow`, `Prefer` | no | no |
/// | `Require` | yes | no: whoever is on the way can be the server |
/// | `VerifyCa` | yes | only if the authority signs for nobody else |
/// | `VerifyFull` | yes | yes |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SslMode {
    /// Nothing is encrypted.
    Disable,
    /// Nothing is encrypted unless the server insists. Protects from nothing.
    Allow,
    /// Encrypts if the server offers it, and goes on in the clear otherwise: whoever is on the way can switch it off.
    Prefer,
    /// Encrypts, and takes any certificate. With a root certificate given it checks as [`VerifyCa`](Self::VerifyCa).
    Require,
    /// Encrypts, and wants a certificate of a trusted authority, for whatever host.
    VerifyCa,
    /// Encrypts, and wants a certificate of a trusted authority for the host that was named.
    VerifyFull,
}

impl SslMode {
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "disable" => Self::Disable,
            "allow" => Self::Allow,
            "prefer" => Self::Prefer,
            "require" => Self::Require,
            "verify-ca" => Self::VerifyCa,
            "verify-full" => Self::VerifyFull,
            _ => return None,
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Allow => "allow",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        }
    }

    /// The links to try, in this order.
    pub(crate) fn links(self) -> &'static [Link] {
        match self {
            Self::Disable => &[Link::Plain],
            Self::Allow => &[Link::Plain, Link::Tls],
            Self::Prefer => &[Link::Tls, Link::Plain],
            Self::Require | Self::VerifyCa | Self::VerifyFull => &[Link::Tls],
        }
    }
}

/// Whether a password is bound to the TLS connection that it is proven on, so that nobody can pass the proof on: libpq's
/// `channel_binding`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ChannelBinding {
    /// Never.
    Disable,
    /// If both sides can.
    #[default]
    Prefer,
    /// Or else the connection fails: the server must know the password, and end the TLS connection itself.
    Require,
}

/// Who begins to speak TLS: libpq's `sslnegotiation`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum SslNegotiation {
    /// The server is asked first, which costs a round trip.
    #[default]
    Postgres,
    /// TLS begins at once. Servers know it from PostgreSQL 17 on.
    Direct,
}

/// One way to talk to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Link {
    Plain,
    Tls,
}

/// Certificates or a key, in PEM.
#[derive(Clone)]
#[cfg_attr(not(feature = "tls-rustls"), expect(dead_code, reason = "nothing reads it"))]
pub(crate) enum Pem {
    File(PathBuf),
    Bytes(Arc<[u8]>),
}

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.fmt(f),
            Self::Bytes(_) => f.write_str("…"),
        }
    }
}

/// Whose signature on a server's certificate is good.
#[derive(Debug, Clone)]
#[cfg_attr(not(feature = "tls-rustls"), expect(dead_code, reason = "nothing reads it"))]
pub(crate) enum Roots {
    /// The authorities that this machine trusts.
    System,
    /// These alone.
    Given(Pem),
}

/// What the user said of TLS.
#[derive(Debug, Clone, Default)]
pub(crate) struct TlsOptions {
    pub(crate) mode: Option<SslMode>,
    pub(crate) roots: Option<Roots>,
    pub(crate) certificate: Option<Pem>,
    pub(crate) key: Option<Pem>,
    pub(crate) negotiation: SslNegotiation,
    pub(crate) channel_binding: ChannelBinding,
}

impl TlsOptions {
    /// Whether anything was said that makes no sense without TLS.
    pub(crate) fn wants_tls(&self) -> bool {
        self.roots.is_some()
            || self.certificate.is_some()
            || self.key.is_some()
            || self.negotiation == SslNegotiation::Direct
            || self.channel_binding == ChannelBinding::Require
    }
}

#[cfg(not(feature = "tls-rustls"))]
pub(crate) use self::built_out::Connector;
#[cfg(feature = "tls-rustls")]
pub(crate) use self::rustls::Connector;
#[cfg(feature = "tls-rustls")]
pub(crate) use failure::late as late_failure;

/// Why a TLS connection could not be made.
#[derive(Debug)]
pub(crate) struct TlsFailure {
    pub(crate) text: String,
    pub(crate) cause: Option<std::io::Error>,
    /// Whether no further attempt can mend it.
    pub(crate) for_good: bool,
    /// Whether the server answered that it has no TLS.
    pub(crate) not_offered: bool,
}

//! Whether and how connections are encrypted. The modes have libpq's meaning; only the default differs.

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

/// Whether a connection is encrypted, and how the server's certificate is checked: libpq's `sslmode`.
///
/// The default is [`VerifyFull`](Self::VerifyFull) for a server on another machine, and no encryption for one on this
/// machine (a Unix socket, a loopback address). Unix sockets are never encrypted, whatever the mode.
///
/// | mode | against eavesdroppers | against a false server |
/// |---|---|---|
/// | `Disable`, `Allow`, `Prefer` | no | no |
/// | `Require` | yes | no: anyone in the middle can pose as the server |
/// | `VerifyCa` | yes | only if the authority signs for nobody else |
/// | `VerifyFull` | yes | yes |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SslMode {
    /// No encryption.
    Disable,
    /// No encryption unless the server insists. Protects from nothing.
    Allow,
    /// Encrypts if the server offers it, and continues in plain text otherwise: anyone in the middle can switch
    /// encryption off.
    Prefer,
    /// Encrypts, and accepts any certificate. If a root certificate is set, it is checked as with
    /// [`VerifyCa`](Self::VerifyCa).
    Require,
    /// Encrypts, and requires a certificate from a trusted authority, for any host name.
    VerifyCa,
    /// Encrypts, and requires a certificate from a trusted authority for the host name that was given.
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

    /// The kinds of connection to try, in order.
    pub(crate) fn links(self) -> &'static [Link] {
        match self {
            Self::Disable => &[Link::Plain],
            Self::Allow => &[Link::Plain, Link::Tls],
            Self::Prefer => &[Link::Tls, Link::Plain],
            Self::Require | Self::VerifyCa | Self::VerifyFull => &[Link::Tls],
        }
    }
}

/// Whether SCRAM authentication is bound to the TLS connection, so that it cannot be relayed: libpq's
/// `channel_binding`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ChannelBinding {
    /// Never.
    Disable,
    /// If both sides support it.
    #[default]
    Prefer,
    /// The connection fails without it: the server must know the password and terminate TLS itself.
    Require,
}

/// How TLS is started: libpq's `sslnegotiation`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum SslNegotiation {
    /// The server is asked first, which costs one round trip.
    #[default]
    Postgres,
    /// TLS starts at once. Needs PostgreSQL 17.
    Direct,
}

/// Whether one connection is encrypted.
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

/// Which authorities may have signed a server's certificate.
#[derive(Debug, Clone)]
#[cfg_attr(not(feature = "tls-rustls"), expect(dead_code, reason = "nothing reads it"))]
pub(crate) enum Roots {
    /// Those that this machine trusts.
    System,
    /// Only these.
    Given(Pem),
}

/// The TLS options of a connection.
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
    /// Whether an option is set that makes no sense without TLS.
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
    /// Whether another attempt would fail too.
    pub(crate) for_good: bool,
    /// Whether the server answered that it does not support TLS.
    pub(crate) not_offered: bool,
}

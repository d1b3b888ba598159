//! Which authentication methods a server may ask for: `require_auth`.
//!
//! The driver answers any authentication request, so each request is checked before the driver sees it.

use std::{
    fmt, io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsStream};

/// A set of authentication methods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Methods(u8);

impl Methods {
    /// The password itself.
    pub(crate) const PASSWORD: Self = Self(1);
    /// An MD5 hash of the password.
    pub(crate) const MD5: Self = Self(2);
    /// SCRAM-SHA-256, with and without channel binding.
    pub(crate) const SCRAM: Self = Self(4);
    /// No request at all: `trust`, `peer`, a client certificate.
    pub(crate) const NONE: Self = Self(8);
    /// GSSAPI, SSPI and other methods that the driver does not support.
    pub(crate) const FOREIGN: Self = Self(16);

    const ALL: Self = Self(15);

    /// Parses libpq's list: `scram-sha-256,none`, or `!password,!md5` for all others.
    pub(crate) fn from_list(list: &str) -> Option<Self> {
        let (mut named, mut negated) = (0, None);
        for word in list.split(',').map(str::trim) {
            let (no, word) = word.strip_prefix('!').map_or((false, word), |it| (true, it));
            if *negated.get_or_insert(no) != no {
                return None;
            }
            named |= match word {
                "password" => Self::PASSWORD.0,
                "md5" => Self::MD5.0,
                "scram-sha-256" => Self::SCRAM.0,
                "none" => Self::NONE.0,
                "gss" | "sspi" | "oauth" if no => Self::FOREIGN.0,
                _ => return None,
            };
        }
        let set = if negated? { Self::ALL.0 & !named } else { named };
        (set != 0).then_some(Self(set))
    }

    fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl Default for Methods {
    /// SCRAM proves that both sides know the password without revealing it, and `none` reveals nothing.
    fn default() -> Self {
        Self(Self::SCRAM.0 | Self::NONE.0)
    }
}

/// An authentication request that was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refused(Methods);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Methods::PASSWORD => {
                "the server asks for the password itself, which is only sent with `require_auth=password`"
            }
            Methods::MD5 => {
                "the server asks for an MD5 hash of the password, which is only sent with `require_auth=md5`; it is \
                 safer to have the server store passwords as scram-sha-256"
            }
            Methods::SCRAM => "the server asks for SCRAM, which `require_auth` excludes",
            Methods::NONE => "the server asks for no authentication, which `require_auth` excludes",
            _ => "the server asks for an authentication method that is not supported, such as GSSAPI",
        })
    }
}

impl std::error::Error for Refused {}

impl Refused {
    /// Finds the refusal among the sources of an error of the driver.
    pub(crate) fn find(error: &(dyn std::error::Error + 'static)) -> Option<Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            // `io::Error::source` skips the error that it wraps.
            let held = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
            if let Some(found) = held.and_then(|it| it.downcast_ref::<Self>()) {
                return Some(*found);
            }
            next = error.source();
        }
        None
    }
}

/// A stream whose messages are checked until the server says that authentication is complete.
pub(crate) struct Watched<S> {
    stream: S,
    watch: Option<Watch>,
}

impl<S> Watched<S> {
    /// Refuses all requests of `stream` but those in `allowed`.
    pub(crate) fn new(stream: S, allowed: Methods) -> Self {
        Self { stream, watch: Some(Watch { allowed, head: [0; HEAD], have: 0, skip: 0, asked: false }) }
    }
}

/// A message's type and length, and the kind of the request.
const HEAD: usize = 9;

struct Watch {
    allowed: Methods,
    head: [u8; HEAD],
    have: usize,
    /// How many bytes of the message remain that are not checked.
    skip: usize,
    asked: bool,
}

/// Whether authentication is still going on.
type Over = bool;

impl Watch {
    fn look(&mut self, mut bytes: &[u8]) -> Result<Over, Refused> {
        loop {
            let skipped = self.skip.min(bytes.len());
            self.skip -= skipped;
            bytes = bytes.get(skipped..).unwrap_or_default();
            let Some((byte, rest)) = bytes.split_first() else { return Ok(false) };
            if let Some(place) = self.head.get_mut(self.have) {
                *place = *byte;
            }
            self.have += 1;
            bytes = rest;
            let [kind, l0, l1, l2, l3, code @ ..] = self.head;
            let length = u32::from_be_bytes([l0, l1, l2, l3]);
            let length = usize::try_from(length).unwrap_or(usize::MAX).saturating_sub(4);
            match (self.have, kind) {
                (0..5, _) => {}
                (5, b'R') if length >= 4 => {}
                (HEAD, b'R') => {
                    if self.question(u32::from_be_bytes(code))? {
                        return Ok(true);
                    }
                    (self.have, self.skip) = (0, length - 4);
                }
                (5, _) => (self.have, self.skip) = (0, length),
                _ => {}
            }
        }
    }

    fn question(&mut self, code: u32) -> Result<Over, Refused> {
        let method = match code {
            0 if self.asked => return Ok(true),
            0 => Methods::NONE,
            3 => Methods::PASSWORD,
            5 => Methods::MD5,
            // SASL, SASLContinue and SASLFinal.
            10 => Methods::SCRAM,
            11 | 12 => return Ok(false),
            _ => Methods::FOREIGN,
        };
        self.asked = true;
        if self.allowed.has(method) { Ok(method == Methods::NONE) } else { Err(Refused(method)) }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let Self { stream, watch } = &mut *self;
        let before = buf.filled().len();
        ready!(Pin::new(stream).poll_read(cx, buf))?;
        if let Some(it) = watch {
            match it.look(buf.filled().get(before..).unwrap_or_default()) {
                Ok(true) => *watch = None,
                Ok(false) => {}
                Err(refused) => return Poll::Ready(Err(io::Error::other(refused))),
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl<S: TlsStream + Unpin> TlsStream for Watched<S> {
    fn channel_binding(&self) -> ChannelBinding {
        self.stream.channel_binding()
    }
}

#[cfg(test)]
mod tests;

//! Identifies the connection of a client: the server process and its secret key, which both sides know since they
//! connected.
//!
//! The driver exposes them only in a request to cancel, so one is written into memory and parsed. Nothing is sent.

use std::{
    future::{Ready, ready},
    io,
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::FutureExt;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::{
    CancelToken,
    tls::{ChannelBinding, TlsConnect, TlsStream},
};

/// The process id and the secret key, as at the end of a request to cancel.
pub(super) type Identity = [u8; 8];

/// Returns the identity of the connection that `token` would cancel; `None` if the driver refuses to write the request.
pub(super) fn of(token: &CancelToken) -> Option<Identity> {
    let mut written = Vec::new();
    token.cancel_query_raw(Memory(&mut written), PassThrough).now_or_never()?.ok()?;
    written.last_chunk().copied()
}

/// Records what is written. Reading returns a server's consent to TLS, any number of times.
struct Memory<'a>(&'a mut Vec<u8>);

/// TLS that changes nothing.
struct PassThrough;

impl<'a> TlsConnect<Memory<'a>> for PassThrough {
    type Stream = Memory<'a>;
    type Error = io::Error;
    type Future = Ready<io::Result<Memory<'a>>>;

    fn connect(self, stream: Memory<'a>) -> Self::Future {
        ready(Ok(stream))
    }
}

impl TlsStream for Memory<'_> {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for Memory<'_> {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        buf.put_slice(b"S");
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Memory<'_> {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.0.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

//! Cancels the statement that runs on a connection which nobody else uses.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::{
    CancelToken,
    tls::{ChannelBinding, TlsStream},
};

use crate::connect::{
    endpoint::Endpoint,
    wire::{Established, Wire},
};

/// Asks the server to cancel the statement, over a second connection with the same encryption, and waits until the
/// server has acted.
///
/// The server closes the socket of the request after it has sent the signal. Without waiting for that, the request
/// could cancel the next statement of the connection.
///
/// # Errors
/// When the server cannot be reached.
pub(crate) async fn cancel(
    token: &CancelToken,
    endpoint: &Endpoint,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let (wire, _) = endpoint.open().await?;
    token.cancel_query_raw(UntilEof(wire), Established).await?;
    Ok(())
}

/// A stream whose shutdown completes when the server has closed it.
struct UntilEof(Wire);

impl AsyncRead for UntilEof {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for UntilEof {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut space = [0; 64];
        loop {
            let mut buf = ReadBuf::new(&mut space);
            match ready!(Pin::new(&mut self.0).poll_read(cx, &mut buf)) {
                Ok(()) if !buf.filled().is_empty() => {}
                // A reset also means that it is closed.
                Ok(()) | Err(_) => return Poll::Ready(Ok(())),
            }
        }
    }
}

impl TlsStream for UntilEof {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

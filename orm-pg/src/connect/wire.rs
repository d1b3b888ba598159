//! The stream to a server that is handed to the driver: a socket, encrypted or not.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    io,
    net::{Shutdown, SocketAddr},
    os::fd::{AsFd, OwnedFd},
    path::PathBuf,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use socket2::{SockRef, TcpKeepalive};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpStream, UnixStream},
};
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

#[cfg(feature = "tls-rustls")]
use tokio_rustls::client::TlsStream as Encrypted;

/// The address of a server, with its name resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ResolvedAddress {
    /// An address and a port.
    Tcp(SocketAddr),
    /// The path of a Unix socket.
    Unix(PathBuf),
}

/// The options of a TCP socket.
#[derive(Debug, Clone)]
pub(crate) struct TcpOptions {
    pub(crate) keepalive: bool,
    pub(crate) idle: Duration,
    pub(crate) interval: Option<Duration>,
    pub(crate) count: Option<u32>,
    pub(crate) user_timeout: Option<Duration>,
}

/// Closes a socket from any thread, even if the task that uses it is not being polled. It is a second handle of the
/// same socket.
pub(crate) struct SocketCloser(OwnedFd);

impl SocketCloser {
    /// Ends the connection in both directions. The server then ends its session.
    pub(crate) fn close(&self) {
        // The socket may be closed already.
        drop(SockRef::from(&self.0).shutdown(Shutdown::Both));
    }
}

/// A stream of bytes to and from the server.
pub(crate) enum Wire {
    /// With its `tcp_user_timeout`.
    Tcp(TcpStream, Option<Duration>),
    Unix(UnixStream),
    #[cfg(feature = "tls-rustls")]
    Tls(Box<Encrypted<Self>>),
}

impl Wire {
    /// Opens a socket, without encryption.
    pub(crate) async fn open(address: &ResolvedAddress, options: &TcpOptions) -> io::Result<(Self, SocketCloser)> {
        match address {
            ResolvedAddress::Tcp(address) => {
                let stream = TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                options.set(&stream)?;
                let closer = SocketCloser(stream.as_fd().try_clone_to_owned()?);
                Ok((Self::Tcp(stream, options.user_timeout), closer))
            }
            ResolvedAddress::Unix(path) => {
                let stream = UnixStream::connect(path).await?;
                let closer = SocketCloser(stream.as_fd().try_clone_to_owned()?);
                Ok((Self::Unix(stream), closer))
            }
        }
    }
}

impl TcpOptions {
    fn set(&self, stream: &TcpStream) -> io::Result<()> {
        let socket = SockRef::from(stream);
        #[cfg(target_os = "linux")]
        if self.user_timeout.is_some() {
            socket.set_tcp_user_timeout(self.user_timeout)?;
        }
        if self.keepalive {
            let mut keepalive = TcpKeepalive::new().with_time(self.idle);
            #[cfg(not(any(target_os = "openbsd", target_os = "haiku", target_os = "vita")))]
            {
                keepalive = self.interval.into_iter().fold(keepalive, TcpKeepalive::with_interval);
                keepalive = self.count.into_iter().fold(keepalive, TcpKeepalive::with_retries);
            }
            socket.set_tcp_keepalive(&keepalive)?;
        }
        Ok(())
    }
}

/// Evaluates `$call` for the stream, whichever kind it is.
macro_rules! each {
    ($wire:expr, $it:ident => $call:expr) => {
        match $wire.get_mut() {
            Wire::Tcp($it, limit) => name_limit($call, *limit),
            Wire::Unix($it) => $call,
            #[cfg(feature = "tls-rustls")]
            Wire::Tls($it) => $call,
        }
    };
}

/// Names `tcp_user_timeout` in the error of a connection that it ended.
fn name_limit<T>(polled: Poll<io::Result<T>>, limit: Option<Duration>) -> Poll<io::Result<T>> {
    polled.map_err(|error| match limit {
        Some(limit) if error.kind() == io::ErrorKind::TimedOut => {
            let text = format!(
                "the server acknowledged no data for {limit:?}, the limit of `tcp_user_timeout`; if it was only \
                 busy, raise the limit or remove it"
            );
            io::Error::new(io::ErrorKind::TimedOut, text)
        }
        _ => error,
    })
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        each!(self, it => Pin::new(it).poll_read(cx, buf))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        each!(self, it => Pin::new(it).poll_write(cx, buf))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self, it => Pin::new(it).poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self, it => Pin::new(it).poll_shutdown(cx))
    }
}

impl TlsStream for Wire {
    fn channel_binding(&self) -> ChannelBinding {
        match self {
            Self::Tcp(..) | Self::Unix(_) => ChannelBinding::none(),
            #[cfg(feature = "tls-rustls")]
            Self::Tls(it) => crate::connect::tls::binding::channel_binding(it),
        }
    }
}

/// Tells the driver to use a stream unchanged: TLS, if there is any, has been set up already.
pub(crate) struct Established;

impl<S: TlsStream + Unpin> TlsConnect<S> for Established {
    type Stream = S;
    type Error = Infallible;
    type Future = Ready<Result<S, Infallible>>;

    fn connect(self, stream: S) -> Self::Future {
        ready(Ok(stream))
    }
}

//! Host names: those that this program serves itself, and the system's for all others.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::dns::Name;
use tower_service::Service;

/// Hosts that need no look-up, with the port they are served on.
///
/// A folder is served on any free port, but its pages must have the same address in every run, or a crawl could not be
/// resumed. So the address has a host and no port, and this maps it to today's port.
#[derive(Debug, Clone, Default)]
pub struct Names(Arc<HashMap<String, SocketAddr>>);

impl FromIterator<(String, SocketAddr)> for Names {
    fn from_iter<I: IntoIterator<Item = (String, SocketAddr)>>(names: I) -> Self {
        Self(Arc::new(names.into_iter().collect()))
    }
}

impl Service<Name> for Names {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let known = self.0.get(name.as_str()).copied();
        Box::pin(async move {
            let addresses = match known {
                // If an address has no port, the connector uses this one.
                Some(address) => vec![address],
                None => tokio::net::lookup_host((name.as_str(), 0)).await?.collect(),
            };
            Ok(addresses.into_iter())
        })
    }
}

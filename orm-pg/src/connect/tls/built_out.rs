//! Stands in for TLS when the feature `tls-rustls` is off.

/// Makes TLS connections. No value of it can exist.
#[derive(Clone)]
pub(crate) enum Connector {}

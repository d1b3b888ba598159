//! TLS where the feature `tls-rustls` is off: there is none.

/// Makes TLS connections. No value of it can exist.
#[derive(Clone)]
pub(crate) enum Connector {}

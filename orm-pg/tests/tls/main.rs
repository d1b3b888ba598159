//! Connections that are encrypted, or should be: against a real server, with real certificates.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test may fail loudly")]

mod adopted;
mod authentication;
mod cancel;
mod certificates;
mod client;
mod direct;
mod mode;
mod proxy;
mod server;
mod trust;

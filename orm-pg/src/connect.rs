//! How one connection to a server is made: from options to an authenticated, perhaps encrypted stream that a task serves.

pub(crate) mod auth;
pub(crate) mod cancel;
pub(crate) mod config;
pub(crate) mod connect_failure;
pub(crate) mod driver;
pub(crate) mod endpoint;
pub(crate) mod notice;
pub(crate) mod runtime;
pub(crate) mod tls;
pub(crate) mod wire;

//! Makes one connection to a server: from options to an authenticated stream, encrypted if need be, which a task
//! serves.

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

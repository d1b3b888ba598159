//! [`DatabaseBuilder`]: how to reach a server, and the limits of the pool.
//!
//! Connection strings and the environment are parsed into the same settings that the builder's methods set. Nothing
//! here opens a connection.

mod builder;
mod env;
mod limit;
mod option;
mod passfile;
mod secret;
mod settings;
mod target;
mod tls;
mod url;

pub use self::builder::DatabaseBuilder;
#[cfg(feature = "testing")]
pub(crate) use self::url::parse as parse_url;
pub(crate) use self::{
    settings::{CacheLimits, OnNotice, Settings},
    target::{Address, Target},
};

#[cfg(test)]
mod tests;

//! The executors that users hold: a database, a connection, a transaction, and those over what an application has already.

pub(crate) mod adopt;
mod connect;
pub(crate) mod connection;
pub(crate) mod database;
pub(crate) mod from_pool;
pub(crate) mod group;
mod stream;
mod tables;
pub(crate) mod transaction;

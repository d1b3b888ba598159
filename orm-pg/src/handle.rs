//! The executors that users hold: a database, a connection, a transaction, and executors over the application's own
//! pool, client or transaction.

pub(crate) mod adopt;
mod connect;
pub(crate) mod connection;
pub(crate) mod database;
pub(crate) mod from_pool;
pub(crate) mod group;
mod stream;
mod tables;
pub(crate) mod transaction;

//! The run time against a real server: in normal operation, and with faults.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::let_underscore_must_use,
    let_underscore_drop,
    reason = "a test may fail loudly, and its fake peers do not care who listens"
)]

#[cfg(target_os = "linux")]
mod addresses;
mod adopted_client;
mod adopted_pool;
mod basics;
mod binds;
mod changed_types;
mod deadlines;
mod drops;
mod failover;
mod fair;
mod faults;
mod healing;
mod left_statements;
mod pgbouncer;
mod pool;
mod quiet;
mod reset_on_return;
mod round_trips;
mod runtimes;
mod schema_changes;
mod secrets;
mod server;
mod session_statements;
mod sockets;
mod statement_memory;
mod streams;
mod transactions;

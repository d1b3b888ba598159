//! The search engine against real connections: to servers that answer badly, and to PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod bad_input;
mod crawls;
mod processes;
mod searches;
mod server;
mod support;

//! The search engine against real connections: to servers that answer badly, and to PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod bad_input;
mod browser;
mod crawls;
mod processes;
mod schema;
mod searches;
mod server;
#[cfg(unix)]
mod story;
mod support;
mod web;

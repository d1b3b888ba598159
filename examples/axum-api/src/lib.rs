//! A small JSON API with axum and orm-pg. In reading order: [`article`] has the model and its handlers, [`extract`]
//! their extractors, [`error`] their error responses, [`server`] start and shutdown.

pub mod article;
pub mod client;
pub mod config;
pub mod demo;
pub mod error;
pub mod extract;
pub mod server;

use orm_pg::schema::Migrations;

/// What creates the tables of the service.
pub const MIGRATIONS: Migrations = orm_pg::migrate!("migrations");

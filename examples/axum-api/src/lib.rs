//! A small JSON API with axum and orm-pg. In reading order: [`article`] has the model and its handlers, [`extract`] what
//! they take, [`error`] what they answer when something goes wrong, [`server`] how it starts and ends.

pub mod article;
pub mod client;
pub mod config;
pub mod demo;
pub mod error;
pub mod extract;
pub mod server;

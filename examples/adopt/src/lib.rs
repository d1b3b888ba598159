//! A service that had a bb8-postgres pool and SQL by hand ([`stock`]), and takes up orm-pg for what is new ([`order`]).

pub mod order;
pub mod stock;

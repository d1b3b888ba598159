//! A service that has a bb8-postgres pool and hand-written SQL ([`stock`]), and uses orm-pg for new code ([`order`]).

pub mod order;
pub mod stock;

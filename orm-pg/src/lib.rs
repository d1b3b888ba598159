//! orm-pg

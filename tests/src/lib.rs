//! What the tests of this package share with its programs: see `it`, `schema`, `ui` and `hygiene`.

pub mod change;
pub mod created;
pub mod dump;
pub mod facts;
pub mod pg_dump;

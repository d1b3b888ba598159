//! Everything that needs a real server, in one binary.

mod models;
mod support;

mod binds;
mod consistent;
mod derived;
mod design;
mod errors;
mod foreign_keys;
mod generic_models;
mod graph_families;
mod graph_keys;
mod graphs;
mod groups;
mod inserts;
mod links;
mod own_executor;
mod projections;
mod property;
mod raw_sql;
mod reads;
mod references;
mod relation_faults;
mod relations;
mod round_trips;
mod schema;
mod send;
mod shared_columns;
mod spans;
mod sql;
mod statements;
mod tasks;
mod trees;
mod types;
mod upserts;
mod writes;

//! The SQL of every construct: text and types of binds as snapshots, each prepared on the real server.

mod aggregates;
mod clauses;
mod conditions;
mod functions;
mod joins;
mod nested_inserts;
mod refusals;
mod relation_limits;
mod relations;
mod subqueries;
mod trees;
mod writes;

//! Objects that are kept as whole statements.

use serde::{Deserialize, Serialize};

use super::{Name, Object};

/// An object that is kept as the statement that creates it, and is changed by dropping and creating it.
///
/// A property that CREATE cannot give, such as the state of a rule, is a definition of its own whose statement sets it. So
/// is each table of a publication, and each token type of a text search configuration: see `part_of`.
///
/// [`Dependency`](super::Dependency) calls it by the same `object`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Definition {
    /// What it is: `aggregate`, `app.total(integer)`.
    pub object: Object,
    /// Its name, if it is an object that lies in a schema.
    pub name: Option<Name>,
    /// The table or view that it goes with, for a rule, for statistics and for the table of a publication.
    pub of: Option<Name>,
    /// The definition that it is a part of. It is created after that one, and is gone when that one is dropped.
    pub part_of: Option<Object>,
    /// The statement that creates it: `CREATE AGGREGATE app.total(integer) (SFUNC = int4pl, STYPE = integer)`.
    pub create: String,
    /// The statement that drops it: `DROP AGGREGATE app.total(integer)`.
    pub drop: String,
    /// Its comment.
    pub comment: Option<String>,
}

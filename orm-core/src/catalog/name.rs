//! Names of objects.

use serde::{Deserialize, Serialize};

/// The name of an object that lies in a schema.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Name {
    /// The schema.
    pub schema: String,
    /// The name in it.
    pub name: String,
}

impl Name {
    /// Returns the name `schema.name`.
    ///
    /// ```
    /// use orm_pg::schema::catalog::Name;
    ///
    /// assert_eq!(Name::new("app", "Order").name, "Order");
    /// ```
    #[must_use]
    pub fn new(schema: impl Into<String>, name: impl Into<String>) -> Self {
        Self { schema: schema.into(), name: name.into() }
    }
}

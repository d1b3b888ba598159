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

    /// Returns the name as words of the command line and of files write it: without its schema if that is `public`.
    ///
    /// ```
    /// use orm_pg::schema::catalog::Name;
    ///
    /// assert_eq!(Name::new("public", "users").short(), "users");
    /// assert_eq!(Name::new("app", "users").short(), "app.users");
    /// ```
    #[must_use]
    pub fn short(&self) -> String {
        if self.schema == "public" { self.name.clone() } else { format!("{}.{}", self.schema, self.name) }
    }
}

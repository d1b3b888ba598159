//! How a Rust type is called in the database.

/// The PostgreSQL type that a Rust type is stored as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct PgType {
    /// The schema of a type made by the user; built-in types need none.
    pub schema: Option<&'static str>,
    /// The name. A built-in one is written into SQL as it is, another one quoted.
    pub name: &'static str,
    /// The object identifier of a built-in type, which never changes; zero for types made by the user.
    pub oid: u32,
    /// The object identifier of the array over it; zero where it is not known in advance.
    pub array_oid: u32,
    /// Whether this is the array over the type so named.
    pub array: bool,
    /// The labels, for an enum type.
    pub labels: &'static [&'static str],
    /// Whether a bind beside a column takes the column's own type instead of this one: a text bind compared with a
    /// `citext` or `varchar` column would otherwise keep the server from using the column's index.
    pub follows_column: bool,
}

impl PgType {
    /// A type that every server has.
    #[must_use]
    pub const fn builtin(name: &'static str, oid: u32, array_oid: u32) -> Self {
        Self { schema: None, name, oid, array_oid, array: false, labels: &[], follows_column: false }
    }

    /// An enum type made by the user.
    #[must_use]
    pub const fn enumeration(
        schema: Option<&'static str>,
        name: &'static str,
        labels: &'static [&'static str],
    ) -> Self {
        Self { schema, name, oid: 0, array_oid: 0, array: false, labels, follows_column: false }
    }

    /// The same type, its binds taking the type of the column beside them.
    #[must_use]
    pub const fn following_column(mut self) -> Self {
        self.follows_column = true;
        self
    }

    /// The array over this type.
    #[must_use]
    pub const fn array(mut self) -> Self {
        self.oid = self.array_oid;
        self.array_oid = 0;
        self.array = true;
        self
    }

    /// Whether it is a type made by the user, or an array over one: the server gives it an identifier of its own.
    #[must_use]
    pub const fn is_user_defined(self) -> bool {
        self.oid == 0
    }
}

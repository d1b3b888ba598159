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
    /// The attributes, for a composite type.
    pub attributes: &'static [Attribute],
    /// Whether the name is SQL, to be written as it is: `app.email`, `hstore`.
    pub verbatim: bool,
    /// Whether a bind beside a column takes the column's own type instead of this one: a text bind compared with a
    /// `citext` or `varchar` column would otherwise keep the server from using the column's index.
    pub follows_column: bool,
}

impl PgType {
    /// A type that every server has.
    #[must_use]
    pub const fn builtin(name: &'static str, oid: u32, array_oid: u32) -> Self {
        Self {
            schema: None,
            name,
            oid,
            array_oid,
            array: false,
            labels: &[],
            attributes: &[],
            verbatim: false,
            follows_column: false,
        }
    }

    /// A type of an extension or of the user, as SQL names it: `hstore`, `app.email`. It must exist in the database.
    #[must_use]
    pub const fn sql(name: &'static str) -> Self {
        Self { verbatim: true, ..Self::builtin(name, 0, 0) }
    }

    /// An enum type made by the user.
    #[must_use]
    pub const fn enumeration(
        schema: Option<&'static str>,
        name: &'static str,
        labels: &'static [&'static str],
    ) -> Self {
        Self { schema, labels, ..Self::builtin(name, 0, 0) }
    }

    /// A composite type made by the user.
    #[must_use]
    pub const fn composite(schema: Option<&'static str>, name: &'static str, attributes: &'static [Attribute]) -> Self {
        Self { schema, attributes, ..Self::builtin(name, 0, 0) }
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

    /// Whether it is one of the integer types.
    #[must_use]
    pub const fn is_integer(self) -> bool {
        matches!(self.oid, 20 | 21 | 23)
    }

    /// Whether a column of this type may refer to a key of type `key`, as far as that is known without a server: true
    /// for types that only the server knows.
    #[must_use]
    pub const fn refers_to(self, key: Self) -> bool {
        if self.is_enumeration() || key.is_enumeration() {
            return self.is_enumeration()
                && key.is_enumeration()
                && same(self.name, key.name)
                && self.array == key.array;
        }
        match (self.family(), key.family()) {
            (Family::Unknown, _) | (_, Family::Unknown) => true,
            (Family::Integer, to) => matches!(to, Family::Integer | Family::Numeric | Family::Float),
            (Family::Numeric, to) => matches!(to, Family::Numeric | Family::Float),
            (Family::Float, to) => matches!(to, Family::Float),
            (Family::Text, to) => matches!(to, Family::Text),
            (Family::Date, to) => matches!(to, Family::Date),
            (Family::Other(this), to) => matches!(to, Family::Other(key) if this == key),
        }
    }

    const fn is_enumeration(self) -> bool {
        !self.labels.is_empty()
    }

    const fn family(self) -> Family {
        match self.oid {
            20 | 21 | 23 => Family::Integer,
            1700 => Family::Numeric,
            700 | 701 => Family::Float,
            25 | 1042 | 1043 => Family::Text,
            1082 | 1114 | 1184 => Family::Date,
            16 | 17 | 869 | 1083 | 2950 | 3802 => Family::Other(self.oid),
            _ => Family::Unknown,
        }
    }
}

/// Types that the server compares with each other in a foreign key.
enum Family {
    Integer,
    Numeric,
    Float,
    Text,
    Date,
    /// A type that is compared with itself only.
    Other(u32),
    Unknown,
}

const fn same(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    while let ([x, left @ ..], [y, right @ ..]) = (a, b) {
        if *x != *y {
            return false;
        }
        (a, b) = (left, right);
    }
    a.is_empty() && b.is_empty()
}

/// An attribute of a composite type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Attribute {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub ty: PgType,
}

impl Attribute {
    /// The attribute `name` of type `ty`.
    #[must_use]
    pub const fn new(name: &'static str, ty: PgType) -> Self {
        Self { name, ty }
    }
}

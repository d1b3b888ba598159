//! PostgreSQL types as constant data.

/// The PostgreSQL type that a Rust type is stored as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct PgType {
    /// The schema of a user-defined type; built-in types need none.
    pub schema: Option<&'static str>,
    /// The name. That of a built-in type is written into SQL unchanged, others are quoted.
    pub name: &'static str,
    /// The object identifier of a built-in type, which never changes; zero for user-defined types.
    pub oid: u32,
    /// The object identifier of the array over it; zero where it is not known in advance.
    pub array_oid: u32,
    /// Whether this is the array over the type with that name.
    pub array: bool,
    /// The labels, for an enum type.
    pub labels: &'static [&'static str],
    /// For each label that had another name before: that name, and the label.
    pub renamed_labels: &'static [(&'static str, &'static str)],
    /// The attributes, for a composite type.
    pub attributes: &'static [Attribute],
    /// Whether the name is SQL, to be written unchanged: `app.email`, `hstore`.
    pub verbatim: bool,
    /// Whether a bind next to a column takes the column's type instead of this one: otherwise a text bind compared with a
    /// `citext` or `varchar` column would prevent the server from using the column's index.
    pub follows_column: bool,
}

impl PgType {
    /// A built-in type.
    #[must_use]
    pub const fn builtin(name: &'static str, oid: u32, array_oid: u32) -> Self {
        Self {
            schema: None,
            name,
            oid,
            array_oid,
            array: false,
            labels: &[],
            renamed_labels: &[],
            attributes: &[],
            verbatim: false,
            follows_column: false,
        }
    }

    /// A type of an extension or a user-defined type, as SQL names it: `hstore`, `app.email`. It must exist in the database.
    #[must_use]
    pub const fn sql(name: &'static str) -> Self {
        Self { verbatim: true, ..Self::builtin(name, 0, 0) }
    }

    /// A user-defined enum type.
    #[must_use]
    pub const fn enumeration(
        schema: Option<&'static str>,
        name: &'static str,
        labels: &'static [&'static str],
    ) -> Self {
        Self { schema, labels, ..Self::builtin(name, 0, 0) }
    }

    /// The same enum type, some of whose labels had other names before.
    #[must_use]
    pub const fn renaming(mut self, labels: &'static [(&'static str, &'static str)]) -> Self {
        self.renamed_labels = labels;
        self
    }

    /// A user-defined composite type.
    #[must_use]
    pub const fn composite(schema: Option<&'static str>, name: &'static str, attributes: &'static [Attribute]) -> Self {
        Self { schema, attributes, ..Self::builtin(name, 0, 0) }
    }

    /// The same type, whose binds take the type of the column next to them.
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

    /// Returns whether it is a user-defined type, or an array over one: its identifier differs from server to server.
    #[must_use]
    pub const fn is_user_defined(self) -> bool {
        self.oid == 0
    }

    /// Returns whether it is one of the integer types.
    #[must_use]
    pub const fn is_integer(self) -> bool {
        matches!(self.oid, 20 | 21 | 23)
    }

    /// Returns whether a column of this type may refer to a key of type `key`, as far as that is known without a server:
    /// true for types that only the server knows.
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

/// Families of types that the server compares with each other in a foreign key.
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
    /// The SQL type that the struct declares, if it differs from that of the Rust type: `numeric(12, 2)`.
    pub sql_type: Option<&'static str>,
}

impl Attribute {
    /// The attribute `name` of type `ty`.
    #[must_use]
    pub const fn new(name: &'static str, ty: PgType) -> Self {
        Self { name, ty, sql_type: None }
    }

    /// The same attribute with another SQL type.
    #[must_use]
    pub const fn of_sql_type(mut self, sql_type: &'static str) -> Self {
        self.sql_type = Some(sql_type);
        self
    }
}

//! Generics, macros, and lints that the user denies.
#![deny(missing_docs, warnings, unused_qualifications, clippy::all, clippy::pedantic)]
#![allow(dead_code, reason = "these only have to compile")]

use orm_pg::prelude::*;

macro_rules! model {
    ($name:ident, $field:ident: $ty:ty) => {
        /// A model out of a macro.
        #[derive(Debug, Clone, Model)]
        pub struct $name {
            /// The key.
            #[orm(key)]
            pub id: i64,
            /// The rest.
            pub $field: $ty,
        }

        /// A row out of a macro.
        #[derive(Debug, Clone, Insert)]
        #[orm(of = $name)]
        pub struct Row {
            /// The key.
            pub id: i64,
            /// The rest.
            pub $field: $ty,
        }
    };
}

model!(Made, name: Option<String>);

/// A row with generics.
#[derive(Debug, FromRow)]
pub struct Page<T, const N: usize>
where
    T: orm_pg::__private::value::SqlType,
{
    /// The value.
    pub value: T,
    /// Not a column.
    #[orm(skip)]
    pub numbers: Filled<N>,
}

/// An array with a default.
#[derive(Debug)]
pub struct Filled<const N: usize>([u8; N]);

impl<const N: usize> Default for Filled<N> {
    fn default() -> Self {
        Self([0; N])
    }
}

/// A newtype with generics.
#[derive(Debug, Clone, Scalar)]
pub struct Wrapped<T: orm_pg::__private::value::Scalar> {
    /// What is inside.
    pub inner: T,
}

/// A newtype of another type in the database.
#[derive(Debug, Clone, Scalar)]
#[orm(sql_type = "citext")]
pub struct Name(pub String);

/// A composite type.
#[derive(Debug, Clone, PgComposite)]
pub struct Place {
    /// Its name.
    pub name: Option<Name>,
    latitude: f64,
}

/// A name that lives in a function.
#[test]
fn models_may_live_in_functions() {
    #[derive(Debug, Model)]
    struct Local {
        #[orm(key, identity)]
        id: i64,
        wrapped: Wrapped<i32>,
    }
    let _ = NewLocal::new(Wrapped { inner: 1 });
    let _ = Local::query().filter(|it| it.id.eq(1));
}

//! The traits of values: what a column can hold, and whether it may be NULL.

use bytes::BytesMut;
use postgres_types::Type;

use super::{CodecError, Field, Integer, PgType, server_type};

/// A Rust type that is stored as one PostgreSQL value and is never NULL itself.
///
/// Derive it: `#[derive(PgEnum)]` for enums, `#[derive(Scalar)]` for a newtype around another scalar,
/// `#[derive(PgComposite)]` for composite types. Types of other crates come with a feature of `orm-pg`: `chrono`, `time`,
/// `jiff`, `uuid`, `rust_decimal`, `cidr`, `bit-vec`, `pgvector`. Any `serde` type can be stored as `jsonb`
/// with [`Json`](super::Json) or `#[orm(json)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored in a PostgreSQL column",
    label = "no column type is known for this",
    note = "types of other crates come with a feature of `orm-pg`: `chrono`, `time`, `jiff`, `uuid`, `rust_decimal`, `cidr`, …",
    note = "for your own enum `#[derive(PgEnum)]`, for a newtype `#[derive(Scalar)]`, for any serde type `#[orm(json)]`",
    note = "PostgreSQL has no unsigned integers: use `i16`, `i32` or `i64`"
)]
pub trait Scalar: Sized + Send + Sync + 'static {
    /// The PostgreSQL type.
    const TYPE: PgType;

    /// Returns whether a value of the server's type `ty` can be read into, and written from, this type.
    #[doc(hidden)]
    fn accepts(ty: &Type) -> bool;

    /// Writes the binary form of the value for a bind of type `ty`.
    ///
    /// # Errors
    /// When the value has no form in that type: a NUL byte in text, a date out of range.
    #[doc(hidden)]
    fn encode(&self, ty: &Type, out: &mut BytesMut) -> Result<(), CodecError>;

    /// Reads the binary form of a value of type `ty`.
    ///
    /// # Errors
    /// When the bytes are not a value of that type, or one that the Rust type cannot hold.
    #[doc(hidden)]
    fn decode(ty: &Type, raw: &[u8]) -> Result<Self, CodecError>;

    /// Reads the binary form of a nullable value: `None` if the bytes stand for a missing value.
    ///
    /// # Errors
    /// As for [`decode`](Self::decode).
    #[doc(hidden)]
    fn decode_optional(ty: &Type, raw: &[u8]) -> Result<Option<Self>, CodecError> {
        Self::decode(ty, raw).map(Some)
    }

    /// The value as an integer, if it has the binary form of one.
    #[doc(hidden)]
    fn integer(&self) -> Option<Integer> {
        None
    }

    /// The type as the server would describe it, as far as it is known without a server.
    #[doc(hidden)]
    #[must_use]
    fn server_type() -> Type {
        server_type::describe(Self::TYPE)
    }
}

/// A scalar that can be an element of an array: all except arrays.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an element of a PostgreSQL array",
    note = "elements have a type that a column can hold, and are not arrays themselves; for other values use `#[orm(json)]`"
)]
pub trait Element: Scalar {}

/// A type that a column can hold: a [`Scalar`], or an `Option` of one if it may be NULL.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored in a PostgreSQL column",
    label = "no column type is known for this",
    note = "types of other crates come with a feature of `orm-pg`: `chrono`, `time`, `jiff`, `uuid`, `rust_decimal`, `cidr`, …",
    note = "for your own enum `#[derive(PgEnum)]`, for a newtype `#[derive(Scalar)]`, for any serde type `#[orm(json)]`",
    note = "PostgreSQL has no unsigned integers: use `i16`, `i32` or `i64`"
)]
pub trait SqlType: Sized + Send + Sync + 'static {
    /// The type without the `Option`.
    type Base: Scalar;
    /// The type with the `Option`: its type on the outer side of a join.
    type Nullable: SqlType<Base = Self::Base, Nullable = Self::Nullable, Nullability = Null>;
    /// [`NotNull`] or [`Null`].
    type Nullability: Nullability;

    /// Returns the value, or `None` for NULL.
    fn as_base(&self) -> Option<&Self::Base>;

    /// Makes the value from that of a row; `None` if it is NULL and this type is not nullable.
    fn from_base(base: Option<Self::Base>) -> Option<Self>;
}

/// Reads the binary form of a value that is not NULL; it can still stand for a missing value if `T` is nullable.
pub(super) fn decode_base<T: SqlType>(ty: &Type, raw: &[u8]) -> Result<Option<T::Base>, CodecError> {
    if T::Nullability::NULLABLE { T::Base::decode_optional(ty, raw) } else { T::Base::decode(ty, raw).map(Some) }
}

#[diagnostic::do_not_recommend]
impl<T: Scalar> SqlType for T {
    type Base = T;
    type Nullable = Option<T>;
    type Nullability = NotNull;

    fn as_base(&self) -> Option<&Self> {
        Some(self)
    }

    fn from_base(base: Option<Self>) -> Option<Self> {
        base
    }
}

#[diagnostic::do_not_recommend]
impl<T: Scalar> SqlType for Option<T> {
    type Base = T;
    type Nullable = Self;
    type Nullability = Null;

    fn as_base(&self) -> Option<&T> {
        self.as_ref()
    }

    fn from_base(base: Self) -> Option<Self> {
        Some(base)
    }
}

/// Whether an expression may be NULL, at the level of types: [`NotNull`] or [`Null`].
pub trait Nullability: sealed::Sealed + 'static {
    /// Whether it may be NULL.
    const NULLABLE: bool;
    /// The nullability of an operator with this on one side and `N` on the other: nullable if either is.
    type Or<N: Nullability>: Nullability;
    /// `B`, or `Option<B>`.
    type Of<B: Scalar>: SqlType<Base = B, Nullability = Self>;
    /// The type of the attribute that is the field number `I` of a composite type, where the whole value is so. Generated code
    /// goes through it rather than name the type, so that a type which cannot be stored is one message.
    #[doc(hidden)]
    type Attribute<M: Field<I>, const I: usize>: SqlType;
}

/// Never NULL.
#[derive(Debug, Clone, Copy)]
pub struct NotNull;

/// May be NULL.
#[derive(Debug, Clone, Copy)]
pub struct Null;

impl Nullability for NotNull {
    const NULLABLE: bool = false;
    type Or<N: Nullability> = N;
    type Of<B: Scalar> = B;
    type Attribute<M: Field<I>, const I: usize> = M::Type;
}

impl Nullability for Null {
    const NULLABLE: bool = true;
    type Or<N: Nullability> = Self;
    type Of<B: Scalar> = Option<B>;
    type Attribute<M: Field<I>, const I: usize> = <M::Type as SqlType>::Nullable;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::NotNull {}
    impl Sealed for super::Null {}
}

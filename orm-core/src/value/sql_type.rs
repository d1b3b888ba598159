//! The traits of values: what a column can hold, and whether it may be NULL.

use bytes::BytesMut;
use postgres_types::Type;

use super::{CodecError, Field, Integer, PgType, server_type};

/// A Rust type that is stored as one PostgreSQL value and is never NULL itself.
///
/// Derive it: `#[derive(PgEnum)]` for enums, `#[derive(Scalar)]` for a newtype around another scalar,
/// `#[derive(PgComposite)]` for composite types. Types of other crates come with a feature of `orm-pg`: `chrono`, `time`,
/// `jiff`, `uuid`, `rust_decimal`, `cidr`, `bit-vec`, `pgvector`. Any `serde` type can be stored as `jsonb`
/// with [`Json`] or `#[orm(json)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored in a PostgreSQL column",
    label = "no column type is known for this",
    note = "types of other crates come with a feature of `orm-pg`: `chrono`, `time`, `jiff`, `uuid`, `rust_decimal`, `cidr`, …",
    note = "for an enum of yours `#[derive(PgEnum)]`, for a newtype `#[derive(Scalar)]`, for any serde type `#[orm(json)]`",
    note = "PostgreSQL has no unsigned integers: use `i16`, `i32` or `i64`"
)]
pub trait Scalar: Sized + Send + Sync + 'static {
    /// The PostgreSQL type.
    const TYPE: PgType;

    /// Whether a value of the server's type `ty` can be read into, and written from, this type.
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
    /// When the bytes are no such value, or one that the Rust type cannot hold.
    #[doc(hidden)]
    fn decode(ty: &Type, raw: &[u8]) -> Result<Self, CodecError>;

    /// Reads the binary form of a value where one may be missing: nothing, where the bytes say that there is none.
    ///
    /// # Errors
    /// As for [`decode`](Self::decode).
    #[doc(hidden)]
    fn decode_optional(ty: &Type, raw: &[u8]) -> Result<Option<Self>, CodecError> {
        Self::decode(ty, raw).map(Some)
    }

    /// The integer that it is, if its binary form is that of one.
    #[doc(hidden)]
    fn integer(&self) -> Option<Integer> {
        None
    }

    /// The type as the server would describe it, as far as that is known without one.
    #[doc(hidden)]
    #[must_use]
    fn server_type() -> Type {
        server_type::describe(Self::TYPE)
    }
}

/// A scalar that can be an item of an array: every one but arrays.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an item of a PostgreSQL array",
    note = "an item is of a type that a column can hold, and no array itself; for all else there is `#[orm(json)]`"
)]
pub trait Element: Scalar {}

/// What a column can hold: a [`Scalar`], or an `Option` of one where it may be NULL.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored in a PostgreSQL column",
    label = "no column type is known for this",
    note = "types of other crates come with a feature of `orm-pg`: `chrono`, `time`, `jiff`, `uuid`, `rust_decimal`, `cidr`, …",
    note = "for an enum of yours `#[derive(PgEnum)]`, for a newtype `#[derive(Scalar)]`, for any serde type `#[orm(json)]`",
    note = "PostgreSQL has no unsigned integers: use `i16`, `i32` or `i64`"
)]
pub trait SqlType: Sized + Send + Sync + 'static {
    /// The type without the `Option`.
    type Base: Scalar;
    /// The type with the `Option`: what it becomes on the outer side of a join.
    type Nullable: SqlType<Base = Self::Base, Nullable = Self::Nullable, Nullability = Null>;
    /// [`NotNull`] or [`Null`].
    type Nullability: Nullability;

    /// Returns the value, or nothing for NULL.
    fn as_base(&self) -> Option<&Self::Base>;

    /// Makes the value from what a row holds; nothing when it is NULL and this type takes none.
    fn from_base(base: Option<Self::Base>) -> Option<Self>;
}

/// Reads the binary form of a value that is not NULL, which is none all the same where `T` may be.
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
    /// What an operator gives that has this on one side and `N` on the other: NULL if either may be.
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

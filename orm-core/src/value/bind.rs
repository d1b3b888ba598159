//! A value on its way to the server.

use std::{fmt, sync::Arc};

use bytes::BytesMut;
use postgres_protocol::IsNull;
use postgres_types::Type;

use super::{CodecError, Integer, PgType, RawValue, Scalar, SqlType, array, type_name};

/// A value that a statement carries apart from its text: `$1`.
///
/// Cheap to clone. `Debug` shows the type, never the value.
#[derive(Clone)]
pub struct Bind {
    value: Held,
    ty: PgType,
    inferred: bool,
    column: Option<&'static str>,
}

/// What an executor does with a bind: encode it for the type that the server expects.
pub trait Encode: Send + Sync {
    /// Whether the value can be written as the server's type `ty`.
    fn accepts(&self, ty: &Type) -> bool;

    /// Writes the binary form.
    ///
    /// # Errors
    /// When the value has no form in that type.
    fn encode(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, CodecError>;

    /// The Rust type, for messages.
    fn rust_type(&self) -> String;
}

/// Integers need no place of their own.
#[derive(Clone)]
enum Held {
    Shared(Arc<dyn Encode>),
    Integer(Integer, &'static IntegerType),
}

/// What the Rust type of an integer says of it.
struct IntegerType {
    accepts: fn(&Type) -> bool,
    name: fn() -> String,
}

impl Held {
    fn shared(value: impl Encode + 'static) -> Self {
        Self::Shared(Arc::new(value))
    }

    fn is_copy(&self, other: &Self) -> bool {
        matches!((self, other), (Self::Shared(one), Self::Shared(other)) if Arc::ptr_eq(one, other))
    }
}

impl Encode for Held {
    fn accepts(&self, ty: &Type) -> bool {
        match self {
            Self::Shared(value) => value.accepts(ty),
            Self::Integer(_, rust) => (rust.accepts)(ty),
        }
    }

    fn encode(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, CodecError> {
        match self {
            Self::Shared(value) => value.encode(ty, out),
            Self::Integer(value, _) => {
                value.encode(out);
                Ok(IsNull::No)
            }
        }
    }

    fn rust_type(&self) -> String {
        match self {
            Self::Shared(value) => value.rust_type(),
            Self::Integer(_, rust) => (rust.name)(),
        }
    }
}

struct One<T>(T);

impl<T: SqlType> Encode for One<T> {
    fn accepts(&self, ty: &Type) -> bool {
        T::Base::accepts(ty)
    }

    fn encode(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, CodecError> {
        match self.0.as_base() {
            None => Ok(IsNull::Yes),
            Some(base) => base.encode(ty, out).map(|()| IsNull::No),
        }
    }

    fn rust_type(&self) -> String {
        type_name::<T>()
    }
}

struct Many<T>(Vec<T>);

impl<T: SqlType> Encode for Many<T> {
    fn accepts(&self, ty: &Type) -> bool {
        array::item_type(ty).is_some_and(T::Base::accepts)
    }

    fn encode(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, CodecError> {
        array::encode(&self.0, ty, out).map(|()| IsNull::No)
    }

    fn rust_type(&self) -> String {
        type_name::<Vec<T>>()
    }
}

/// Integers of one type.
struct Integers(Vec<Integer>);

impl Encode for Integers {
    fn accepts(&self, ty: &Type) -> bool {
        array::item_type(ty).is_some_and(RawValue::accepts)
    }

    fn encode(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, CodecError> {
        let encode = |item: &Integer, _: &Type, out: &mut BytesMut| {
            item.encode(out);
            Ok(IsNull::No)
        };
        array::encode_with(&self.0, encode, ty, out).map(|()| IsNull::No)
    }

    fn rust_type(&self) -> String {
        type_name::<Vec<Integer>>()
    }
}

/// Values of one type, each encoded by itself.
struct Gathered(Vec<Bind>);

impl Encode for Gathered {
    fn accepts(&self, ty: &Type) -> bool {
        array::item_type(ty).is_some_and(|item| self.0.iter().all(|it| it.accepts(item)))
    }

    fn encode(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, CodecError> {
        array::encode_with(&self.0, |bind, item, out| bind.encode(item, out), ty, out).map(|()| IsNull::No)
    }

    fn rust_type(&self) -> String {
        self.0.first().map_or_else(|| "Vec<_>".to_owned(), |it| format!("Vec<{}>", it.rust_type()))
    }
}

impl Bind {
    /// A bind of `value`.
    #[must_use]
    pub fn new<T: SqlType>(value: T) -> Self {
        Self::of(Held::shared(One(value)), T::Base::TYPE)
    }

    fn of(value: Held, ty: PgType) -> Self {
        Self { value, ty, inferred: false, column: None }
    }

    /// A bind of `value`, which makes no copies that would have to be known as such: a key.
    pub(crate) fn key<T: SqlType>(value: T) -> Self {
        match value.as_base().and_then(Scalar::integer) {
            Some(it) => {
                let rust = const { &IntegerType { accepts: T::Base::accepts, name: type_name::<T> } };
                Self::of(Held::Integer(it, rust), T::Base::TYPE)
            }
            None => Self::new(value),
        }
    }

    /// The same, in a place that copies share.
    pub(crate) fn shared(self) -> Self {
        let value = match self.value {
            it @ Held::Integer(..) => Held::shared(it),
            it @ Held::Shared(_) => it,
        };
        Self { value, ..self }
    }

    /// A bind of many values as one array. The items must not be arrays themselves, which PostgreSQL would take for a
    /// second dimension.
    pub(crate) fn array<T: SqlType>(values: Vec<T>) -> Self {
        Self::of(Held::shared(Many(values)), T::Base::TYPE.array())
    }

    /// A bind of a value as the server sent it, of type `ty`.
    pub(crate) fn raw(value: RawValue, ty: PgType) -> Self {
        Self { ty, ..Self::key(value) }
    }

    /// A bind of an integer of type `ty`.
    pub(crate) fn of_integer(value: Integer, ty: PgType) -> Self {
        Self::raw(RawValue::Integer(value), ty)
    }

    /// A bind of many integers of type `ty` as one array.
    pub(crate) fn integers(values: Vec<Integer>, ty: PgType) -> Self {
        Self::of(Held::shared(Integers(values)), ty.array())
    }

    /// The integer that it is, if it is one of a type that every server has.
    pub(crate) fn integer(&self) -> Option<Integer> {
        match self.value {
            Held::Integer(it, _) if self.ty.is_integer() => Some(it),
            _ => None,
        }
    }

    /// A bind of many values of one type as one array; `None` without a value.
    pub(crate) fn gather(values: Vec<Self>) -> Option<Self> {
        let ty = values.first()?.ty.array();
        Some(Self::of(Held::shared(Gathered(values)), ty))
    }

    /// The value's bytes, where its type is one that every server has: equal bytes are equal values.
    pub(crate) fn bytes(&self, out: &mut BytesMut) -> bool {
        let Some(ty) = Type::from_oid(self.ty.oid) else { return false };
        matches!(self.value.encode(&ty, out), Ok(IsNull::No))
    }

    /// Says which column the value is compared with or stored in, and lets the server take the type from it, if the
    /// bind's own type is one that does so.
    pub(crate) fn beside_column(mut self, name: Option<&'static str>) -> Self {
        self.inferred = self.ty.follows_column;
        self.column = name;
        self
    }

    /// Says which column the value is stored in. The type stays as it is.
    pub(crate) fn of_column(mut self, name: &'static str) -> Self {
        self.column = Some(name);
        self
    }

    /// Returns the column that the value is compared with or stored in, where there is one.
    #[must_use]
    pub fn column(&self) -> Option<&'static str> {
        self.column
    }

    /// Whether this is the same value of the same type, so that one placeholder can serve both.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        if self.ty != other.ty || self.inferred != other.inferred {
            return false;
        }
        // Each takes the type of its own column.
        if self.inferred && self.column != other.column {
            return false;
        }
        if self.value.is_copy(&other.value) {
            return true;
        }
        let Some(ty) = Type::from_oid(self.ty.oid) else { return false };
        let (mut one, mut two) = (BytesMut::new(), BytesMut::new());
        match (self.value.encode(&ty, &mut one), other.value.encode(&ty, &mut two)) {
            (Ok(IsNull::No), Ok(IsNull::No)) => one == two,
            (Ok(IsNull::Yes), Ok(IsNull::Yes)) => true,
            _ => false,
        }
    }

    /// Whether this is a copy of the same bind.
    pub(crate) fn is_copy(&self, other: &Self) -> bool {
        self.value.is_copy(&other.value) && self.ty == other.ty && self.inferred == other.inferred
    }

    /// Returns the PostgreSQL type of the value.
    #[must_use]
    pub fn ty(&self) -> PgType {
        self.ty
    }

    /// Returns the object identifier to declare for the bind; zero leaves the choice to the server: beside a column of
    /// a textual type, and for types made by the user, which the text casts.
    #[must_use]
    pub fn declared_oid(&self) -> u32 {
        if self.inferred { 0 } else { self.ty.oid }
    }

    /// Whether the value can be written as the server's type `ty`.
    #[must_use]
    pub fn accepts(&self, ty: &Type) -> bool {
        self.value.accepts(ty)
    }

    /// Writes the binary form for the server's type `ty`.
    ///
    /// # Errors
    /// When the value has no form in that type, or the form is longer than the protocol allows.
    pub fn encode(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, CodecError> {
        self.value.encode(ty, out)
    }

    /// Returns the name of the Rust type, for messages.
    #[must_use]
    pub fn rust_type(&self) -> String {
        self.value.rust_type()
    }
}

impl fmt::Debug for Bind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.ty.name, if self.ty.array { "[]" } else { "" })
    }
}

//! The values of binds, each of which can be encoded.

use std::sync::Arc;

use bytes::BytesMut;
use postgres_protocol::IsNull;
use postgres_types::Type;

use crate::value::{CodecError, Integer, RawValue, Scalar, SqlType, array, server_type, type_name};

/// A value that can be encoded for the type that the server expects.
pub trait Encode: Send + Sync {
    /// Returns whether the value can be written as the server's type `ty`.
    fn accepts(&self, ty: &Type) -> bool;

    /// Writes the binary form.
    ///
    /// # Errors
    /// When the value has no form in that type.
    fn encode(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, CodecError>;

    /// The Rust type, for messages.
    fn rust_type(&self) -> String;

    /// The type as the server would describe it, as far as it is known without a server.
    fn server_type(&self) -> Type;
}

/// Integers are stored in place.
#[derive(Clone)]
pub(super) enum HeldValue {
    Shared(Arc<dyn Encode>),
    Integer(Integer, &'static IntegerType),
}

/// The functions of an integer's Rust type.
pub(super) struct IntegerType {
    pub(super) accepts: fn(&Type) -> bool,
    pub(super) name: fn() -> String,
    pub(super) server_type: fn() -> Type,
}

impl HeldValue {
    pub(super) fn shared(value: impl Encode + 'static) -> Self {
        Self::Shared(Arc::new(value))
    }

    pub(super) fn is_copy(&self, other: &Self) -> bool {
        matches!((self, other), (Self::Shared(one), Self::Shared(other)) if Arc::ptr_eq(one, other))
    }
}

impl Encode for HeldValue {
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

    fn server_type(&self) -> Type {
        match self {
            Self::Shared(value) => value.server_type(),
            Self::Integer(_, rust) => (rust.server_type)(),
        }
    }
}

/// A value, or NULL.
pub(super) struct ScalarBind<T>(pub(super) T);

impl<T: SqlType> Encode for ScalarBind<T> {
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

    fn server_type(&self) -> Type {
        T::Base::server_type()
    }
}

/// Values as one array.
pub(super) struct ArrayBind<T>(pub(super) Vec<T>);

impl<T: SqlType> Encode for ArrayBind<T> {
    fn accepts(&self, ty: &Type) -> bool {
        array::item_type(ty).is_some_and(T::Base::accepts)
    }

    fn encode(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, CodecError> {
        array::encode(&self.0, ty, out).map(|()| IsNull::No)
    }

    fn rust_type(&self) -> String {
        type_name::<Vec<T>>()
    }

    fn server_type(&self) -> Type {
        server_type::array(T::Base::server_type())
    }
}

/// Integers of one type.
pub(super) struct IntegerArray(pub(super) Vec<Integer>);

impl Encode for IntegerArray {
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

    fn server_type(&self) -> Type {
        server_type::array(RawValue::server_type())
    }
}

//! A value on its way to the server.

use std::{fmt, sync::Arc};

use bytes::BytesMut;
use postgres_protocol::IsNull;
use postgres_types::Type;
use serde_json::Value;

use super::{
    CodecError, Integer, Json, PgType, RawValue, Scalar, SqlType, array, constant, server_type, type_name,
    type_source::{Neighbour, TypeSource},
};
use crate::{ident::QueryId, schema::Table};

/// A value that a statement carries apart from its text: `$1`.
///
/// Cheap to clone. `Debug` shows the type, never the value.
#[derive(Clone)]
pub struct Bind {
    value: HeldValue,
    ty: PgType,
    type_source: TypeSource,
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

    /// The type as the server would describe it, as far as that is known without one.
    fn server_type(&self) -> Type;
}

/// Integers are stored in place.
#[derive(Clone)]
enum HeldValue {
    Shared(Arc<dyn Encode>),
    Integer(Integer, &'static IntegerType),
}

/// What the Rust type of an integer says of it.
struct IntegerType {
    accepts: fn(&Type) -> bool,
    name: fn() -> String,
    server_type: fn() -> Type,
}

impl HeldValue {
    fn shared(value: impl Encode + 'static) -> Self {
        Self::Shared(Arc::new(value))
    }

    fn is_copy(&self, other: &Self) -> bool {
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

struct ScalarBind<T>(T);

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

struct ArrayBind<T>(Vec<T>);

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
struct IntegerArray(Vec<Integer>);

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

/// Values of one type, each encoded by itself.
struct GatheredBinds(Vec<Bind>);

impl Encode for GatheredBinds {
    fn accepts(&self, ty: &Type) -> bool {
        array::item_type(ty).is_some_and(|item| self.0.iter().all(|it| it.accepts(item)))
    }

    fn encode(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, CodecError> {
        array::encode_with(&self.0, |bind, item, out| bind.encode(item, out), ty, out).map(|()| IsNull::No)
    }

    fn rust_type(&self) -> String {
        self.0.first().map_or_else(|| "Vec<_>".to_owned(), |it| format!("Vec<{}>", it.rust_type()))
    }

    fn server_type(&self) -> Type {
        server_type::array(self.0.first().map_or_else(RawValue::server_type, Bind::server_type))
    }
}

impl Bind {
    /// A bind of `value`.
    #[must_use]
    pub fn new<T: SqlType>(value: T) -> Self {
        Self::of(HeldValue::shared(ScalarBind(value)), T::Base::TYPE)
    }

    fn of(value: HeldValue, ty: PgType) -> Self {
        Self { value, ty, type_source: TypeSource::Declared, column: None }
    }

    /// A bind of `value`, which makes no copies that would have to be known as such: a key.
    pub(crate) fn key<T: SqlType>(value: T) -> Self {
        match value.as_base().and_then(Scalar::integer) {
            Some(it) => {
                let rust = const {
                    &IntegerType { accepts: T::Base::accepts, name: type_name::<T>, server_type: T::Base::server_type }
                };
                Self::of(HeldValue::Integer(it, rust), T::Base::TYPE)
            }
            None => Self::new(value),
        }
    }

    /// The same, in a place that copies share.
    pub(crate) fn shared(self) -> Self {
        let value = match self.value {
            it @ HeldValue::Integer(..) => HeldValue::shared(it),
            it @ HeldValue::Shared(_) => it,
        };
        Self { value, ..self }
    }

    /// A bind of many values as one array. The items must not be arrays themselves, which PostgreSQL would take for a
    /// second dimension.
    pub(crate) fn array<T: SqlType>(values: Vec<T>) -> Self {
        Self::of(HeldValue::shared(ArrayBind(values)), T::Base::TYPE.array())
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
        Self::of(HeldValue::shared(IntegerArray(values)), ty.array())
    }

    /// The integer that it is, if it is one of a type that every server has.
    pub(crate) fn integer(&self) -> Option<Integer> {
        match self.value {
            HeldValue::Integer(it, _) if self.ty.is_integer() => Some(it),
            _ => None,
        }
    }

    /// A bind of many values of one type as one array; `None` without a value. Of values of a column it is an array of
    /// those.
    pub(crate) fn gather(values: Vec<Self>) -> Option<Self> {
        let first = values.first()?;
        let (ty, type_source) = (first.ty.array(), first.type_source);
        let gathered = Self::of(HeldValue::shared(GatheredBinds(values)), ty);
        Some(match type_source {
            TypeSource::Column { table, name, .. } => gathered.items_typed_as(table, name),
            TypeSource::Declared | TypeSource::Beside(_) => gathered,
        })
    }

    /// The value's bytes, where its type is one that every server has: equal bytes are equal values.
    pub(crate) fn bytes(&self, out: &mut BytesMut) -> bool {
        let Some(ty) = Type::from_oid(self.ty.oid) else { return false };
        matches!(self.value.encode(&ty, out), Ok(IsNull::No))
    }

    /// Says what the value is compared with or stored in, and lets the server take the type from it, if the bind's own
    /// type is one that does so and has not been settled before.
    pub(crate) fn beside(mut self, neighbour: Neighbour) -> Self {
        self.take_type(neighbour);
        self
    }

    /// The same in place.
    pub(crate) fn take_type(&mut self, neighbour: Neighbour) {
        if self.ty.follows_column && !matches!(self.type_source, TypeSource::Column { .. }) {
            self.type_source = TypeSource::Beside(neighbour);
        }
        self.column = neighbour.column().or(self.column);
    }

    /// Has the server take the value for one of the column `name` of `table`, wherever it stands, if the bind's own type
    /// is one that does so. Renders `CASE WHEN FALSE THEN (SELECT "name" FROM "table") ELSE $1 END`.
    pub(crate) fn typed_as(self, table: &'static Table, name: &'static str) -> Self {
        self.typed_by(table, name, false)
    }

    /// The same for an array of values of the column.
    pub(crate) fn items_typed_as(self, table: &'static Table, name: &'static str) -> Self {
        self.typed_by(table, name, true)
    }

    fn typed_by(mut self, table: &'static Table, name: &'static str, items: bool) -> Self {
        if self.ty.follows_column {
            self.type_source = TypeSource::Column { table, name, items };
        }
        self.column = Some(name);
        self
    }

    /// Where the server takes the type from.
    pub(crate) fn type_source(&self) -> TypeSource {
        self.type_source
    }

    /// Gives what is beside it to query `to`, where it is of query `from`.
    pub(crate) fn rename(&mut self, from: QueryId, to: QueryId) {
        if let TypeSource::Beside(neighbour) = &mut self.type_source
            && neighbour.query == from
        {
            neighbour.query = to;
        }
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
        // Each takes the type of what is beside it.
        if self.ty != other.ty || self.type_source != other.type_source {
            return false;
        }
        if self.value.is_copy(&other.value) {
            return true;
        }
        match (self.binary(), other.binary()) {
            (Ok(Some(one)), Ok(Some(two))) => {
                one == two || (self.ty == Json::<Value>::TYPE && is_same_json(&one, &two))
            }
            (Ok(None), Ok(None)) => true,
            // A value without a binary form is like no other.
            _ => false,
        }
    }

    /// The binary form of the value, nothing for NULL, as far as it can be known without a server.
    fn binary(&self) -> Result<Option<BytesMut>, CodecError> {
        let mut bytes = BytesMut::new();
        match self.value.encode(&self.server_type(), &mut bytes)? {
            IsNull::Yes => Ok(None),
            IsNull::No => Ok(Some(bytes)),
        }
    }

    /// The type as the server would describe it, as far as that is known without one.
    fn server_type(&self) -> Type {
        Type::from_oid(self.ty.oid).unwrap_or_else(|| self.value.server_type())
    }

    /// The truth value that it is, if it is one.
    pub(crate) fn bool(&self) -> Option<bool> {
        if self.ty != bool::TYPE {
            return None;
        }
        let bytes = self.binary().ok()??;
        Some(*bytes == [1])
    }

    /// Whether it is an array without items.
    pub(crate) fn is_empty_array(&self) -> bool {
        // How many dimensions, whether it has NULLs, the type of the items, and how many there are.
        let Ok(Some(bytes)) = (if self.ty.array { self.binary() } else { Ok(None) }) else { return false };
        bytes.get(..4) == Some(&[0; 4]) || bytes.get(12..16) == Some(&[0; 4])
    }

    /// Whether it is a pattern of LIKE that fits every text.
    pub(crate) fn is_any_text(&self) -> bool {
        let Ok(Some(bytes)) = self.binary() else { return false };
        !bytes.is_empty() && bytes.iter().all(|it| *it == b'%')
    }

    /// The text of the value as a constant, nothing for NULL.
    ///
    /// # Errors
    /// When the value has no binary form, or a type whose text is not known here.
    pub(crate) fn constant(&self) -> Result<Option<String>, CodecError> {
        let Some(bytes) = self.binary()? else { return Ok(None) };
        let text = constant::text(&self.server_type(), &bytes);
        text.map(Some).ok_or_else(|| NoConstant.into())
    }

    /// Whether this is the same value of the same type, whatever each stands beside.
    pub(crate) fn has_same_value(&self, other: &Self) -> bool {
        let declared = |it: &Self| Self { type_source: TypeSource::Declared, ..it.clone() };
        declared(self).is_same(&declared(other))
    }

    /// Whether this is a copy of the same bind.
    pub(crate) fn is_copy(&self, other: &Self) -> bool {
        self.value.is_copy(&other.value) && self.ty == other.ty && self.type_source == other.type_source
    }

    /// Returns the PostgreSQL type of the value.
    #[must_use]
    pub fn ty(&self) -> PgType {
        self.ty
    }

    /// Returns the object identifier to declare for the bind; zero leaves the choice to the server: for text and JSON
    /// beside a column or what is made of one, and for types made by the user, which the text casts.
    #[must_use]
    pub fn declared_oid(&self) -> u32 {
        if self.type_source == TypeSource::Declared { self.ty.oid } else { 0 }
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

/// A value of a type whose constants are not known here.
#[derive(Debug)]
pub(crate) struct NoConstant;

impl fmt::Display for NoConstant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of this type cannot be written as a constant")
    }
}

impl std::error::Error for NoConstant {}

/// Whether two binary forms of `jsonb` are of the same document: the entries of a map come in any order.
fn is_same_json(one: &[u8], two: &[u8]) -> bool {
    let read = |raw: &[u8]| raw.get(1..).and_then(|it| serde_json::from_slice::<Value>(it).ok());
    matches!((read(one), read(two)), (Some(one), Some(two)) if one == two)
}

impl fmt::Debug for Bind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.ty.name, if self.ty.array { "[]" } else { "" })
    }
}

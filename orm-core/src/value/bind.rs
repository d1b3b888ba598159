//! Binds: values that are sent apart from the text.

mod encode;

use std::fmt;

use bytes::BytesMut;
use postgres_protocol::IsNull;
use postgres_types::Type;
use serde_json::Value;

pub use self::encode::Encode;
use self::encode::{ArrayBind, HeldValue, IntegerArray, IntegerType, ScalarBind};
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

impl Bind {
    /// A bind of `value`.
    #[must_use]
    pub fn new<T: SqlType>(value: T) -> Self {
        Self::of(HeldValue::shared(ScalarBind(value)), T::Base::TYPE)
    }

    fn of(value: HeldValue, ty: PgType) -> Self {
        Self { value, ty, type_source: TypeSource::Declared, column: None }
    }

    /// A bind of `value` for a key: copies of it are not recognized as such.
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

    /// The same value, shared by its copies.
    pub(crate) fn shared(self) -> Self {
        let value = match self.value {
            it @ HeldValue::Integer(..) => HeldValue::shared(it),
            it @ HeldValue::Shared(_) => it,
        };
        Self { value, ..self }
    }

    /// A bind of many values as one array. The values must not be arrays themselves, which PostgreSQL would take for a
    /// second dimension.
    pub(crate) fn array<T: SqlType>(values: Vec<T>) -> Self {
        Self::of(HeldValue::shared(ArrayBind(values)), T::Base::TYPE.array())
    }

    /// A bind of a value of type `ty` in the form in which the server sent it.
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

    /// The value, if it is an integer of a built-in type.
    pub(crate) fn integer(&self) -> Option<Integer> {
        match self.value {
            HeldValue::Integer(it, _) if self.ty.is_integer() => Some(it),
            _ => None,
        }
    }

    /// A bind of many values of one type as one array; `None` without a value. If they take the type of a column, so does
    /// the array.
    pub(crate) fn gather(values: Vec<Self>) -> Option<Self> {
        let first = values.first()?;
        let (ty, type_source) = (first.ty.array(), first.type_source);
        let gathered = Self::of(HeldValue::shared(GatheredBinds(values)), ty);
        Some(match type_source {
            TypeSource::Column { table, name, .. } => gathered.items_typed_as(table, name),
            TypeSource::Declared | TypeSource::Beside(_) => gathered,
        })
    }

    /// Appends the value's bytes, if its type is built in: equal bytes are equal values. Returns whether it did.
    pub(crate) fn bytes(&self, out: &mut BytesMut) -> bool {
        let Some(ty) = Type::from_oid(self.ty.oid) else { return false };
        matches!(self.value.encode(&ty, out), Ok(IsNull::No))
    }

    /// Records what the value is compared with or stored in. If the bind's type follows its neighbour and is not yet
    /// settled, the server takes the type from there.
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

    /// Gives the value the type of the column `name` of `table`, wherever it stands, if the bind's type follows columns.
    /// Renders `CASE WHEN FALSE THEN (SELECT "name" FROM "table") ELSE $1 END`.
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

    /// Moves its neighbour to query `to`, if that is a column of query `from`.
    pub(crate) fn rename(&mut self, from: QueryId, to: QueryId) {
        if let TypeSource::Beside(neighbour) = &mut self.type_source
            && neighbour.query == from
        {
            neighbour.query = to;
        }
    }

    /// Records which column the value is stored in. The type is unchanged.
    pub(crate) fn of_column(mut self, name: &'static str) -> Self {
        self.column = Some(name);
        self
    }

    /// Returns the column that the value is compared with or stored in, if there is one.
    #[must_use]
    pub fn column(&self) -> Option<&'static str> {
        self.column
    }

    /// Returns whether this is the same value of the same type, so that one placeholder can stand for both.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        // Each takes the type of its neighbour.
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
            // A value without a binary form equals no other.
            _ => false,
        }
    }

    /// The binary form of the value, `None` for NULL, as far as it is known without a server.
    fn binary(&self) -> Result<Option<BytesMut>, CodecError> {
        let mut bytes = BytesMut::new();
        match self.value.encode(&self.server_type(), &mut bytes)? {
            IsNull::Yes => Ok(None),
            IsNull::No => Ok(Some(bytes)),
        }
    }

    /// The type as the server would describe it, as far as it is known without a server.
    fn server_type(&self) -> Type {
        Type::from_oid(self.ty.oid).unwrap_or_else(|| self.value.server_type())
    }

    /// The value, if it is a `bool`.
    pub(crate) fn bool(&self) -> Option<bool> {
        if self.ty != bool::TYPE {
            return None;
        }
        let bytes = self.binary().ok()??;
        Some(*bytes == [1])
    }

    /// Returns whether it is an empty array.
    pub(crate) fn is_empty_array(&self) -> bool {
        // The header: number of dimensions, NULLs or not, type of the elements; then their number.
        let Ok(Some(bytes)) = (if self.ty.array { self.binary() } else { Ok(None) }) else { return false };
        bytes.get(..4) == Some(&[0; 4]) || bytes.get(12..16) == Some(&[0; 4])
    }

    /// Returns whether it is a pattern of LIKE that matches every text.
    pub(crate) fn is_any_text(&self) -> bool {
        let Ok(Some(bytes)) = self.binary() else { return false };
        !bytes.is_empty() && bytes.iter().all(|it| *it == b'%')
    }

    /// The text of the value as a constant, `None` for NULL.
    ///
    /// # Errors
    /// When the value has no binary form, or a type whose text form is not known here.
    pub(crate) fn constant(&self) -> Result<Option<String>, CodecError> {
        let Some(bytes) = self.binary()? else { return Ok(None) };
        let text = constant::text(&self.server_type(), &bytes);
        text.map(Some).ok_or_else(|| NoConstant.into())
    }

    /// Returns whether this is the same value of the same type, whatever their neighbours.
    pub(crate) fn has_same_value(&self, other: &Self) -> bool {
        let declared = |it: &Self| Self { type_source: TypeSource::Declared, ..it.clone() };
        declared(self).is_same(&declared(other))
    }

    /// Returns whether this is a copy of the same bind.
    pub(crate) fn is_copy(&self, other: &Self) -> bool {
        self.value.is_copy(&other.value) && self.ty == other.ty && self.type_source == other.type_source
    }

    /// Returns the PostgreSQL type of the value.
    #[must_use]
    pub fn ty(&self) -> PgType {
        self.ty
    }

    /// Returns the object identifier to declare for the bind; zero leaves the choice to the server: for text and JSON
    /// next to a column or an expression over one, and for user-defined types, for which the text has a cast.
    #[must_use]
    pub fn declared_oid(&self) -> u32 {
        if self.type_source == TypeSource::Declared { self.ty.oid } else { 0 }
    }

    /// Returns whether the value can be written as the server's type `ty`.
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

/// Values of one type, each of which is encoded separately.
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

/// The error of a value whose type has no text form here.
#[derive(Debug)]
pub(crate) struct NoConstant;

impl fmt::Display for NoConstant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of this type cannot be written as a constant")
    }
}

impl std::error::Error for NoConstant {}

/// Returns whether two binary forms of `jsonb` are the same document: the order of the entries of a map does not matter.
fn is_same_json(one: &[u8], two: &[u8]) -> bool {
    let read = |raw: &[u8]| raw.get(1..).and_then(|it| serde_json::from_slice::<Value>(it).ok());
    matches!((read(one), read(two)), (Some(one), Some(two)) if one == two)
}

impl fmt::Debug for Bind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.ty.name, if self.ty.array { "[]" } else { "" })
    }
}

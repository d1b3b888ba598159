//! The functions that `#[derive(PgComposite)]` uses.

use bytes::{BufMut, BytesMut};
use postgres_types::{Kind, Type};

use super::{
    CodecError, Field, Scalar, SqlType, codec_error::codec_error, reader::Reader, scalar::base_type, type_name,
};

/// The PostgreSQL type of the field number `I` of a derived struct. Like models, composites name their fields by
/// number, so that a type which cannot be stored is one message.
#[doc(hidden)]
#[must_use]
pub const fn attribute_def<M: Field<I>, const I: usize>(name: &'static str) -> super::Attribute {
    super::Attribute::new(name, <<M::Type as SqlType>::Base as Scalar>::TYPE)
}

/// The value of the field number `I`.
#[doc(hidden)]
pub fn attribute_value<M: Field<I>, const I: usize>(value: &M::Type) -> &dyn AttributeValue {
    value
}

/// Reads the field number `I`.
#[doc(hidden)]
pub fn read_attribute<M: Field<I>, const I: usize>(
    values: &CompositeReader<'_>,
    name: &str,
) -> Result<M::Type, CodecError> {
    values.read(name)
}

/// The server's type of the attribute number `I` of a composite type.
#[doc(hidden)]
#[must_use]
pub fn attribute_server_type<M: Field<I>, const I: usize>() -> Type {
    <<M::Type as SqlType>::Base as Scalar>::server_type()
}

/// Returns whether `ty` is the composite type `name`, or a domain over it.
#[doc(hidden)]
#[must_use]
pub fn accepts_composite(ty: &Type, name: &str) -> bool {
    let ty = base_type(ty);
    matches!(ty.kind(), Kind::Composite(_)) && ty.name() == name
}

/// The value of an attribute, with its type erased.
#[doc(hidden)]
pub trait AttributeValue {
    /// Returns whether it can be written as `ty`.
    fn fits(&self, ty: &Type) -> bool;
    /// Writes it; `false` for NULL.
    fn write(&self, ty: &Type, out: &mut BytesMut) -> Result<bool, CodecError>;
    /// The Rust type, for messages.
    fn rust_type(&self) -> String;
}

impl<T: SqlType> AttributeValue for T {
    fn fits(&self, ty: &Type) -> bool {
        T::Base::accepts(ty)
    }

    fn write(&self, ty: &Type, out: &mut BytesMut) -> Result<bool, CodecError> {
        match self.as_base() {
            None => Ok(false),
            Some(base) => base.encode(ty, out).map(|()| true),
        }
    }

    fn rust_type(&self) -> String {
        type_name::<T>()
    }
}

/// Writes the output of `write` after its length; NULL if `write` returns `false`.
pub(super) fn sized(
    out: &mut BytesMut,
    write: impl FnOnce(&mut BytesMut) -> Result<bool, CodecError>,
) -> Result<(), CodecError> {
    let start = out.len();
    out.put_i32(-1);
    if write(out)? {
        let length = i32::try_from(out.len() - start - 4)?;
        if let Some(place) = out.get_mut(start..start + 4) {
            place.copy_from_slice(&length.to_be_bytes());
        }
    }
    Ok(())
}

fn fields(ty: &Type) -> Result<&[postgres_types::Field], CodecError> {
    match base_type(ty).kind() {
        Kind::Composite(fields) => Ok(fields),
        _ => Err(codec_error(format!("the type {ty} is not a composite type"))),
    }
}

/// Writes a composite value in the order of the server's attributes.
#[doc(hidden)]
pub fn encode_composite(
    rust: &str,
    ty: &Type,
    values: &[(&str, &dyn AttributeValue)],
    out: &mut BytesMut,
) -> Result<(), CodecError> {
    let fields = fields(ty)?;
    if let Some((name, _)) = values.iter().find(|(name, _)| fields.iter().all(|it| it.name() != *name)) {
        return Err(codec_error(format!("the type {ty} has no attribute `{name}`, which the struct `{rust}` has")));
    }
    out.put_i32(i32::try_from(fields.len())?);
    for field in fields {
        let (name, ty_of) = (field.name(), field.type_());
        let Some((_, value)) = values.iter().find(|(it, _)| *it == name) else {
            return Err(lacks(rust, ty, name));
        };
        if !value.fits(ty_of) {
            let held = value.rust_type();
            return Err(codec_error(format!(
                "the attribute `{name}` of {ty} is a `{held}`, which cannot be sent as {ty_of}"
            )));
        }
        out.put_u32(ty_of.oid());
        sized(out, |out| value.write(ty_of, out))?;
    }
    Ok(())
}

fn lacks(rust: &str, ty: &Type, name: &str) -> CodecError {
    codec_error(format!("the type {ty} has the attribute `{name}`, which the struct `{rust}` lacks"))
}

/// Reads a composite value attribute by attribute, in the order of the struct.
#[doc(hidden)]
#[derive(Debug)]
pub struct CompositeReader<'a> {
    ty: &'a Type,
    values: Vec<(&'a str, &'a Type, Option<&'a [u8]>)>,
}

impl<'a> CompositeReader<'a> {
    /// Splits the value into attributes; `names` are those of the struct `rust`.
    ///
    /// # Errors
    /// When the server's type has another attribute, or the bytes are not a value of that type.
    pub fn new(rust: &str, names: &[&str], ty: &'a Type, raw: &'a [u8]) -> Result<Self, CodecError> {
        let mut reader = Reader(raw);
        let fields = fields(ty)?;
        let (now, before) = (reader.i32()?, fields.len());
        if usize::try_from(now) != Ok(before) {
            let text = format!("it has {now} attributes now, and had {before}");
            return Err(codec_error(format!("the type {ty} has changed since this connection first saw it: {text}")));
        }
        let mut values = Vec::with_capacity(fields.len());
        for field in fields {
            if !names.contains(&field.name()) {
                return Err(lacks(rust, ty, field.name()));
            }
            if reader.u32()? != field.type_().oid() {
                let name = field.name();
                return Err(codec_error(format!(
                    "the attribute `{name}` of {ty} has changed since this connection first saw it"
                )));
            }
            values.push((field.name(), field.type_(), reader.sized()?));
        }
        reader.end()?;
        Ok(Self { ty, values })
    }

    /// Reads the attribute `name`.
    ///
    /// # Errors
    /// When there is none, or `T` cannot hold it.
    pub fn read<T: SqlType>(&self, name: &str) -> Result<T, CodecError> {
        let Self { ty, values } = self;
        let Some((_, of, raw)) = values.iter().find(|(it, ..)| *it == name) else {
            return Err(codec_error(format!("the type {ty} has no attribute `{name}`")));
        };
        let rust = type_name::<T>();
        if !T::Base::accepts(of) {
            return Err(codec_error(format!(
                "the attribute `{name}` of {ty} is of type {of}, which `{rust}` cannot hold"
            )));
        }
        let base = raw.map(|raw| super::sql_type::decode_base::<T>(of, raw)).transpose()?.flatten();
        T::from_base(base).ok_or_else(|| {
            codec_error(format!(
                "the attribute `{name}` of {ty} is NULL, which `{rust}` cannot hold: make it an `Option`"
            ))
        })
    }
}

//! Values: which Rust types a column can hold, and how one becomes a bind.
//!
//! `postgres-types` implements the binary format itself; users of types and derives need not name it.

mod array;
mod bind;
mod codec_error;
mod composite;
mod constant;
#[cfg(feature = "rust_decimal")]
mod decimal;
mod enumeration;
mod field;
mod hstore;
mod infinity;
mod insert_sink;
mod integer;
mod interval;
mod json;
mod multirange;
mod newtype;
mod opaque;
mod range;
mod raw;
mod reader;
mod rust_type;
mod scalar;
mod server_type;
mod sql_type;
mod temporal;
mod type_source;
#[cfg(feature = "pgvector")]
mod vector;

#[cfg(feature = "pgvector")]
pub use self::vector::VectorType;
pub(crate) use self::{
    bind::NoConstant,
    codec_error::CodecMessage,
    rust_type::{readable_as, type_name},
    type_source::{Neighbour, TypeSource},
};
pub use self::{
    bind::{Bind, Encode},
    codec_error::CodecError,
    field::{Generated, Settable, Writer, Written},
    hstore::Hstore,
    infinity::OrInfinity,
    interval::{InexactInterval, Interval},
    json::Json,
    multirange::Multirange,
    newtype::{InvalidMacAddr, MacAddr, MacAddr8, Money, Oid, PgChar},
    opaque::Opaque,
    range::{PgRange, RangeItem},
    raw::RawValue,
    scalar::NulCharacter,
    sql_type::{Element, NotNull, Null, Nullability, Scalar, SqlType},
    temporal::MayBeInfinite,
};
#[doc(hidden)]
pub use self::{
    composite::{
        AttributeValue, CompositeReader, accepts_composite, attribute_def, attribute_server_type, attribute_value,
        encode_composite, read_attribute,
    },
    enumeration::{accepts_enum, unknown_label},
    field::Field,
    insert_sink::InsertSink,
    integer::Integer,
    server_type::composite_server_type,
};

pub use crate::schema::{Attribute, PgType};

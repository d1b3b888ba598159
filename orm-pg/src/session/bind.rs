//! Hands binds to the driver. They are encoded by this crate first, so that a value that fails or panics affects its
//! caller only.
//!
//! The driver writes binds into a buffer that all users of a connection share. A panic there would leave half a message
//! behind for the next one.

use std::fmt;

use bytes::BytesMut;
use orm_core::{statement::Encoded, value::Bind};
use postgres_types::{IsNull, ToSql, Type};

/// The types to declare when the statement is prepared.
pub(crate) fn declared(binds: &[Bind]) -> Vec<Type> {
    binds.iter().map(|it| Type::from_oid(it.declared_oid()).unwrap_or(Type::UNKNOWN)).collect()
}

/// Returns the values in the form that the driver takes.
pub(crate) fn values(binds: &Encoded) -> impl ExactSizeIterator<Item = Raw<'_>> {
    binds.values().map(Raw)
}

/// A value that is encoded already. `Debug`, which the driver may log, shows only its length.
#[derive(Clone, Copy)]
pub(crate) struct Raw<'a>(Option<&'a [u8]>);

impl fmt::Debug for Raw<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(bytes) => write!(f, "<{} bytes>", bytes.len()),
            None => f.write_str("NULL"),
        }
    }
}

impl ToSql for Raw<'_> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        Ok(match self.0 {
            Some(bytes) => {
                out.extend_from_slice(bytes);
                IsNull::No
            }
            None => IsNull::Yes,
        })
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn to_sql_checked(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        self.to_sql(ty, out)
    }
}

//! Gives the decoders access to the driver's rows, without a copy.

use std::error::Error;

use orm_core::{row::Row, value::CodecError};
use postgres_types::{FromSql, Type};

/// A row of the driver.
pub(crate) struct DriverRow<'a>(pub(crate) &'a tokio_postgres::Row);

/// The bytes of a value, whatever its type.
struct Raw<'a>(&'a [u8]);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(raw))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

impl Row for DriverRow<'_> {
    fn width(&self) -> usize {
        self.0.len()
    }

    fn name(&self, index: usize) -> Option<&str> {
        self.0.columns().get(index).map(tokio_postgres::Column::name)
    }

    fn ty(&self, index: usize) -> Option<&Type> {
        self.0.columns().get(index).map(tokio_postgres::Column::type_)
    }

    fn raw(&self, index: usize) -> Result<Option<&[u8]>, CodecError> {
        Ok(self.0.try_get::<_, Option<Raw<'_>>>(index)?.map(|it| it.0))
    }
}

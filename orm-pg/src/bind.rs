//! Binds on their way to the driver: encoded by us first, so that a value that fails or panics hurts only its caller.
//!
//! The driver writes binds into a buffer that all users of a connection share; a panic there would leave half a
//! message behind for the next one.

use std::{fmt, ops::Range};

use bytes::BytesMut;
use orm_core::{
    error::{Error, ErrorKind, Result},
    statement::Sql,
    value::{Bind, NulCharacter},
};
use postgres_protocol::IsNull as Nullness;
use postgres_types::{IsNull, ToSql, Type};

/// How many binds the protocol can count.
const MOST_BINDS: usize = 65_535;

/// Refuses what cannot be sent, before any I/O.
///
/// # Errors
/// [`ErrorKind::InvalidStatement`] for too many binds, or a NUL character in the text.
pub(crate) fn check(sql: &Sql) -> Result<()> {
    if sql.binds.len() > MOST_BINDS {
        let text = format!(
            "{} binds are too many: PostgreSQL takes {MOST_BINDS}; send them as arrays, or in parts",
            sql.binds.len()
        );
        return Err(Error::new(ErrorKind::InvalidStatement, text));
    }
    if sql.text.contains('\0') {
        return Err(Error::new(ErrorKind::InvalidStatement, "SQL text cannot hold a NUL character"));
    }
    Ok(())
}

/// The types to declare when the statement is prepared.
pub(crate) fn declared(binds: &[Bind]) -> Vec<Type> {
    binds.iter().map(|it| Type::from_oid(it.declared_oid()).unwrap_or(Type::UNKNOWN)).collect()
}

/// All binds of a statement in binary form.
pub(crate) struct Encoded {
    bytes: BytesMut,
    values: Vec<Option<Range<usize>>>,
}

/// Encodes `binds` for the types that the server expects.
///
/// # Errors
/// [`ErrorKind::Encode`], naming the bind, its Rust type and the server's type.
pub(crate) fn encode(binds: &[Bind], types: &[Type]) -> Result<Encoded> {
    if binds.len() != types.len() {
        let text = format!("the statement has {} placeholders, but {} binds were given", types.len(), binds.len());
        return Err(Error::new(ErrorKind::InvalidStatement, text));
    }
    let mut bytes = BytesMut::new();
    let mut values = Vec::with_capacity(binds.len());
    for (index, (bind, ty)) in binds.iter().zip(types).enumerate() {
        let refused = |what: std::fmt::Arguments<'_>| {
            let column = bind.column().map(|it| format!(" (column `{it}`)")).unwrap_or_default();
            let text = format!("${}{column} is a `{}`, which {what}", index + 1, bind.rust_type());
            Error::new(ErrorKind::Encode, text)
        };
        if !bind.accepts(ty) {
            return Err(refused(format_args!("cannot be sent as {ty}")));
        }
        let start = bytes.len();
        match bind.encode(ty, &mut bytes) {
            Ok(Nullness::Yes) => values.push(None),
            Ok(Nullness::No) if i32::try_from(bytes.len() - start).is_ok() => values.push(Some(start..bytes.len())),
            Ok(Nullness::No) => return Err(refused(format_args!("is longer than the protocol allows"))),
            Err(cause) if cause.is::<NulCharacter>() => {
                return Err(
                    refused(format_args!("holds a NUL character, and PostgreSQL text cannot")).with_source(cause)
                );
            }
            Err(cause) => return Err(refused(format_args!("has no form as {ty}")).with_source(cause)),
        }
    }
    Ok(Encoded { bytes, values })
}

impl Encoded {
    /// Hands the values out in the form that the driver takes.
    pub(crate) fn values(&self) -> impl ExactSizeIterator<Item = Raw<'_>> {
        self.values.iter().map(|it| Raw(it.as_ref().and_then(|range| self.bytes.get(range.clone()))))
    }
}

/// A value that is encoded already. `Debug`, which the driver may log, shows its length only.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_laid_one_after_the_other() {
        let binds = [Bind::new(7_i32), Bind::new(None::<i32>), Bind::new("ab".to_owned())];
        let encoded = encode(&binds, &[Type::INT4, Type::INT4, Type::TEXT]).unwrap();
        let values: Vec<_> = encoded.values().map(|it| it.0.map(<[u8]>::to_vec)).collect();
        assert_eq!(values, [Some(vec![0, 0, 0, 7]), None, Some(b"ab".to_vec())]);
        let shown = format!("{:?}", encoded.values().collect::<Vec<_>>());
        assert_eq!(shown, "[<4 bytes>, NULL, <2 bytes>]");
    }

    #[test]
    fn a_bind_that_does_not_fit_is_named_without_its_value() {
        let encode = |bind, ty| encode(&[bind], &[ty]).err().unwrap();
        let error = encode(Bind::new(7_i64), Type::TEXT);
        assert_eq!(error.kind(), ErrorKind::Encode);
        assert_eq!(error.to_string(), "$1 is a `i64`, which cannot be sent as text");
        let error = encode(Bind::new("hunter2\0".to_owned()), Type::TEXT);
        assert_eq!(error.to_string(), "$1 is a `String`, which holds a NUL character, and PostgreSQL text cannot");
        assert!(!format!("{error:?}").contains("hunter2"));
    }

    #[test]
    fn the_count_of_binds_is_bounded() {
        let sql = |count| Sql { text: "SELECT 1".into(), binds: vec![Bind::new(1_i32); count] };
        assert!(check(&sql(65_535)).is_ok());
        assert_eq!(check(&sql(65_536)).unwrap_err().kind(), ErrorKind::InvalidStatement);
        assert!(check(&Sql { text: "SELECT '\0'".into(), binds: vec![] }).is_err());
    }
}

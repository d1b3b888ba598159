//! The binds of a statement in the binary form of PostgreSQL: what an executor sends.

use std::{fmt, ops::Range};

use bytes::BytesMut;
use postgres_protocol::IsNull;
use postgres_types::Type;

use super::Sql;
use crate::{
    error::{Error, ErrorKind, Result},
    value::NulCharacter,
};

/// The most binds that one statement can have: the protocol counts them in 16 bits.
pub(crate) const MAX_BINDS: usize = 65_535;

/// The longest message that the server takes. It ends the connection over a longer one.
const LONGEST_MESSAGE: usize = 0x3fff_fffe;

/// The binds of a statement in binary form. `Debug` shows their lengths only.
#[derive(Clone)]
pub struct Encoded {
    bytes: BytesMut,
    values: Vec<Option<Range<usize>>>,
}

impl Encoded {
    /// Returns the values, `$1` first; `None` is NULL.
    #[must_use]
    pub fn values(&self) -> impl ExactSizeIterator<Item = Option<&[u8]>> {
        self.values.iter().map(|it| it.as_ref().and_then(|range| self.bytes.get(range.clone())))
    }
}

impl fmt::Debug for Encoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.values().map(|it| it.map(<[u8]>::len))).finish()
    }
}

impl Sql {
    /// Refuses statements that the protocol cannot carry. An executor calls it before anything is sent.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidStatement`] for more than 65,535 binds, or a NUL character in the text.
    pub fn check(&self) -> Result<()> {
        self.check_bind_count()?;
        if self.text.contains('\0') {
            return Err(Error::new(ErrorKind::InvalidStatement, "SQL text cannot hold a NUL character"));
        }
        Ok(())
    }

    /// Refuses a statement with more binds than the protocol can carry.
    pub(crate) fn check_bind_count(&self) -> Result<()> {
        match self.binds.len() {
            0..=MAX_BINDS => Ok(()),
            count => {
                let text = format!("the statement has {count} binds, and PostgreSQL takes {MAX_BINDS} at most");
                Err(Error::new(ErrorKind::InvalidStatement, format!("{text}: send them as arrays, or in parts")))
            }
        }
    }

    /// Encodes the binds for `types`, those that the server describes for the prepared statement: the types of
    /// [`Bind::declared_oid`](crate::value::Bind::declared_oid), and its own choice where that is zero.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidStatement`] when there are not as many types as binds, [`ErrorKind::Encode`] naming the bind,
    /// its Rust type and the server's, or when the binds are more than the server takes: 1 GiB together.
    pub fn encode(&self, types: &[Type]) -> Result<Encoded> {
        if self.binds.len() != types.len() {
            let text =
                format!("the statement has {} placeholders, but {} binds were given", types.len(), self.binds.len());
            return Err(Error::new(ErrorKind::InvalidStatement, text));
        }
        let mut bytes = BytesMut::with_capacity(self.binds.len() * 16);
        let mut values = Vec::with_capacity(self.binds.len());
        for (index, (bind, ty)) in self.binds.iter().zip(types).enumerate() {
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
                Ok(IsNull::Yes) => values.push(None),
                Ok(IsNull::No) if i32::try_from(bytes.len() - start).is_ok() => values.push(Some(start..bytes.len())),
                Ok(IsNull::No) => return Err(refused(format_args!("is longer than the protocol allows"))),
                Err(cause) if cause.is::<NulCharacter>() => {
                    return Err(
                        refused(format_args!("holds a NUL character, and PostgreSQL text cannot")).with_source(cause)
                    );
                }
                Err(cause) => return Err(refused(format_args!("has no form as {ty}")).with_source(cause)),
            }
        }
        // The space for names and lengths beside the values.
        if bytes.len() + 8 * values.len() + 1024 > LONGEST_MESSAGE {
            let text = format!(
                "the binds are {} bytes together, and PostgreSQL takes a little less than 1 GiB: send them in parts",
                bytes.len()
            );
            return Err(Error::new(ErrorKind::Encode, text));
        }
        Ok(Encoded { bytes, values })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Bind;

    #[test]
    fn values_are_laid_one_after_the_other() {
        let binds = vec![Bind::new(7_i32), Bind::new(None::<i32>), Bind::new("ab".to_owned())];
        let encoded = Sql { text: String::new(), binds }.encode(&[Type::INT4, Type::INT4, Type::TEXT]).unwrap();
        let values: Vec<_> = encoded.values().map(|it| it.map(<[u8]>::to_vec)).collect();
        assert_eq!(values, [Some(vec![0, 0, 0, 7]), None, Some(b"ab".to_vec())]);
        assert_eq!(format!("{encoded:?}"), "[Some(4), None, Some(2)]");
    }

    #[test]
    fn a_bind_that_does_not_fit_is_named_without_its_value() {
        let encode = |bind, ty| Sql { text: String::new(), binds: vec![bind] }.encode(&[ty]).err().unwrap();
        let error = encode(Bind::new(7_i64), Type::TEXT);
        assert_eq!(error.kind(), ErrorKind::Encode);
        assert_eq!(error.to_string(), "$1 is a `i64`, which cannot be sent as text");
        let error = encode(Bind::new("hunter2\0".to_owned()), Type::TEXT);
        assert_eq!(error.to_string(), "$1 is a `String`, which holds a NUL character, and PostgreSQL text cannot");
        assert!(!format!("{error:?}").contains("hunter2"));
    }

    #[test]
    fn more_than_the_server_takes_is_refused() {
        let encode = |count: usize, length: usize| {
            let binds = (0..count).map(|_| Bind::new(vec![0_u8; length])).collect();
            Sql { text: String::new(), binds }.encode(&vec![Type::BYTEA; count])
        };
        let error = encode(4, 1 << 28).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Encode);
        assert!(error.to_string().contains("1073741824 bytes together"), "{error}");
        assert!(encode(3, 1 << 28).is_ok());
    }

    #[test]
    fn the_count_of_binds_is_bounded() {
        let sql = |count| Sql { text: "SELECT 1".into(), binds: vec![Bind::new(1_i32); count] };
        assert!(sql(65_535).check().is_ok());
        assert_eq!(sql(65_536).check().unwrap_err().kind(), ErrorKind::InvalidStatement);
        assert!(Sql { text: "SELECT '\0'".into(), binds: vec![] }.check().is_err());
    }
}

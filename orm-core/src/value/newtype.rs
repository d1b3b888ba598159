//! PostgreSQL types that are a number or some bytes, as newtypes: a `u32` or `i8` in a model is more often a mistake than an
//! `oid` or a `"char"`.

use std::{fmt, str::FromStr};

use bytes::{BufMut, BytesMut};
use postgres_types::Type;

use super::{CodecError, Element, PgType, Scalar, reader::Reader, scalar::base_type};

/// An object identifier, as the system catalogs have them: `oid`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Oid(pub u32);

/// One byte, as the system catalogs use it for kinds: `"char"`, which is not `char(1)`.
///
/// `PgChar(b'r')`
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PgChar(pub u8);

/// An amount of `money`, in the smallest unit of the currency (cents) that the server's `lc_monetary` names.
///
/// Prefer `numeric` for new columns: the currency of such an amount depends on a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money(pub i64);

/// A hardware address: `macaddr`.
///
/// ```
/// use orm_pg::types::MacAddr;
///
/// let address: MacAddr = "08:00:2b:01:02:03".parse().unwrap();
/// assert_eq!(address.to_string(), "08:00:2b:01:02:03");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct MacAddr(pub [u8; 6]);

/// A hardware address of eight bytes: `macaddr8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct MacAddr8(pub [u8; 8]);

macro_rules! small {
    ($($ty:ident => $pg:expr, $oid:ident, |$it:ident| $bytes:expr, |$array:ident| $value:expr;)+) => { $(
        impl Scalar for $ty {
            const TYPE: PgType = $pg;

            fn accepts(ty: &Type) -> bool {
                *base_type(ty) == Type::$oid
            }

            fn encode(&self, _: &Type, out: &mut BytesMut) -> Result<(), CodecError> {
                let $it = self.0;
                out.put_slice(&$bytes);
                Ok(())
            }

            fn decode(_: &Type, raw: &[u8]) -> Result<Self, CodecError> {
                let mut reader = Reader(raw);
                let $array = reader.array()?;
                reader.end()?;
                Ok(Self($value))
            }
        }

        impl Element for $ty {}
    )+ };
}

small! {
    Oid => PgType::builtin("oid", 26, 1028), OID, |it| it.to_be_bytes(), |it| u32::from_be_bytes(it);
    PgChar => PgType::builtin("\"char\"", 18, 1002), CHAR, |it| [it], |it| u8::from_be_bytes(it);
    Money => PgType::builtin("money", 790, 791), MONEY, |it| it.to_be_bytes(), |it| i64::from_be_bytes(it);
    MacAddr => PgType::builtin("macaddr", 829, 1040), MACADDR, |it| it, |it| it;
    MacAddr8 => PgType::builtin("macaddr8", 774, 775), MACADDR8, |it| it, |it| it;
}

/// The error of a text that is not a hardware address of the right length, such as `08:00:2b:01:02:03`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidMacAddr;

impl fmt::Display for InvalidMacAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a hardware address: expected pairs of hexadecimal digits, separated by colons")
    }
}

impl std::error::Error for InvalidMacAddr {}

fn show(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (index, byte) in bytes.iter().enumerate() {
        write!(f, "{}{byte:02x}", if index > 0 { ":" } else { "" })?;
    }
    Ok(())
}

fn parse<const N: usize>(text: &str) -> Result<[u8; N], InvalidMacAddr> {
    let mut pairs = text.split([':', '-']);
    let mut bytes = [0; N];
    for byte in &mut bytes {
        let pair = pairs.next().filter(|it| it.len() == 2 && it.bytes().all(|it| it.is_ascii_hexdigit()));
        *byte = pair.and_then(|it| u8::from_str_radix(it, 16).ok()).ok_or(InvalidMacAddr)?;
    }
    if pairs.next().is_none() { Ok(bytes) } else { Err(InvalidMacAddr) }
}

macro_rules! hardware {
    ($($ty:ident)+) => { $(
        impl fmt::Display for $ty {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                show(&self.0, f)
            }
        }

        impl FromStr for $ty {
            type Err = InvalidMacAddr;

            fn from_str(text: &str) -> Result<Self, InvalidMacAddr> {
                parse(text).map(Self)
            }
        }
    )+ };
}
hardware! { MacAddr MacAddr8 }

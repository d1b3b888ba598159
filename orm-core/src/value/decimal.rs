//! `numeric` as `rust_decimal::Decimal`: exact, or an error.
//!
//! The crate's own codec rounds numbers with too many digits, and panics at some that are too large.

use bytes::BytesMut;
use postgres_types::{ToSql, Type};
use rust_decimal::Decimal;

use super::{CodecError, Element, PgType, Scalar, codec_error::codec_error, reader::Reader, scalar::base_type};

const NEGATIVE: u16 = 0x4000;
/// NaN and both infinities.
const SPECIAL: u16 = 0xc000;

fn too_many() -> CodecError {
    codec_error("the number has more digits than the 28 of a `Decimal`: change it in SQL, `round(x, 10)` or `::text`")
}

/// A number times `10^-scale`.
struct Scaled {
    mantissa: u128,
    scale: u32,
}

impl Scaled {
    /// Changes the scale towards `scale`, as far as only trailing zeros change and the digits fit.
    fn towards(mut self, scale: u32) -> Self {
        while self.scale > scale && self.mantissa.is_multiple_of(10) {
            self.mantissa /= 10;
            self.scale -= 1;
        }
        while self.scale < scale && self.scale < Decimal::MAX_SCALE {
            match self.mantissa.checked_mul(10).filter(|it| *it <= MAX_MANTISSA) {
                Some(more) => self.mantissa = more,
                None => break,
            }
            self.scale += 1;
        }
        self
    }
}

const MAX_MANTISSA: u128 = (1 << 96) - 1;

fn read(raw: &[u8]) -> Result<Decimal, CodecError> {
    let mut reader = Reader(raw);
    let mut word = || reader.array().map(u16::from_be_bytes);
    let (count, weight, sign, shown) = (word()?, word()?.cast_signed(), word()?, word()?);
    if sign & SPECIAL == SPECIAL {
        return Err(codec_error(
            "the number is NaN or infinite, which a `Decimal` cannot hold: use `f64`, `.cast::<f64>()`",
        ));
    }
    let mut mantissa = 0_u128;
    for _ in 0..count {
        let digits = word()?;
        if digits > 9_999 {
            return Err(codec_error("not a numeric"));
        }
        mantissa = mantissa.checked_mul(10_000).and_then(|it| it.checked_add(digits.into())).ok_or_else(too_many)?;
    }
    reader.end()?;
    // Four decimal digits a group; the first one stands for 10000^weight.
    let behind_point = 4 * (i32::from(count) - 1 - i32::from(weight));
    let mut number = match u32::try_from(behind_point) {
        _ if mantissa == 0 => Scaled { mantissa, scale: 0 },
        Ok(scale) => Scaled { mantissa, scale },
        Err(_) => {
            let shifted = 10_u128.checked_pow(behind_point.unsigned_abs()).and_then(|it| mantissa.checked_mul(it));
            Scaled { mantissa: shifted.ok_or_else(too_many)?, scale: 0 }
        }
    };
    number = number.towards(shown.into());
    if number.scale > Decimal::MAX_SCALE || number.mantissa > MAX_MANTISSA {
        number = number.towards(0);
    }
    let signed = i128::try_from(number.mantissa)?;
    let signed = if sign == NEGATIVE { -signed } else { signed };
    Decimal::try_from_i128_with_scale(signed, number.scale).map_err(|_| too_many())
}

impl Scalar for Decimal {
    const TYPE: PgType = PgType::builtin("numeric", 1700, 1231);

    fn accepts(ty: &Type) -> bool {
        *base_type(ty) == Type::NUMERIC
    }

    fn encode(&self, ty: &Type, out: &mut BytesMut) -> Result<(), CodecError> {
        ToSql::to_sql(self, base_type(ty), out).map(drop)
    }

    fn decode(_: &Type, raw: &[u8]) -> Result<Self, CodecError> {
        read(raw)
    }
}

impl Element for Decimal {}

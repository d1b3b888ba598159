//! The text of constants, from the binary form of values: for places where the server needs a constant instead of a bind.

use postgres_types::{Kind, Type};

use super::reader::Reader;

/// The text that the server reads as the value `raw` of type `ty`; `None` for types whose text form is not known here.
pub(super) fn text(ty: &Type, raw: &[u8]) -> Option<String> {
    if matches!(ty.kind(), Kind::Enum(_)) {
        return utf8(raw);
    }
    match *ty {
        Type::BOOL => Some((raw == [1]).to_string()),
        Type::INT2 => Some(i16::from_be_bytes(raw.try_into().ok()?).to_string()),
        Type::INT4 => Some(i32::from_be_bytes(raw.try_into().ok()?).to_string()),
        Type::INT8 => Some(i64::from_be_bytes(raw.try_into().ok()?).to_string()),
        Type::OID => Some(u32::from_be_bytes(raw.try_into().ok()?).to_string()),
        Type::FLOAT4 => Some(float(f32::from_be_bytes(raw.try_into().ok()?))),
        Type::FLOAT8 => Some(float(f64::from_be_bytes(raw.try_into().ok()?))),
        Type::NUMERIC => numeric(raw),
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::JSON => utf8(raw),
        Type::JSONB => utf8(raw.get(1..)?),
        Type::BYTEA => Some(hex("\\x", raw)),
        Type::UUID => Some(hex("", raw)),
        Type::DATE => Some(date(i32::from_be_bytes(raw.try_into().ok()?))),
        Type::TIMESTAMP => Some(timestamp(i64::from_be_bytes(raw.try_into().ok()?), "")),
        Type::TIMESTAMPTZ => Some(timestamp(i64::from_be_bytes(raw.try_into().ok()?), "+00")),
        _ => None,
    }
}

fn utf8(raw: &[u8]) -> Option<String> {
    std::str::from_utf8(raw).ok().map(str::to_owned)
}

fn hex(before: &str, raw: &[u8]) -> String {
    let mut text = before.to_owned();
    for byte in raw {
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

/// The shortest text that is read as the same number.
fn float(number: impl std::fmt::LowerExp) -> String {
    match format!("{number:e}") {
        text if text == "inf" => "Infinity".to_owned(),
        text if text == "-inf" => "-Infinity".to_owned(),
        text => text,
    }
}

/// Groups of four digits, the first of which stands for 10000^`weight`, with `scale` digits after the point: to the server
/// 1.5 and 1.50 are two constants.
fn numeric(raw: &[u8]) -> Option<String> {
    const NEGATIVE: u16 = 0x4000;
    let mut reader = Reader(raw);
    let mut next = || reader.array().map(u16::from_be_bytes).ok();
    let (count, weight, sign, scale) = (next()?, next()?, next()?, next()?);
    if !matches!(sign, 0 | NEGATIVE) {
        return None;
    }
    let weight = i32::from(i16::from_be_bytes(weight.to_be_bytes()));
    let mut digits = String::new();
    for _ in weight..-1 {
        digits.push_str("0000");
    }
    for _ in 0..count {
        digits.push_str(&format!("{:04}", next()?));
    }
    let whole = usize::try_from(4 * (weight + 1)).unwrap_or(0);
    let wanted = whole + usize::from(scale);
    let digits = format!("{digits:0<wanted$}");
    let sign = if sign == NEGATIVE { "-" } else { "" };
    let (before, after) = (digits.get(..whole)?, digits.get(whole..wanted)?);
    let before = match before.trim_start_matches('0') {
        "" => "0",
        it => it,
    };
    Some(format!("{sign}{before}{}{after}", if after.is_empty() { "" } else { "." }))
}

/// Days since the start of 2000.
fn date(days: i32) -> String {
    match days {
        i32::MAX => "infinity".to_owned(),
        i32::MIN => "-infinity".to_owned(),
        days => {
            let (day, era) = civil(i64::from(days));
            day + era
        }
    }
}

/// Microseconds since the start of 2000.
fn timestamp(micros: i64, zone: &str) -> String {
    const DAY: i64 = 86_400_000_000;
    match micros {
        i64::MAX => "infinity".to_owned(),
        i64::MIN => "-infinity".to_owned(),
        micros => {
            let (day, era) = civil(micros.div_euclid(DAY));
            let rest = micros.rem_euclid(DAY);
            let (seconds, micros) = (rest / 1_000_000, rest % 1_000_000);
            let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
            format!("{day} {hour:02}:{minute:02}:{second:02}.{micros:06}{zone}{era}")
        }
    }
}

/// The day that is `days` after 2000-01-01, and ` BC` before the year 1.
fn civil(days: i64) -> (String, &'static str) {
    // Years begin in March here, so that a leap day is the last of its year; 400 of them have 146,097 days.
    let days = days + 730_425;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    let (year, era) = if year > 0 { (year, "") } else { (1 - year, " BC") };
    (format!("{year:04}-{month:02}-{day:02}"), era)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        let days = [(0, "2000-01-01"), (-1, "1999-12-31"), (59, "2000-02-29"), (60, "2000-03-01"), (366, "2001-01-01")];
        for (days, text) in days {
            assert_eq!(date(days), text);
        }
        assert_eq!((date(-730_119), date(-730_120)), ("0001-01-01".into(), "0001-12-31 BC".into()));
        assert_eq!(timestamp(-1, "+00"), "1999-12-31 23:59:59.999999+00");
        assert_eq!((date(i32::MAX), timestamp(i64::MIN, "")), ("infinity".into(), "-infinity".into()));
    }

    #[test]
    fn floats_are_read_as_the_same_number() {
        assert_eq!(
            [float(0.1), float(-0.0), float(1e300), float(f64::INFINITY)],
            ["1e-1", "-0e0", "1e300", "Infinity"]
        );
        assert_eq!(float(f64::NAN), "NaN");
    }

    #[test]
    fn numbers_keep_the_digits_after_their_point() {
        let number = |parts: &[u16]| {
            let raw: Vec<u8> = parts.iter().flat_map(|it| it.to_be_bytes()).collect();
            text(&Type::NUMERIC, &raw)
        };
        assert_eq!(number(&[0, 0, 0, 2]).as_deref(), Some("0.00"));
        assert_eq!(number(&[2, 0, 0x4000, 1, 1, 5000]).as_deref(), Some("-1.5"));
        assert_eq!(number(&[1, 1, 0, 0, 12]).as_deref(), Some("120000"));
        assert_eq!(number(&[1, 0xfffe, 0, 6, 1200]).as_deref(), Some("0.000012"));
        assert_eq!(number(&[0, 0, 0xc000, 0]), None);
    }

    #[test]
    fn what_has_no_text_here_is_none() {
        assert_eq!(text(&Type::INT4, &[0, 0]), None);
        assert_eq!(text(&Type::POINT, &[0; 16]), None);
    }
}

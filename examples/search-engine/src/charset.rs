//! From bytes to text: the charset of a page, and its repairs.
//!
//! The order is that of the HTML standard: byte order mark, then the header, then `<meta>`. Nothing here fails. Bytes
//! that cannot be decoded become U+FFFD, with a note.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::page::Note;

/// The number of bytes at the start that are searched for `<meta charset>`, as in browsers.
const PRESCAN: usize = 1024;

/// A page's text, ready for PostgreSQL.
#[derive(Debug, Clone)]
pub struct Decoded {
    /// The text, without any NUL.
    pub text: String,
    /// The charset it was read in, by its standard name.
    pub charset: &'static str,
    /// Notes about repairs.
    pub notes: Vec<Note>,
}

/// Decodes `bytes`, whose `Content-Type` header named the charset `header`.
#[must_use]
pub fn decode(bytes: &[u8], header: Option<&str>) -> Decoded {
    let mut notes = Vec::new();
    let encoding = Encoding::for_bom(bytes)
        .map(|(encoding, _)| encoding)
        .or_else(|| named(header, &mut notes))
        .or_else(|| named(meta(bytes).as_deref(), &mut notes).map(ascii_compatible))
        .unwrap_or_else(|| guess(bytes));
    // `decode` drops a byte order mark, and lets one overrule the encoding it is called on.
    let (text, encoding, damaged) = encoding.decode(bytes);
    if damaged {
        notes.push(Note::Undecodable);
    }
    // A NUL is a legal character of HTML's input but not of a `text` value.
    let text = if text.contains('\0') {
        notes.push(Note::Nul);
        text.replace('\0', "")
    } else {
        text.into_owned()
    };
    Decoded { text, charset: encoding.name(), notes }
}

fn named(label: Option<&str>, notes: &mut Vec<Note>) -> Option<&'static Encoding> {
    let found = Encoding::for_label(label?.as_bytes());
    if found.is_none() {
        notes.push(Note::UnknownCharset);
    }
    found
}

/// A `<meta>` that could be read as ASCII and claims UTF-16 is wrong; the standard then uses UTF-8.
fn ascii_compatible(encoding: &'static Encoding) -> &'static Encoding {
    if encoding == UTF_16LE || encoding == UTF_16BE { UTF_8 } else { encoding }
}

/// Returns the charset that a `<meta>` in the first bytes names, in either of its two forms.
fn meta(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(bytes.get(..PRESCAN).unwrap_or(bytes)).to_ascii_lowercase();
    head.split("<meta").skip(1).find_map(|tag| {
        let tag = tag.split('>').next()?;
        let (_, value) = tag.split_once("charset")?;
        let value = value.trim_start().strip_prefix('=')?.trim_start().trim_start_matches(['"', '\'']);
        let end = value.find(['"', '\'', ';', ' ', '/']).unwrap_or(value.len());
        value.get(..end).filter(|label| !label.is_empty()).map(ToOwned::to_owned)
    })
}

/// Guesses an undeclared charset: UTF-16 has many zeros, UTF-8 is valid; otherwise it is the web's old default.
fn guess(bytes: &[u8]) -> &'static Encoding {
    let head = bytes.get(..PRESCAN).unwrap_or(bytes);
    let zeros = |offset: usize| head.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, most) = (zeros(0), zeros(1), (head.len() / 4).max(4));
    if odd > most && even <= odd / 8 {
        UTF_16LE
    } else if even > most && odd <= even / 8 {
        UTF_16BE
    } else if std::str::from_utf8(bytes).is_ok() {
        UTF_8
    } else {
        WINDOWS_1252
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], header: Option<&str>, text: &str, charset: &str, notes: &[Note]) {
        let decoded = decode(bytes, header);
        assert_eq!((decoded.text.as_str(), decoded.charset, decoded.notes.as_slice()), (text, charset, notes));
    }

    fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn a_byte_order_mark_beats_the_header() {
        check(b"\xef\xbb\xbfgr\xc3\xbcn", Some("iso-8859-1"), "grün", "UTF-8", &[]);
        check(b"\xff\xfeh\0i\0", Some("utf-8"), "hi", "UTF-16LE", &[]);
    }

    #[test]
    fn the_header_beats_the_meta() {
        check(b"<meta charset=utf-8>gr\xfcn", Some("latin1"), "<meta charset=utf-8>grün", "windows-1252", &[]);
    }

    #[test]
    fn both_forms_of_meta_are_read() {
        let short = b"<meta charset=\"ISO-8859-2\">\xb1".as_slice();
        check(short, None, "<meta charset=\"ISO-8859-2\">ą", "ISO-8859-2", &[]);
        let long = b"<META http-equiv='Content-Type' content='text/html; Charset=KOI8-R'>\xc1".as_slice();
        let text = "<META http-equiv='Content-Type' content='text/html; Charset=KOI8-R'>а";
        check(long, None, text, "KOI8-R", &[]);
        check(b"<meta charset=utf-16>\xc3\xa9", None, "<meta charset=utf-16>é", "UTF-8", &[]);
    }

    #[test]
    fn an_undeclared_charset_is_guessed() {
        check("grün".as_bytes(), None, "grün", "UTF-8", &[]);
        check(b"gr\xfcn", None, "grün", "windows-1252", &[]);
        check(&utf16("plain text", u16::to_le_bytes), None, "plain text", "UTF-16LE", &[]);
        check(&utf16("plain text", u16::to_be_bytes), None, "plain text", "UTF-16BE", &[]);
        check(b"", None, "", "UTF-8", &[]);
    }

    #[test]
    fn what_is_mended_is_noted() {
        check(b"gr\xfcn", Some("utf-8"), "gr\u{fffd}n", "UTF-8", &[Note::Undecodable]);
        check(b"hi", Some("klingon"), "hi", "UTF-8", &[Note::UnknownCharset]);
        check(b"a\0b", None, "ab", "UTF-8", &[Note::Nul]);
    }
}

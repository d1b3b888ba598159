//! What says whether a file was changed after it ran.

use sha2::{Digest, Sha256};

/// Returns the SHA-256 of `text` in hexadecimal, without regard to what editors and git change: a byte order mark, the ends of
/// lines (CRLF), blanks at the end of a line, and empty lines at the end of the file.
///
/// ```
/// use orm_pg::schema::migrate::file::checksum;
///
/// assert_eq!(checksum("SELECT 1;\n"), checksum("\u{feff}SELECT 1;  \r\n\r\n"));
/// assert_ne!(checksum("SELECT 1;\n"), checksum("SELECT 2;\n"));
/// ```
#[must_use]
pub fn checksum(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim_end();
    let mut hash = Sha256::new();
    for line in text.lines() {
        hash.update(line.trim_end());
        hash.update(b"\n");
    }
    let digits = |it: u8| [it >> 4, it & 15].map(|it| char::from_digit(it.into(), 16).unwrap_or_default());
    hash.finalize().iter().copied().flat_map(digits).collect()
}

//! Why a value could not be encoded or decoded, without quoting the value.

use std::{borrow::Cow, error::Error as StdError, fmt};

/// Why a value could not be encoded or decoded.
pub type CodecError = Box<dyn std::error::Error + Send + Sync>;

/// A message that quotes no value, so that an error may show it. Its source may quote one.
#[derive(Debug)]
pub(crate) struct CodecMessage {
    text: Cow<'static, str>,
    source: Option<CodecError>,
}

/// An error whose message quotes no value.
#[cold]
pub(crate) fn codec_error(text: impl Into<Cow<'static, str>>) -> CodecError {
    Box::new(CodecMessage { text: text.into(), source: None })
}

/// The same, with its cause.
#[cold]
pub(crate) fn codec_error_from(text: impl Into<Cow<'static, str>>, source: impl Into<CodecError>) -> CodecError {
    Box::new(CodecMessage { text: text.into(), source: Some(source.into()) })
}

impl fmt::Display for CodecMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl StdError for CodecMessage {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|it| it as &(dyn StdError + 'static))
    }
}

//! The meaning of HTML elements for words: which end a line, and which contain no words of the page.

/// Elements whose content the tokenizer returns as one text that nobody reads.
pub(super) fn is_raw(tag: &[u8]) -> bool {
    matches!(tag, b"script" | b"style" | b"iframe" | b"xmp" | b"noembed" | b"noframe" | b"noscript" | b"textarea")
}

/// Elements around or above the content, not part of it.
pub(super) fn is_aside(tag: &[u8]) -> bool {
    matches!(tag, b"nav" | b"template" | b"svg" | b"button" | b"select" | b"dialog")
}

/// Elements that start and end a line.
#[rustfmt::skip]
pub(super) fn is_block(tag: &[u8]) -> bool {
    matches!(
        tag,
        b"address" | b"article" | b"aside" | b"blockquote" | b"br" | b"caption" | b"center" | b"dd" | b"details" | b"div"
            | b"dl" | b"dt" | b"fieldset" | b"figcaption" | b"figure" | b"footer" | b"form" | b"h1" | b"h2" | b"h3" | b"h4"
            | b"h5" | b"h6" | b"header" | b"hr" | b"legend" | b"li" | b"main" | b"nav" | b"ol" | b"option" | b"p" | b"pre"
            | b"section" | b"summary" | b"table" | b"tbody" | b"td" | b"tfoot" | b"th" | b"thead" | b"tr" | b"ul"
    )
}

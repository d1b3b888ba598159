//! Where in SQL a character stands: only outside of quotes and comments is a name in braces a value.

/// Follows a text, character by character.
#[derive(Debug)]
pub(super) struct Scanner {
    place: Place,
    before: char,
    numbered: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Place {
    Plain,
    /// Behind a `'` that ended a text; another one would continue it.
    TextEnd {
        escapes: bool,
    },
    Text {
        escapes: bool,
        escaped: bool,
    },
    Ident,
    /// Behind a `$` that may open a quote, and its tag so far.
    Tag(String),
    /// Between `$tag$` and `$tag$`, with what may be the end of it.
    Dollar {
        end: String,
        tail: String,
    },
    Line,
    Block(u32),
}

fn is_word(char: char) -> bool {
    char.is_alphanumeric() || char == '_'
}

impl Scanner {
    pub(super) fn new() -> Self {
        Self { place: Place::Plain, before: ' ', numbered: false }
    }

    /// Whether a value can stand here; otherwise what is in the way.
    pub(super) fn obstacle(&self) -> Option<&'static str> {
        match self.place {
            Place::Plain | Place::TextEnd { .. } | Place::Tag(_) => None,
            Place::Text { .. } | Place::Ident | Place::Dollar { .. } => Some("quotes"),
            Place::Line | Place::Block(_) => Some("a comment"),
        }
    }

    /// What is not closed at the end of the text.
    pub(super) fn unclosed(&self) -> Option<&'static str> {
        match self.place {
            Place::Plain | Place::TextEnd { .. } | Place::Tag(_) | Place::Line => None,
            Place::Text { .. } => Some("a `'`"),
            Place::Ident => Some("a `\"`"),
            Place::Dollar { .. } => Some("a `$` quote"),
            Place::Block(_) => Some("a `/*` comment"),
        }
    }

    /// Whether a numbered placeholder was met.
    pub(super) fn is_numbered(&self) -> bool {
        self.numbered
    }

    /// Passes over a value in braces.
    pub(super) fn value(&mut self) {
        self.place = Place::Plain;
        self.before = ' ';
    }

    /// Passes over a character.
    pub(super) fn push(&mut self, char: char) {
        let place = std::mem::replace(&mut self.place, Place::Plain);
        self.place = match place {
            Place::Plain => self.plain(char),
            Place::TextEnd { escapes } if char == '\'' => Place::Text { escapes, escaped: false },
            Place::TextEnd { .. } => self.plain(char),
            Place::Text { escapes, escaped: true } => Place::Text { escapes, escaped: false },
            Place::Text { escapes, .. } if char == '\'' => Place::TextEnd { escapes },
            Place::Text { escapes, .. } => Place::Text { escapes, escaped: escapes && char == '\\' },
            Place::Ident if char == '"' => Place::Plain,
            Place::Ident => Place::Ident,
            Place::Tag(tag) if char == '$' => Place::Dollar { end: format!("${tag}$"), tail: String::new() },
            Place::Tag(tag) if tag.is_empty() && char.is_ascii_digit() => {
                self.numbered = true;
                Place::Plain
            }
            Place::Tag(tag) if is_word(char) => Place::Tag(tag + char.encode_utf8(&mut [0; 4])),
            Place::Tag(_) => self.plain(char),
            Place::Dollar { end, mut tail } => {
                tail.push(char);
                if tail.ends_with(&end) { Place::Plain } else { Place::Dollar { end, tail } }
            }
            Place::Line if char == '\n' => Place::Plain,
            Place::Line => Place::Line,
            Place::Block(depth) => match (self.before, char) {
                ('*', '/') if depth == 1 => Place::Plain,
                ('*', '/') => Place::Block(depth - 1),
                ('/', '*') => Place::Block(depth + 1),
                _ => Place::Block(depth),
            },
        };
        // A character that has been one half of a sign is not the other half of the next: `/*/` opens only.
        let paired = matches!((self.before, char), ('*', '/') | ('/', '*'));
        self.before = if paired { ' ' } else { char };
    }

    fn plain(&self, char: char) -> Place {
        match (self.before, char) {
            ('-', '-') => Place::Line,
            ('/', '*') => Place::Block(1),
            (before, '\'') => Place::Text { escapes: matches!(before, 'e' | 'E'), escaped: false },
            (_, '"') => Place::Ident,
            (before, '$') if !is_word(before) => Place::Tag(String::new()),
            _ => Place::Plain,
        }
    }
}

//! Where in SQL a character stands: only outside of quotes and comments is a name in braces a value.
//!
//! The rules are those of the server's lexer, with `standard_conforming_strings` on.

/// Follows a text, character by character.
#[derive(Debug)]
pub(super) struct Scanner {
    place: Place,
    /// The character before, unless it was a part of a sign that has had its effect.
    before: char,
    word: Word,
    /// Behind a text: whether backslashes escape in it, and whether a line has ended since. Then another `'` continues
    /// it.
    ended: Option<(bool, bool)>,
    numbered: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Place {
    Plain,
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

/// What the character before is a part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    None,
    Number,
    /// A name; whether it is just `e`, which makes backslashes of a text behind it escape.
    Name {
        e: bool,
    },
}

fn begins_name(char: char) -> bool {
    char.is_ascii_alphabetic() || char == '_' || !char.is_ascii()
}

fn is_line_end(char: char) -> bool {
    matches!(char, '\n' | '\r')
}

impl Scanner {
    pub(super) fn new() -> Self {
        Self { place: Place::Plain, before: ' ', word: Word::None, ended: None, numbered: false }
    }

    /// Whether a value can stand here; otherwise what is in the way.
    pub(super) fn obstacle(&self) -> Option<&'static str> {
        match self.place {
            Place::Plain | Place::Tag(_) => None,
            Place::Text { .. } | Place::Ident | Place::Dollar { .. } => Some("quotes"),
            Place::Line | Place::Block(_) => Some("a comment"),
        }
    }

    /// Whether a `$` here would be a part of the word before it.
    pub(super) fn is_in_word(&self) -> bool {
        self.word != Word::None || matches!(self.place, Place::Tag(_))
    }

    /// What is not closed at the end of the text.
    pub(super) fn unclosed(&self) -> Option<&'static str> {
        match self.place {
            Place::Plain | Place::Tag(_) | Place::Line => None,
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
        *self = Self { numbered: self.numbered, ..Self::new() };
    }

    /// Passes over a character.
    pub(super) fn push(&mut self, char: char) {
        let place = std::mem::replace(&mut self.place, Place::Plain);
        let before = std::mem::replace(&mut self.before, char);
        self.place = match place {
            Place::Plain => self.plain(before, char),
            Place::Text { escapes, escaped: true } => Place::Text { escapes, escaped: false },
            Place::Text { escapes, .. } if char == '\'' => {
                self.ended = Some((escapes, false));
                Place::Plain
            }
            Place::Text { escapes, .. } => Place::Text { escapes, escaped: escapes && char == '\\' },
            Place::Ident if char == '"' => Place::Plain,
            Place::Ident => Place::Ident,
            Place::Tag(tag) if char == '$' => Place::Dollar { end: format!("${tag}$"), tail: String::new() },
            Place::Tag(tag) if tag.is_empty() && char.is_ascii_digit() => {
                self.numbered = true;
                self.word = Word::Number;
                Place::Plain
            }
            Place::Tag(tag) if begins_name(char) || (char.is_ascii_digit() && !tag.is_empty()) => {
                Place::Tag(tag + char.encode_utf8(&mut [0; 4]))
            }
            // It was none; what looked like its tag is a name.
            Place::Tag(tag) => {
                self.word = if tag.is_empty() { Word::None } else { Word::Name { e: tag.eq_ignore_ascii_case("e") } };
                self.plain(before, char)
            }
            Place::Dollar { end, mut tail } => {
                tail.push(char);
                if tail.ends_with(&end) { Place::Plain } else { Place::Dollar { end, tail } }
            }
            Place::Line if is_line_end(char) => {
                self.line_ended();
                Place::Plain
            }
            Place::Line => Place::Line,
            Place::Block(depth) => match (before, char) {
                ('*', '/') => {
                    self.before = ' ';
                    if depth == 1 { Place::Plain } else { Place::Block(depth - 1) }
                }
                ('/', '*') => {
                    self.before = ' ';
                    Place::Block(depth + 1)
                }
                _ => Place::Block(depth),
            },
        };
    }

    fn line_ended(&mut self) {
        if let Some((_, line)) = &mut self.ended {
            *line = true;
        }
    }

    fn plain(&mut self, before: char, char: char) -> Place {
        let word = std::mem::replace(&mut self.word, Word::None);
        let ended = self.ended.take();
        match (before, char) {
            // The text goes on: behind a doubled quote, or on another line.
            (_, '\'') if ended.is_some_and(|(_, line)| line || before == '\'') => {
                Place::Text { escapes: ended.is_some_and(|it| it.0), escaped: false }
            }
            (_, '\'') => Place::Text { escapes: word == Word::Name { e: true }, escaped: false },
            ('-', '-') => {
                self.ended = ended;
                Place::Line
            }
            ('/', '*') => {
                self.before = ' ';
                Place::Block(1)
            }
            (_, '"') => Place::Ident,
            (_, '$') if !matches!(word, Word::Name { .. }) => Place::Tag(String::new()),
            (_, it) => {
                self.word = match word {
                    Word::Name { .. } if begins_name(it) || it.is_ascii_digit() || it == '$' => Word::Name { e: false },
                    _ if begins_name(it) => Word::Name { e: matches!(it, 'e' | 'E') },
                    _ if it.is_ascii_digit() => Word::Number,
                    _ => Word::None,
                };
                // Blanks and comments may stand before what continues a text; a first `-` may begin one.
                if before != '-' && (it.is_ascii_whitespace() || it == '-') {
                    self.ended = ended;
                    if is_line_end(it) {
                        self.line_ended();
                    }
                }
                Place::Plain
            }
        }
    }
}

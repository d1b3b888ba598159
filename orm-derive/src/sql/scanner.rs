//! Follows SQL through quotes and comments: a name in braces is a value only outside of them.
//!
//! The rules are those of the server's lexer, with `standard_conforming_strings` on.

/// Follows a text, character by character.
#[derive(Debug)]
pub(super) struct Scanner {
    state: State,
    /// The previous character, unless it was the end of a sign such as `*/`.
    before: char,
    word: Word,
    /// After a text: whether backslashes escape in it, and whether a line has ended since: then another `'` continues it.
    ended: Option<(bool, bool)>,
    numbered: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    Plain,
    Text {
        escapes: bool,
        escaped: bool,
    },
    Ident,
    /// After a `$` that may open a quote, with its tag so far.
    Tag(String),
    /// Between `$tag$` and `$tag$`, with the last characters, which may be its end.
    Dollar {
        end: String,
        tail: String,
    },
    Line,
    Block(u32),
}

/// The word that the previous character is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    None,
    Number,
    /// A name; whether it is just `e`, after which backslashes in a text escape.
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
        Self { state: State::Plain, before: ' ', word: Word::None, ended: None, numbered: false }
    }

    /// The quotes or comment that keep a value from standing here, if any.
    pub(super) fn obstacle(&self) -> Option<&'static str> {
        match self.state {
            State::Plain | State::Tag(_) => None,
            State::Text { .. } | State::Ident | State::Dollar { .. } => Some("quotes"),
            State::Line | State::Block(_) => Some("a comment"),
        }
    }

    /// Whether a `$` here would be a part of the word before it.
    pub(super) fn is_in_word(&self) -> bool {
        self.word != Word::None || matches!(self.state, State::Tag(_))
    }

    /// The sign that is not closed at the end of the text, if any.
    pub(super) fn unclosed(&self) -> Option<&'static str> {
        match self.state {
            State::Plain | State::Tag(_) | State::Line => None,
            State::Text { .. } => Some("a `'`"),
            State::Ident => Some("a `\"`"),
            State::Dollar { .. } => Some("a `$` quote"),
            State::Block(_) => Some("a `/*` comment"),
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
        let state = std::mem::replace(&mut self.state, State::Plain);
        let before = std::mem::replace(&mut self.before, char);
        self.state = match state {
            State::Plain => self.plain(before, char),
            State::Text { escapes, escaped: true } => State::Text { escapes, escaped: false },
            State::Text { escapes, .. } if char == '\'' => {
                self.ended = Some((escapes, false));
                State::Plain
            }
            State::Text { escapes, .. } => State::Text { escapes, escaped: escapes && char == '\\' },
            State::Ident if char == '"' => State::Plain,
            State::Ident => State::Ident,
            State::Tag(tag) if char == '$' => State::Dollar { end: format!("${tag}$"), tail: String::new() },
            State::Tag(tag) if tag.is_empty() && char.is_ascii_digit() => {
                self.numbered = true;
                self.word = Word::Number;
                State::Plain
            }
            State::Tag(tag) if begins_name(char) || (char.is_ascii_digit() && !tag.is_empty()) => {
                State::Tag(tag + char.encode_utf8(&mut [0; 4]))
            }
            // It was not a dollar quote; the text that looked like its tag is a name.
            State::Tag(tag) => {
                self.word = if tag.is_empty() { Word::None } else { Word::Name { e: tag.eq_ignore_ascii_case("e") } };
                self.plain(before, char)
            }
            State::Dollar { end, mut tail } => {
                tail.push(char);
                if tail.ends_with(&end) { State::Plain } else { State::Dollar { end, tail } }
            }
            State::Line if is_line_end(char) => {
                self.line_ended();
                State::Plain
            }
            State::Line => State::Line,
            State::Block(depth) => match (before, char) {
                ('*', '/') => {
                    self.before = ' ';
                    if depth == 1 { State::Plain } else { State::Block(depth - 1) }
                }
                ('/', '*') => {
                    self.before = ' ';
                    State::Block(depth + 1)
                }
                _ => State::Block(depth),
            },
        };
    }

    fn line_ended(&mut self) {
        if let Some((_, line)) = &mut self.ended {
            *line = true;
        }
    }

    fn plain(&mut self, before: char, char: char) -> State {
        let word = std::mem::replace(&mut self.word, Word::None);
        let ended = self.ended.take();
        match (before, char) {
            // The text continues: after a doubled quote, or on another line.
            (_, '\'') if ended.is_some_and(|(_, line)| line || before == '\'') => {
                State::Text { escapes: ended.is_some_and(|it| it.0), escaped: false }
            }
            (_, '\'') => State::Text { escapes: word == Word::Name { e: true }, escaped: false },
            ('-', '-') => {
                self.ended = ended;
                State::Line
            }
            ('/', '*') => {
                self.before = ' ';
                State::Block(1)
            }
            (_, '"') => State::Ident,
            (_, '$') if !matches!(word, Word::Name { .. }) => State::Tag(String::new()),
            (_, it) => {
                self.word = match word {
                    Word::Name { .. } if begins_name(it) || it.is_ascii_digit() || it == '$' => Word::Name { e: false },
                    _ if begins_name(it) => Word::Name { e: matches!(it, 'e' | 'E') },
                    _ if it.is_ascii_digit() => Word::Number,
                    _ => Word::None,
                };
                // Blanks and comments may come before the continuation of a text; a first `-` may begin a comment.
                if before != '-' && (it.is_ascii_whitespace() || it == '-') {
                    self.ended = ended;
                    if is_line_end(it) {
                        self.line_ended();
                    }
                }
                State::Plain
            }
        }
    }
}

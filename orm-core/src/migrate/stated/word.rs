//! The words of a statement.

/// A word of a statement, or a sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// A name as the server reads it: without quotes, or in lower case.
    pub(super) name: String,
    /// Whether it is in quotes, and therefore no keyword.
    quoted: bool,
}

impl Word {
    pub(super) fn is(&self, keyword: &str) -> bool {
        !self.quoted && self.name.eq_ignore_ascii_case(keyword)
    }
}

/// Splits a statement. Strings become the word `'`; comments are not expected.
pub(super) fn words(sql: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut rest = sql.chars().peekable();
    while let Some(first) = rest.next() {
        let mut name = String::new();
        match first {
            _ if first.is_whitespace() => continue,
            '"' | '\'' => {
                while let Some(it) = rest.next() {
                    if it == first && rest.next_if_eq(&first).is_none() {
                        break;
                    }
                    name.push(it);
                }
                if first == '\'' {
                    name = "'".to_owned();
                }
            }
            _ if first.is_alphanumeric() || first == '_' => {
                name.extend(first.to_lowercase());
                while let Some(it) = rest.next_if(|it| it.is_alphanumeric() || matches!(it, '_' | '$')) {
                    name.extend(it.to_lowercase());
                }
            }
            sign => name.push(sign),
        }
        words.push(Word { name, quoted: first == '"' });
    }
    words
}

/// The words of a statement that have not been read yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rest<'a>(pub(super) &'a [Word]);

impl<'a> Rest<'a> {
    /// Reads the keywords if they come next.
    pub(super) fn take(&mut self, keywords: &str) -> bool {
        let mut rest = self.0;
        for keyword in keywords.split(' ') {
            match rest.split_first() {
                Some((word, after)) if word.is(keyword) => rest = after,
                _ => return false,
            }
        }
        self.0 = rest;
        true
    }

    /// Reads the keywords if they come next, and otherwise nothing.
    pub(super) fn skip(&mut self, keywords: &str) {
        let _: bool = self.take(keywords);
    }

    /// Reads a word.
    pub(super) fn word(&mut self) -> Option<&'a str> {
        let (word, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(&word.name)
    }

    /// Whether the keywords come somewhere in the rest, next to each other.
    pub(super) fn has(&self, keywords: &str) -> bool {
        self.after(keywords).is_some()
    }

    /// What comes after the keywords.
    pub(super) fn after(&self, keywords: &str) -> Option<Self> {
        let mut rest = *self;
        loop {
            let mut here = rest;
            if here.take(keywords) {
                return Some(here);
            }
            rest.word()?;
        }
    }
}

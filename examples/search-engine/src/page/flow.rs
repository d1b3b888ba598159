//! Text that is collected from a document before it is stored.

/// Running text with a limit: white space is collapsed, and text beyond the limit is dropped.
#[derive(Debug)]
pub(super) struct Flow {
    text: String,
    limit: usize,
    gap: Option<char>,
    cut: bool,
}

impl Flow {
    pub(super) fn new(limit: usize) -> Self {
        Self { text: String::new(), limit, gap: None, cut: false }
    }

    /// Appends text from the document.
    pub(super) fn push(&mut self, text: &str) {
        if text.starts_with(char::is_whitespace) {
            self.space();
        }
        for (index, word) in text.split_whitespace().enumerate() {
            if index > 0 {
                self.space();
            }
            self.word(word);
        }
        if text.ends_with(char::is_whitespace) {
            self.space();
        }
    }

    fn space(&mut self) {
        self.gap.get_or_insert(' ');
    }

    /// Makes the next word start on a new line.
    pub(super) fn end_line(&mut self) {
        self.gap = Some('\n');
    }

    fn word(&mut self, word: &str) {
        let gap = self.gap.take().filter(|_| !self.text.is_empty());
        let room = self.limit.saturating_sub(self.text.len() + usize::from(gap.is_some()));
        if self.cut || room == 0 {
            self.cut = true;
            return;
        }
        self.text.extend(gap);
        if word.len() <= room {
            self.text.push_str(word);
        } else {
            // In scripts without spaces a whole paragraph is one word, so the part that fits is kept.
            self.cut = true;
            self.text
                .extend(word.char_indices().take_while(|(at, letter)| at + letter.len_utf8() <= room).map(|it| it.1));
        }
    }

    pub(super) fn is_cut(&self) -> bool {
        self.cut
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

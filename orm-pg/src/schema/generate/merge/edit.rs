//! Changes of a text by place.

use std::ops::Range;

use super::{
    super::{previous::OldAttribute, text},
    merged::Merged,
};

/// Changes of one text, all given by places in the text as it was.
pub(super) struct Edits<'a> {
    source: &'a str,
    all: Vec<(Range<usize>, String)>,
}

impl<'a> Edits<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Self { source, all: Vec::new() }
    }

    /// The text at `range`.
    pub(super) fn text(&self, range: Range<usize>) -> &'a str {
        self.source.get(range).unwrap_or_default()
    }

    pub(super) fn replace(&mut self, range: Range<usize>, text: String) {
        self.all.push((range, text));
    }

    pub(super) fn insert(&mut self, at: usize, text: String) {
        if !text.is_empty() {
            self.all.push((at..at, text));
        }
    }

    /// Removes what is at `range` with the rest of its lines, and one empty line before them.
    pub(super) fn remove_lines(&mut self, range: Range<usize>) {
        let start = self.line_start(range.start);
        let start = if self.text(0..start).ends_with("\n\n") { start - 1 } else { start };
        let end = self.after_line(range.end);
        self.replace(start..end, String::new());
    }

    /// Removes a field or variant with its comma.
    pub(super) fn remove_member(&mut self, range: Range<usize>, end: usize) {
        let after = self.text(range.end..end);
        let comma = if after.trim_start().starts_with(',') { after.find(',').map_or(0, |it| it + 1) } else { 0 };
        let to = range.end + comma;
        self.replace(self.line_start(range.start)..self.after_line(to), String::new());
    }

    /// Inserts a field or variant after the one that ends at `place`, or as the first.
    pub(super) fn insert_member(&mut self, place: Option<usize>, body: &Range<usize>, member: &str) {
        let Some(place) = place else { return self.insert(body.start, format!("\n    {member}")) };
        let after = self.text(place..body.end);
        if !after.trim_start().starts_with(',') {
            return self.insert(place, format!(",\n    {member}"));
        }
        let at = place + after.find(',').map_or(0, |it| it + 1);
        let line = self.text(at..body.end).split('\n').next().unwrap_or_default();
        let rest = line.trim_start();
        let at = if rest.is_empty() || rest.starts_with("//") { at + line.len() } else { at };
        self.insert(at, format!("\n    {member}"));
    }

    /// Changes the attributes of an item or member; new ones follow the last one, or precede `head`.
    pub(super) fn attributes(&mut self, before: &[OldAttribute], head: usize, merged: Merged, indent: usize) {
        for (attribute, options) in before.iter().zip(merged.attributes) {
            match options {
                None => {}
                Some(options) if options.is_empty() => {
                    let rest = self.text(attribute.range.end..self.source.len());
                    let space = rest.len() - rest.trim_start().len();
                    self.replace(attribute.range.start..attribute.range.end + space, String::new());
                }
                Some(options) => self.replace(attribute.range.clone(), text::attributes(&options, indent)),
            }
        }
        if merged.added.is_empty() {
            return;
        }
        let (text, space) = (text::attributes(&merged.added, indent), " ".repeat(indent));
        match before.last() {
            Some(last) => self.insert(last.range.end, format!("\n{space}{text}")),
            None => self.insert(head, format!("{text}\n{space}")),
        }
    }

    /// The text with all changes.
    pub(super) fn apply(mut self) -> String {
        self.all.sort_by_key(|(range, _)| range.start);
        let (mut out, mut at) = (String::new(), 0);
        for (range, text) in self.all {
            out.push_str(self.source.get(at..range.start).unwrap_or_default());
            out.push_str(&text);
            at = at.max(range.end);
        }
        out.push_str(self.source.get(at..).unwrap_or_default());
        out
    }

    /// The start of the line of `at`, if only space is before it.
    fn line_start(&self, at: usize) -> usize {
        let before = self.text(0..at);
        let start = before.rfind('\n').map_or(0, |it| it + 1);
        if self.text(start..at).trim().is_empty() { start } else { at }
    }

    /// The place after the line break that follows `at`, if only space is between.
    fn after_line(&self, at: usize) -> usize {
        let rest = self.text(at..self.source.len());
        match rest.find('\n') {
            Some(end) if rest.get(..end).is_some_and(|it| it.trim().is_empty()) => at + end + 1,
            _ => at,
        }
    }
}

//! The pass over the tokens of an HTML document.
//!
//! It keeps no stack: only which heading and which skipped element is open. That is enough for words and links, and
//! leaves nothing that grows with the depth of a page.

use std::collections::HashSet;
use std::convert::Infallible;

use html5gum::emitters::callback::{Callback, CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};
use url::Url;

use super::element::{is_aside, is_block, is_raw};
use super::flow::Flow;
use super::{MAX_HEADINGS, MAX_LINKS, MAX_TEXT, MAX_TITLE, Note, Page};
use crate::site::{MAX_ADDRESS, normalise};

/// Reads `html`. The caller sets the charset, and the title if the document has none.
pub(super) fn read(html: &str, url: &Url) -> Page {
    let mut reader = Reader::new();
    let mut emitter = CallbackEmitter::new(&mut reader);
    // `<script>`, `<style>`, `<title>` and the like have text that is not markup.
    emitter.naively_switch_states(true);
    let Ok(()) = Tokenizer::new_with_emitter(html, emitter).finish();
    reader.page(url)
}

/// An element whose text is not part of the page's own text; `depth` counts nested elements of the same name.
#[derive(Debug)]
struct Skipped {
    name: Vec<u8>,
    depth: usize,
    text: Flow,
}

/// The attributes of the current tag that matter here.
#[derive(Debug, Default)]
struct Attributes {
    href: Option<String>,
    src: Option<String>,
    rel: Option<String>,
    name: Option<String>,
    content: Option<String>,
    http_equiv: Option<String>,
}

#[derive(Debug)]
struct Reader {
    tag: Vec<u8>,
    attribute: Vec<u8>,
    attributes: Attributes,
    text: Flow,
    title: Option<Flow>,
    in_title: bool,
    raw: bool,
    skipped: Option<Skipped>,
    heading: Option<Flow>,
    headings: Vec<String>,
    links: Vec<String>,
    base: Option<String>,
    index: bool,
    follow: bool,
    cut: bool,
}

impl Callback<Infallible, ()> for &mut Reader {
    fn handle_event(&mut self, event: CallbackEvent<'_>, _: Span<()>) -> Option<Infallible> {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                self.tag.clear();
                self.tag.extend_from_slice(name);
                self.attributes = Attributes::default();
            }
            CallbackEvent::AttributeName { name } => {
                self.attribute.clear();
                self.attribute.extend_from_slice(name);
            }
            CallbackEvent::AttributeValue { value } => self.attribute_value(value),
            CallbackEvent::CloseStartTag { self_closing } => self.start(self_closing),
            CallbackEvent::EndTag { name } => self.end(name),
            CallbackEvent::String { value } => self.string(&String::from_utf8_lossy(value)),
            CallbackEvent::Comment { .. } | CallbackEvent::Doctype { .. } | CallbackEvent::Error(_) => {}
        }
        None
    }
}

impl Reader {
    fn new() -> Self {
        Self {
            tag: Vec::new(),
            attribute: Vec::new(),
            attributes: Attributes::default(),
            text: Flow::new(MAX_TEXT),
            title: None,
            in_title: false,
            raw: false,
            skipped: None,
            heading: None,
            headings: Vec::new(),
            links: Vec::new(),
            base: None,
            index: true,
            follow: true,
            cut: false,
        }
    }

    fn attribute_value(&mut self, value: &[u8]) {
        let slot = match self.attribute.as_slice() {
            b"href" => &mut self.attributes.href,
            b"src" => &mut self.attributes.src,
            b"rel" => &mut self.attributes.rel,
            b"name" => &mut self.attributes.name,
            b"content" => &mut self.attributes.content,
            b"http-equiv" => &mut self.attributes.http_equiv,
            _ => return,
        };
        // If an attribute is given twice, the first counts.
        slot.get_or_insert_with(|| String::from_utf8_lossy(value).into_owned());
    }

    fn start(&mut self, self_closing: bool) {
        let tag = std::mem::take(&mut self.tag);
        let attributes = std::mem::take(&mut self.attributes);
        match tag.as_slice() {
            b"a" | b"area" => {
                let nofollow = attributes.rel.as_deref().is_some_and(|rel| has_word(rel, "nofollow"));
                self.link(attributes.href.filter(|_| !nofollow));
            }
            b"frame" | b"iframe" => self.link(attributes.src),
            b"base" => self.base = self.base.take().or(attributes.href),
            b"meta" => self.meta(&attributes),
            b"title" if self.skipped.is_none() => self.in_title = true,
            b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" if self.skipped.is_none() => {
                self.end_heading();
                self.heading = Some(Flow::new(MAX_TITLE));
            }
            // A page whose `<nav>` is never closed still has its content.
            b"main" | b"article" => self.skipped = None,
            _ => {}
        }
        if is_raw(&tag) {
            self.raw = true;
        } else if is_block(&tag) {
            self.end_line();
        }
        match &mut self.skipped {
            Some(skipped) if skipped.name == tag && !self_closing => skipped.depth += 1,
            None if is_aside(&tag) && !self_closing => {
                self.skipped = Some(Skipped { name: tag.clone(), depth: 1, text: Flow::new(MAX_TEXT) });
            }
            _ => {}
        }
        self.tag = tag;
    }

    fn end(&mut self, name: &[u8]) {
        match name {
            b"title" => self.in_title = false,
            b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" => self.end_heading(),
            _ => {}
        }
        if is_raw(name) {
            self.raw = false;
        } else if is_block(name) {
            self.end_line();
        }
        if let Some(skipped) = &mut self.skipped
            && skipped.name == name
        {
            skipped.depth -= 1;
            if skipped.depth == 0 {
                self.skipped = None;
            }
        }
    }

    fn string(&mut self, text: &str) {
        // Documentation often puts a link sign next to each heading; it is not a word of the heading.
        if self.raw || matches!(text.trim(), "§" | "¶") {
            return;
        }
        if self.in_title {
            self.title.get_or_insert_with(|| Flow::new(MAX_TITLE)).push(text);
        } else if let Some(skipped) = &mut self.skipped {
            skipped.text.push(text);
        } else {
            self.text.push(text);
            if let Some(heading) = &mut self.heading {
                heading.push(text);
            }
        }
    }

    fn end_line(&mut self) {
        match &mut self.skipped {
            Some(skipped) => skipped.text.end_line(),
            None => self.text.end_line(),
        }
    }

    fn end_heading(&mut self) {
        let heading = self.heading.take().map(Flow::finish).filter(|heading| !heading.is_empty());
        if self.headings.len() < MAX_HEADINGS {
            self.headings.extend(heading);
        } else {
            self.cut |= heading.is_some();
        }
    }

    fn link(&mut self, href: Option<String>) {
        // A link within the page does not count; documentation has more of these than of others.
        let Some(href) = href.filter(|href| !href.starts_with('#') && href.len() <= MAX_ADDRESS) else { return };
        if self.links.len() < 2 * MAX_LINKS {
            self.links.push(href);
        } else {
            self.cut = true;
        }
    }

    fn meta(&mut self, attributes: &Attributes) {
        let content = attributes.content.as_deref().unwrap_or_default();
        if attributes.name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case("robots")) {
            let (index, follow) = wishes(content);
            self.index &= index;
            self.follow &= follow;
        }
        if attributes.http_equiv.as_deref().is_some_and(|name| name.eq_ignore_ascii_case("refresh"))
            && let Some((_, target)) = content.split_once('=')
        {
            self.link(Some(target.trim().trim_matches(['"', '\'']).to_owned()));
        }
    }

    fn page(mut self, url: &Url) -> Page {
        self.end_heading();
        // An element that hides the rest of the page only because it was never closed is ignored.
        if let Some(skipped) = self.skipped.take() {
            self.text.end_line();
            skipped.text.finish().lines().for_each(|line| {
                self.text.push(line);
                self.text.end_line();
            });
        }
        let base = self.base.and_then(|base| url.join(&base).ok());
        let base = base.as_ref().unwrap_or(url);
        let (mut links, mut seen) = (Vec::new(), HashSet::new());
        for link in self.links.iter().filter(|_| self.follow).filter_map(|href| normalise(base.join(href).ok()?)) {
            if links.len() == MAX_LINKS {
                self.cut = true;
                break;
            }
            if seen.insert(link.clone()) {
                links.push(link);
            }
        }
        let notes = if self.cut || self.text.is_cut() { vec![Note::Cut] } else { Vec::new() };
        let title = self.title.map(Flow::finish).unwrap_or_default();
        let text = self.text.finish();
        Page { title, text, headings: self.headings, links, index: self.index, charset: "", notes }
    }
}

/// Reads a list of robots directives: whether the page may be indexed, and whether its links may be followed.
pub(super) fn wishes(list: &str) -> (bool, bool) {
    let none = has_word(list, "none");
    (!none && !has_word(list, "noindex"), !none && !has_word(list, "nofollow"))
}

fn has_word(list: &str, word: &str) -> bool {
    list.split([',', ' ', '\t', '\n']).any(|part| part.eq_ignore_ascii_case(word))
}

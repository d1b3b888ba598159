//! Answers as text. Control characters are removed from page content, so that no page can control the user's terminal.

use std::io::{self, Write};

use url::Url;

use crate::search::{Answer, BEGIN, END};
use crate::stats::Stats;
use crate::visit::Visit;

/// Writes the results of a search; with `colour` matches are bold, otherwise between asterisks.
pub(super) fn answer(out: &mut impl Write, answer: &Answer, colour: bool) -> io::Result<()> {
    let (strong, dim, plain) = if colour { ("\x1b[1m", "\x1b[2m", "\x1b[0m") } else { ("", "", "") };
    for (number, hit) in answer.hits.iter().enumerate() {
        let (number, card) = (number + 1, &hit.card);
        let (title, host, links) = (clean(&card.title), clean(card.host()), card.address.links);
        writeln!(out, "{number:>3}. {strong}{title}{plain}")?;
        writeln!(out, "     {dim}{host}  {}  rank {:.3}, {links} links{plain}", clean(&card.url), hit.rank)?;
        writeln!(out, "     {}", excerpt(&hit.excerpt, colour))?;
        let from: Vec<_> = card.linked_from().map(|(_, title)| clean(title)).collect();
        if !from.is_empty() {
            writeln!(out, "     {dim}linked from {}{plain}", from.join(", "))?;
        }
    }
    match (answer.count, answer.hits.len()) {
        (0, _) => writeln!(out, "     nothing found"),
        (count, shown) => writeln!(out, "     {shown} of {count} pages"),
    }
}

fn excerpt(text: &str, colour: bool) -> String {
    let (begin, end) = if colour { ("\x1b[1;33m", "\x1b[0m") } else { ("*", "*") };
    let mut line = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            BEGIN => line.push_str(begin),
            END => line.push_str(end),
            char if char.is_control() => line.push(' '),
            char => line.push(char),
        }
    }
    line
}

fn clean(text: &str) -> String {
    text.chars().map(|char| if char.is_control() { ' ' } else { char }).collect()
}

/// Writes the numbers.
pub(super) fn stats(out: &mut impl Write, stats: &Stats) -> io::Result<()> {
    writeln!(out, "{:>10}  pages, {} as they came", stats.pages, size(stats.bytes))?;
    writeln!(out, "{:>10}  links", stats.links)?;
    writeln!(out, "{:>10}  hosts", stats.hosts)?;
    for (state, count) in &stats.states {
        writeln!(out, "{count:>10}  addresses {}", format!("{state:?}").to_lowercase())?;
    }
    for (reason, count) in &stats.failures {
        writeln!(out, "{count:>10}  failed: {}", clean(reason))?;
    }
    for (title, count) in &stats.popular {
        writeln!(out, "{count:>10}  links to {}", clean(title))?;
    }
    for (seed, folder) in &stats.sites {
        match folder {
            Some(folder) => writeln!(out, "      site  {seed} ({})", clean(folder))?,
            None => writeln!(out, "      site  {seed}")?,
        }
    }
    Ok(())
}

/// Writes a number of bytes in a readable unit.
fn size(bytes: i64) -> String {
    let (kib, mib) = (bytes / 1024, bytes / (1024 * 1024));
    if mib >= 10 { format!("{mib} MiB") } else { format!("{kib} KiB") }
}

/// Writes the data that a crawl would keep of one page.
pub(super) fn visit(out: &mut impl Write, url: &Url, visit: &Visit) -> io::Result<()> {
    let found = match &visit.outcome {
        Ok(found) => found,
        Err(failure) => return writeln!(out, "{url}: {failure}"),
    };
    let page = &found.page;
    let notes: Vec<_> = page.notes.iter().map(crate::page::Note::as_str).collect();
    writeln!(out, "{}", clean(&page.title))?;
    writeln!(
        out,
        "{} ({} bytes, {}, {} links, {:?}) {}\n",
        found.url,
        found.size,
        page.charset,
        visit.links.len(),
        visit.took,
        notes.join(", ")
    )?;
    page.text.lines().try_for_each(|line| writeln!(out, "{}", clean(line)))
}

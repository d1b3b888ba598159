//! Items as text that rustfmt leaves as it is.

use super::{
    item::{Item, Kind, Member},
    name::written,
    option,
};

/// The most columns that rustfmt gives to a list in an attribute.
const LIST_WIDTH: usize = 70;

/// The most columns that it gives to an attribute of one item.
const WIDTH: usize = 99;

/// The most columns of a line.
const LINE: usize = 100;

fn width(text: &str) -> usize {
    text.chars().count()
}

/// Writes the attributes that have these options, without the space before the first one. Short options share a line; of a
/// struct, each relation, constraint and index has its own.
pub(super) fn attributes(options: &[String], indent: usize) -> String {
    let mut lines: Vec<Vec<&str>> = Vec::new();
    let mut last = 0;
    let whole = options.iter().map(|it| width(it) + 2).sum::<usize>() <= LIST_WIDTH + 2;
    for option in options {
        let alone = indent == 0 && option.contains('(') && !whole;
        match lines.last_mut().filter(|_| !alone && last + 2 + width(option) <= LIST_WIDTH) {
            Some(line) => {
                line.push(option);
                last += width(option) + 2;
            }
            None => {
                lines.push(vec![option]);
                last = if alone { LIST_WIDTH } else { width(option) };
            }
        }
    }
    let space = format!("\n{}", " ".repeat(indent));
    let lines = lines.iter().map(|it| match it.as_slice() {
        [only] => attribute(only, indent),
        several => format!("#[orm({})]", several.join(", ")),
    });
    lines.collect::<Vec<_>>().join(&space)
}

/// Writes the attribute of one option, as rustfmt does.
fn attribute(option: &str, indent: usize) -> String {
    let line = format!("#[orm({option})]");
    // What rustfmt cannot read stays as it is.
    if !option::is_meta(option) {
        return line;
    }
    let space = " ".repeat(indent);
    match option::list(option) {
        Some((_, items)) if items.len() == 1 && indent + width(&line) <= WIDTH - usize::from(indent > 0) => line,
        Some((_, items)) if items.len() > 1 && width(&items.join(", ")) <= LIST_WIDTH => line,
        Some((name, items)) => format!("#[orm({name}(\n{}{space}))]", vertical(&items, indent + 4)),
        None if indent + width(&line) <= WIDTH => line,
        None => format!("#[orm(\n{space}    {option}\n{space})]"),
    }
}

/// The items of a list, one on each line.
fn vertical(items: &[&str], indent: usize) -> String {
    let space = " ".repeat(indent);
    let lines = items.iter().map(|it| match option::list(it) {
        Some((name, inner)) if inner.len() > 1 && width(&inner.join(", ")) > LIST_WIDTH => {
            format!("{space}{name}(\n{}{space})", vertical(&inner, indent + 4))
        }
        _ => format!("{space}{it}"),
    });
    lines.collect::<Vec<_>>().join(",\n") + "\n"
}

/// Writes a new item.
pub(super) fn item(item: &Item) -> String {
    let mut out = format!("{}\n", item.kind.derives());
    if !item.options.is_empty() {
        out.push_str(&attributes(&item.options, 0));
        out.push('\n');
    }
    let keyword = if item.kind == Kind::Enum { "enum" } else { "struct" };
    out.push_str(&format!("pub {keyword} {} {{\n", written(&item.ident)));
    for member in &item.members {
        out.push_str(&format!("    {}\n", self::member(member, 4)));
    }
    out.push_str("}\n");
    out
}

/// Writes a new field or variant, without the space before its first line.
pub(super) fn member(member: &Member, indent: usize) -> String {
    let space = " ".repeat(indent);
    let mut out = String::new();
    if let Some(doc) = &member.doc {
        out.push_str(&format!("/// {doc}\n{space}"));
    }
    if !member.options.is_empty() {
        out.push_str(&format!("{}\n{space}", attributes(&member.options, indent)));
    }
    match &member.ty {
        Some(ty) => {
            let (name, ty) = (written(&member.ident), ty.text());
            let line = format!("pub {name}: {ty},");
            let short = indent + width(&line) <= LINE;
            out.push_str(&if short { line } else { format!("pub {name}:\n{space}    {ty},") });
        }
        None => out.push_str(&format!("{},", written(&member.ident))),
    }
    out
}

/// Writes the inside of `models! {..}`: with braces rustfmt leaves it as it is.
pub(super) fn list(elements: &[String]) -> String {
    let lines: String = elements.iter().map(|it| format!("    {it},\n")).collect();
    format!("\n{lines}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(options: &[&str], indent: usize, expected: &str) {
        let options: Vec<String> = options.iter().map(|it| (*it).to_owned()).collect();
        assert_eq!(attributes(&options, indent), expected);
    }

    #[test]
    fn short_options_share_a_line() {
        check(&["table = \"users\"", "has_many(posts: Post)"], 0, "#[orm(table = \"users\", has_many(posts: Post))]");
        check(&["key", "identity"], 4, "#[orm(key, identity)]");
    }

    #[test]
    fn long_lists_have_one_item_on_a_line() {
        let long = format!("unique(a, b, name = \"{}\")", "x".repeat(70));
        let expected = format!(
            "#[orm(key)]\n    #[orm(unique(\n        a,\n        b,\n        name = \"{}\"\n    ))]",
            "x".repeat(70)
        );
        check(&["key", &long], 4, &expected);
        let unread = format!("index(a desc, name = \"{}\")", "x".repeat(90));
        check(&[&unread], 0, &format!("#[orm({unread})]"));
    }
}

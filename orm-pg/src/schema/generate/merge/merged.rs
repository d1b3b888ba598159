//! The options that attributes shall have.

use super::super::{option::Parsed, previous::OldAttribute};

/// What attributes shall have.
pub(super) struct Merged {
    /// For each attribute its options, or nothing if it stays.
    pub(super) attributes: Vec<Option<Vec<String>>>,
    /// The options that none of them has.
    pub(super) added: Vec<String>,
}

/// Finds what to change in attributes so that together they have the options `wanted`, and those that are `kept`.
pub(super) fn merged(before: &[OldAttribute], wanted: &[String], kept: impl Fn(&Parsed) -> bool) -> Merged {
    let mut missing: Vec<(String, Parsed)> = wanted.iter().map(|it| (it.clone(), Parsed::of_text(it))).collect();
    let mut options: Vec<Vec<Option<String>>> = Vec::new();
    for attribute in before {
        let slots = attribute.options.iter().map(|(old, text)| {
            let canonical = old.canonical();
            if let Some(at) = missing.iter().position(|(_, it)| it.canonical() == canonical) {
                missing.remove(at);
                return Some(text.clone());
            }
            if old.key.starts_with("has_") && kept(old) {
                let first = |it: &Parsed| it.items.as_ref().and_then(|it| it.first()).map(ToString::to_string);
                missing.retain(|(_, it)| !(it.key.starts_with("has_") && first(it) == first(old)));
            }
            kept(old).then(|| text.clone())
        });
        options.push(slots.collect());
    }
    let attributes = before.iter().zip(options).map(|(attribute, slots)| {
        let stays = slots.iter().all(Option::is_some);
        // A changed option stays where it was.
        let filled = slots.into_iter().zip(&attribute.options).filter_map(|(slot, (old, _))| {
            slot.or_else(|| {
                let at = missing.iter().position(|(_, it)| it.key == old.key)?;
                Some(missing.remove(at).0)
            })
        });
        let filled: Vec<String> = filled.collect();
        (!stays).then_some(filled)
    });
    let attributes = attributes.collect();
    Merged { attributes, added: missing.into_iter().map(|(text, _)| text).collect() }
}

//! Singular and plural of English nouns, as far as they are certain.

/// Plurals that follow no rule.
const IRREGULAR: &[(&str, &str)] = &[
    ("person", "people"),
    ("man", "men"),
    ("woman", "women"),
    ("child", "children"),
    ("mouse", "mice"),
    ("foot", "feet"),
    ("tooth", "teeth"),
    ("goose", "geese"),
    ("index", "indices"),
    ("vertex", "vertices"),
    ("matrix", "matrices"),
    ("criterion", "criteria"),
    ("phenomenon", "phenomena"),
    ("movie", "movies"),
    ("cookie", "cookies"),
    ("leaf", "leaves"),
    ("shelf", "shelves"),
    ("wolf", "wolves"),
    ("life", "lives"),
    ("hero", "heroes"),
    ("shoe", "shoes"),
    ("cache", "caches"),
];

/// Words that end in `s` or mean many, and have no other form.
const UNCHANGED: &[&str] = &[
    "data",
    "info",
    "metadata",
    "media",
    "news",
    "series",
    "species",
    "chaos",
    "os",
    "macos",
    "christmas",
    "lens",
    "https",
    "always",
    "means",
    "stats",
];

/// Nouns whose plural adds `es` to an `s`.
const IN_S: &[&str] = &[
    "status", "bus", "virus", "bonus", "campus", "census", "alias", "gas", "atlas", "bias", "canvas", "focus",
    "corpus", "class",
];

/// Nouns in `is`, whose plural is in `es`.
const IN_IS: &[&str] = &["analysis", "crisis", "thesis", "hypothesis", "diagnosis", "parenthesis", "synopsis"];

/// Returns the singular of a lower case plural, or nothing if it is not certainly one.
pub(super) fn singular(word: &str) -> Option<String> {
    if let Some((one, _)) = IRREGULAR.iter().find(|(_, many)| *many == word) {
        return Some((*one).to_owned());
    }
    let many = |one: &&&str| word.strip_suffix("es") == Some(**one);
    if let Some(one) = IN_S.iter().find(many) {
        return Some((*one).to_owned());
    }
    let stem = word.strip_suffix("es");
    if let Some(one) = IN_IS.iter().find(|it| it.strip_suffix("is").is_some_and(|it| Some(it) == stem)) {
        return Some((*one).to_owned());
    }
    let kept = UNCHANGED.contains(&word) || IN_S.contains(&word) || word.len() < 4;
    if kept || ["ss", "us", "is"].iter().any(|it| word.ends_with(it)) {
        return None;
    }
    for (many, one) in [("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x"), ("zzes", "zz")] {
        if let Some(stem) = word.strip_suffix(many) {
            return (stem.len() > 1).then(|| format!("{stem}{one}"));
        }
    }
    if word.ends_with("oes") {
        return None;
    }
    word.strip_suffix('s').map(str::to_owned)
}

/// Returns the plural of a lower case noun; a plural stays what it is.
pub(super) fn plural(word: &str) -> String {
    if let Some((_, many)) = IRREGULAR.iter().find(|(one, many)| *one == word || *many == word) {
        return (*many).to_owned();
    }
    if UNCHANGED.contains(&word) || singular(word).is_some() {
        return word.to_owned();
    }
    if let Some(stem) = IN_IS.iter().find(|it| **it == word).and_then(|it| it.strip_suffix("is")) {
        return format!("{stem}es");
    }
    let before_y = word.strip_suffix('y').filter(|it| !it.ends_with(['a', 'e', 'i', 'o', 'u']) && !it.is_empty());
    match before_y {
        Some(stem) => format!("{stem}ies"),
        None if ["s", "x", "z", "ch", "sh"].iter().any(|it| word.ends_with(it)) => format!("{word}es"),
        None => format!("{word}s"),
    }
}

/// Returns the name with its last word in the singular, or nothing if that is not certain.
pub(super) fn singular_name(name: &str) -> Option<String> {
    let (before, last) = last_word(name);
    singular(last).map(|it| format!("{before}{it}"))
}

/// Returns the name with its last word in the plural.
pub(super) fn plural_name(name: &str) -> String {
    let (before, last) = last_word(name);
    if last.is_empty() || last.ends_with(|it: char| it.is_ascii_digit()) {
        return format!("{name}_rows");
    }
    format!("{before}{}", plural(last))
}

fn last_word(name: &str) -> (&str, &str) {
    name.rfind('_').and_then(|it| name.split_at_checked(it + 1)).unwrap_or(("", name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals_become_singular() {
        for (many, one) in [
            ("users", "user"),
            ("categories", "category"),
            ("people", "person"),
            ("addresses", "address"),
            ("boxes", "box"),
            ("batches", "batch"),
            ("databases", "database"),
            ("statuses", "status"),
            ("analyses", "analysis"),
            ("areas", "area"),
            ("logos", "logo"),
            ("leaves", "leaf"),
        ] {
            assert_eq!(singular(many).as_deref(), Some(one));
            assert_eq!(plural(one), many);
            assert_eq!(plural(many), many);
        }
    }

    #[test]
    fn what_is_not_certainly_a_plural_is_kept() {
        for word in ["address", "status", "analysis", "data", "news", "series", "gps", "user", "lens", "dns", "stats"] {
            assert_eq!(singular(word), None);
        }
    }

    #[test]
    fn the_last_word_counts() {
        assert_eq!(singular_name("order_lines").as_deref(), Some("order_line"));
        assert_eq!(singular_name("series_data"), None);
        assert_eq!(plural_name("order_line"), "order_lines");
        assert_eq!(plural_name("table_2"), "table_2_rows");
    }
}

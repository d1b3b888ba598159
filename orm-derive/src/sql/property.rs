//! Random SQL made of known tokens: names in braces are values between them, and mistakes inside of them.

use proptest::{collection::vec, prelude::*, sample::select};

use super::split;
use crate::ast::TextPart;

/// A token of SQL, taken apart where a name would be inside quotes or a comment.
#[derive(Debug, Clone)]
struct TokenCase {
    open: String,
    inside: Vec<String>,
    close: String,
}

impl TokenCase {
    fn text(&self) -> String {
        format!("{}{}{}", self.open, self.inside.concat(), self.close)
    }

    /// The token with a name inserted after that many pieces of its inside.
    fn with_name(&self, at: usize) -> String {
        let (before, after) = self.inside.split_at(at.min(self.inside.len()));
        format!("{}{}{{name}}{}{}", self.open, before.concat(), after.concat(), self.close)
    }
}

/// A token around pieces, none of which ends it.
fn quoted(open: &'static str, pieces: &'static [&'static str], close: &'static str) -> BoxedStrategy<TokenCase> {
    vec(select(pieces), 0..6)
        .prop_map(move |inside| TokenCase {
            open: open.to_owned(),
            inside: inside.into_iter().map(str::to_owned).collect(),
            close: close.to_owned(),
        })
        .boxed()
}

fn plain() -> impl Strategy<Value = TokenCase> {
    let words = [
        "a",
        "e",
        "E1",
        "date",
        "x$1",
        "a$$",
        "\u{e9}t\u{e9}",
        "12",
        "1.5",
        "+",
        "-",
        "*",
        "/ ",
        "@>",
        "(",
        ")",
        "[1]",
        "::text",
        "{{",
        "}}",
    ];
    select(words.to_vec()).prop_map(|it| TokenCase { open: it.to_owned(), inside: vec![], close: String::new() })
}

fn enclosed() -> impl Strategy<Value = TokenCase> {
    prop_oneof![
        quoted("'", &["a", " ", "''", "\\", "\"", "--", "/*", "$$", "{{", "}}", "\n", "$1"], "'"),
        quoted("E'", &["a", " ", "''", "\\'", "\\\\", "\"", "--", "/*", "$$", "{{", "\n"], "'"),
        quoted("\"", &["a", " ", "\"\"", "'", "--", "/*", "$$", "}}", "\\"], "\""),
        quoted("$$", &["a", "'", "\"", "--", "/*", "$x", "\\", "{{", "\n", " $ "], " $$"),
        quoted("$t_1$", &["a", "'", "\"", "--", "/*", "$$", "$t_2$", " t_1$ ", "\\", "\n"], "$t_1$"),
        quoted("--", &["a", "'", "\"", "*/", "/*", "$$", "\\", "-", "{{"], "\n"),
        quoted("--", &["a", "'", "\"", "*/", "/*", "$$", "\\", "-"], "\r"),
        quoted("/*", &["a ", "'", "\"", "--", "/* */", "/* /* ' */ */", "$$", "\n", "\\"], " */"),
    ]
}

fn config(cases: u32) -> ProptestConfig {
    let default = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() { default } else { ProptestConfig { cases, ..default } }
}

/// The text of the parts, with names in braces.
fn written(parts: &[TextPart]) -> String {
    let part = |part: &TextPart| match part {
        TextPart::Text(text) => text.replace('{', "{{").replace('}', "}}"),
        TextPart::Name(name) => format!("{{{name}}}"),
    };
    parts.iter().map(part).collect()
}

proptest! {
    #![proptest_config(config(2000))]

    #[test]
    fn names_between_tokens_are_values(
        tokens in vec((prop_oneof![plain(), enclosed()], any::<bool>(), select(vec![" ", "\n", "\t "])), 0..8),
    ) {
        let mut text = String::new();
        let mut names = 0;
        for (token, name, blank) in tokens {
            text += &token.text();
            text += blank;
            // After a text and a line's end, another text would continue it.
            text += ", ";
            if name {
                text += "{name} ";
                names += 1;
            }
        }
        let (parts, mistakes) = split(&text);
        prop_assert!(mistakes.is_empty(), "{:?} in {}", mistakes, text);
        prop_assert_eq!(written(&parts), text);
        prop_assert_eq!(parts.iter().filter(|it| matches!(it, TextPart::Name(_))).count(), names);
    }

    #[test]
    fn a_name_inside_of_a_token_is_a_mistake(
        before in vec(prop_oneof![plain(), enclosed()], 0..4),
        token in enclosed(),
        at in 0..6_usize,
    ) {
        let mut text: String = before.iter().map(|it| it.text() + " , ").collect();
        text += &token.with_name(at);
        let (_, mistakes) = split(&text);
        prop_assert!(mistakes.iter().any(|it| it.contains("is inside")), "{:?} in {}", mistakes, text);
    }

    #[test]
    fn any_text_is_taken_apart(text in r#"[a-eE0-2'"$\\{}*/\- \n\r._\u{e9}]{0,40}"#) {
        let (parts, mistakes) = split(&text);
        if mistakes.is_empty() {
            prop_assert_eq!(written(&parts), text);
        }
    }
}

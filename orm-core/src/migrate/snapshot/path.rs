//! The names of files: each object has another one, on file systems that ignore case or refuse characters, too.

use crate::catalog::Name;

/// The longest name of a file here; file systems allow 255 bytes.
const LONGEST: usize = 200;

/// Names that Windows keeps for devices, whatever follows the first dot.
const DEVICES: &[&str] = &[
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2",
    "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// `public.users.toml`.
pub(super) fn table(name: &Name) -> String {
    file(&format!("{}.{}", first(&name.schema), part(&name.name)))
}

/// `public.status.enum.toml`.
pub(super) fn of(name: &Name, kind: &str) -> String {
    file(&format!("{}.{}.{kind}", first(&name.schema), part(&name.name)))
}

/// `app.german.collation.toml`.
pub(super) fn definition(name: &Name, kind: &str) -> String {
    of(name, &part(kind))
}

/// `publication-all_of_it.toml`.
pub(super) fn nameless(kind: &str, identity: &str) -> String {
    file(&format!("{}-{}", part(kind), part(identity)))
}

/// `schema-app.toml`.
pub(super) fn schema(name: &str) -> String {
    file(&format!("schema-{}", part(name)))
}

/// `extension-citext.toml`.
pub(super) fn extension(name: &str) -> String {
    file(&format!("extension-{}", part(name)))
}

/// A name that starts the name of a file.
fn first(name: &str) -> String {
    match (DEVICES.contains(&name), name.as_bytes().split_first()) {
        (true, Some((letter, rest))) => format!("%{letter:02x}{}", encoded(rest)),
        _ => part(name),
    }
}

fn part(name: &str) -> String {
    encoded(name.as_bytes())
}

/// Writes each byte other than a lower-case letter, a digit or `_` as `%` and its number.
fn encoded(name: &[u8]) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name {
        if byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'_' {
            out.push(char::from(*byte));
        } else {
            out.push_str(&format!("%{byte:02x}"));
        }
    }
    out
}

/// Adds the extension; a name that is too long ends with a hash of what was cut off.
fn file(stem: &str) -> String {
    match stem.get(..LONGEST) {
        Some(start) if stem.len() > LONGEST => format!("{start}-{:016x}.toml", hash(stem.as_bytes())),
        _ => format!("{stem}.toml"),
    }
}

/// FNV-1a over 64 bits.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_apart_what_file_systems_would_not() {
        assert_eq!(table(&Name::new("public", "users")), "public.users.toml");
        assert_eq!(table(&Name::new("public", "Users")), "public.%55sers.toml");
        assert_eq!(table(&Name::new("a.b", "c")), "a%2eb.c.toml");
        assert_eq!(table(&Name::new("a", "b.enum")), "a.b%2eenum.toml");
        assert_eq!(of(&Name::new("a", "b"), "enum"), "a.b.enum.toml");
        assert_eq!(table(&Name::new("con", "con")), "%63on.con.toml");
        assert_eq!(table(&Name::new("é", "../x")), "%c3%a9.%2e%2e%2fx.toml");
        assert_eq!(schema("a-b"), "schema-a%2db.toml");
        let long = |last: &str| table(&Name::new("é".repeat(31), format!("{}{last}", "é".repeat(30))));
        assert!(long("a").len() < 255 && long("a") != long("b"), "{}", long("a"));
    }
}

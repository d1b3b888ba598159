//! The names of databases for tests. They show which databases may be dropped, and how old these are.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use super::hash::Hasher;

/// The prefix of the names of all databases for tests.
pub const PREFIX: &str = "orm_pg_test_";

/// Takes the place of the time in the names of templates.
const TEMPLATE: &str = "template_";

/// Returns a unique name, which contains the end of `test` for readers of a list of databases.
pub(super) fn of_test(test: &str) -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut hash = Hasher::new();
    hash.write(&now.as_nanos().to_le_bytes());
    hash.write(&std::process::id().to_le_bytes());
    hash.write(&COUNTER.fetch_add(1, Ordering::Relaxed).to_le_bytes());
    let unique = hash.finish() & 0xffff_ffff;
    let test = test.rsplit("::").next().unwrap_or(test).to_ascii_lowercase();
    let readable: String = test.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).take(30).collect();
    format!("{PREFIX}{:x}_{unique:08x}_{readable}", now.as_secs())
}

/// Returns the name of the template whose content has this hash.
pub(super) fn of_template(hash: u64) -> String {
    format!("{PREFIX}{TEMPLATE}{hash:016x}")
}

/// Whether `name` is that of a template.
pub(super) fn is_template(name: &str) -> bool {
    name.strip_prefix(PREFIX).is_some_and(|it| it.starts_with(TEMPLATE))
}

/// Returns when the database of that name was created, in seconds since 1970; `None` for templates and foreign names.
pub(super) fn made_at(name: &str) -> Option<u64> {
    u64::from_str_radix(name.strip_prefix(PREFIX)?.split('_').next()?, 16).ok()
}

/// Returns the seconds since 1970.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_and_tell_their_age() {
        let name = of_test("shop::orders::An_order_with_a_name_that_is_much_longer_than_names_are_with_Ümlaut");
        assert!(name.len() <= orm_core::ident::MAX_IDENT_BYTES, "{name}");
        assert!(name.ends_with("_an_order_with_a_name_that_is_m"), "{name}");
        assert!(now() - made_at(&name).unwrap() < 5);
        assert!(!is_template(&name));
        assert_ne!(name, of_test("shop"));
    }

    #[test]
    fn templates_and_foreign_names_have_no_age() {
        assert!(is_template(&of_template(7)));
        for name in [of_template(7).as_str(), "app", "orm_pg_test", "orm_pg_test_x"] {
            assert_eq!(made_at(name), None, "{name}");
        }
    }
}

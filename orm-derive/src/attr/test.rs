//! The arguments of `#[orm_pg::test]`.

use proc_macro2::TokenStream;
use syn::{Ident, ItemFn, Path, Token, parse::Parser, punctuated::Punctuated};

use super::{
    item::{Item, Value},
    value::{krate, path, set, take, text},
};
use crate::{ast::TestMigrations, ctxt::Ctxt, name::did_you_mean};

/// A test as it was written.
pub(crate) struct TestInput {
    /// The path of `orm_pg`.
    pub(crate) krate: Path,
    pub(crate) migrations: Option<TestMigrations>,
    pub(crate) models: Vec<Path>,
    pub(crate) lists: Vec<Path>,
    pub(crate) setup: Option<Path>,
    pub(crate) current_thread: bool,
    /// The function, if that is what the attribute stands on.
    pub(crate) function: Option<ItemFn>,
}

/// Reads the arguments and the function.
pub(crate) fn test(ctxt: &mut Ctxt, (args, item): &(TokenStream, TokenStream)) -> TestInput {
    let (mut models, mut list, mut migrations) = (None, None, None);
    let (mut setup, mut flavor, mut given) = (None, None, None);
    let parser = Punctuated::<Item, Token![,]>::parse_terminated;
    for item in ctxt.ok(parser.parse2(args.clone())).into_iter().flatten() {
        let name = item.name();
        match (name.as_str(), item) {
            ("models", Item::List(key, items)) => {
                let mut named = Vec::new();
                for item in items {
                    match item {
                        Item::Path(path) => named.push(path),
                        item => ctxt.error(item.span(), "`models(..)` takes models: `models(User, Post)`"),
                    }
                }
                set(ctxt, &mut models, &key, named);
            }
            ("models", Item::Pair(key, Value::Path(path))) => set(ctxt, &mut list, &key, path),
            ("migrations", Item::Pair(key, value)) => take(ctxt, &mut migrations, &key, &value, migrations_of),
            ("setup", Item::Pair(key, value)) => take(ctxt, &mut setup, &key, &value, path),
            ("crate", Item::Pair(key, value)) => take(ctxt, &mut given, &key, &value, path),
            ("flavor", Item::Pair(key, value)) => take(ctxt, &mut flavor, &key, &value, current_thread),
            (name, item) => {
                let near = did_you_mean(name, ["migrations", "models", "setup", "flavor", "crate"]);
                let expected = "expected `migrations = \"folder\"`, `models(User, Post)`, `models = LIST`, `setup = path` or \
                                `flavor = \"current_thread\"`";
                ctxt.error(item.span(), format!("{expected}{near}"));
            }
        }
    }
    TestInput {
        krate: krate(given),
        migrations: migrations.map(|it| it.value),
        models: models.map(|it| it.value).unwrap_or_default(),
        lists: list.into_iter().map(|it| it.value).collect(),
        setup: setup.map(|it| it.value),
        current_thread: flavor.is_some_and(|it| it.value),
        function: ctxt.ok(syn::parse2(item.clone())),
    }
}

/// Reads a folder, or the path of migrations.
fn migrations_of(ctxt: &mut Ctxt, key: &Ident, value: &Value) -> Option<TestMigrations> {
    match value {
        Value::Path(path) => Some(TestMigrations::Named(path.clone())),
        Value::Text(_) | Value::Number(..) => text(ctxt, key, value).map(TestMigrations::Folder),
    }
}

/// Reads whether the test runs on one thread.
fn current_thread(ctxt: &mut Ctxt, key: &Ident, value: &Value) -> Option<bool> {
    let text = text(ctxt, key, value)?;
    match text.value().as_str() {
        "current_thread" => Some(true),
        "multi_thread" => Some(false),
        other => {
            let near = did_you_mean(other, ["current_thread", "multi_thread"]);
            ctxt.error(text.span(), format!("`flavor` is \"current_thread\" or \"multi_thread\"{near}"));
            None
        }
    }
}

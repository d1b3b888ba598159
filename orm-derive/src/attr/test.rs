//! The arguments of `#[orm_pg::test]`.

use proc_macro2::TokenStream;
use syn::{Ident, ItemFn, Path, Token, parse::Parser, punctuated::Punctuated};

use super::{
    item::{Item, Value},
    value::{krate, path, take, text},
};
use crate::{ctxt::Ctxt, name::did_you_mean};

/// A test as it was written.
pub(crate) struct TestInput {
    /// The path of `orm_pg`.
    pub(crate) krate: Path,
    pub(crate) models: Vec<Path>,
    pub(crate) lists: Vec<Path>,
    pub(crate) setup: Option<Path>,
    pub(crate) current_thread: bool,
    /// The function, if that is what the attribute stands on.
    pub(crate) function: Option<ItemFn>,
}

/// Reads the arguments and the function.
pub(crate) fn test(ctxt: &mut Ctxt, (args, item): &(TokenStream, TokenStream)) -> TestInput {
    let (mut models, mut lists) = (Vec::new(), Vec::new());
    let (mut setup, mut flavor, mut given) = (None, None, None);
    let parser = Punctuated::<Item, Token![,]>::parse_terminated;
    for item in ctxt.ok(parser.parse2(args.clone())).into_iter().flatten() {
        let name = item.name();
        match (name.as_str(), item) {
            ("models", Item::List(_, items)) => {
                for item in items {
                    match item {
                        Item::Path(path) => models.push(path),
                        item => ctxt.error(item.span(), "`models(..)` takes models: `models(User, Post)`"),
                    }
                }
            }
            ("models", Item::Pair(_, Value::Path(path))) => lists.push(path),
            ("setup", Item::Pair(key, value)) => take(ctxt, &mut setup, &key, &value, path),
            ("crate", Item::Pair(key, value)) => take(ctxt, &mut given, &key, &value, path),
            ("flavor", Item::Pair(key, value)) => take(ctxt, &mut flavor, &key, &value, current_thread),
            (name, item) => {
                let near = did_you_mean(name, ["models", "setup", "flavor", "crate"]);
                let expected =
                    "expected `models(User, Post)`, `models = LIST`, `setup = path` or `flavor = \"current_thread\"`";
                ctxt.error(item.span(), format!("{expected}{near}"));
            }
        }
    }
    TestInput {
        krate: krate(given),
        models,
        lists,
        setup: setup.map(|it| it.value),
        current_thread: flavor.is_some_and(|it| it.value),
        function: ctxt.ok(syn::parse2(item.clone())),
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

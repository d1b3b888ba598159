//! `#[orm_pg::test]`: an asynchronous test on a database of its own.
//!
//! The function stays as it is, inside one that the harness calls; what runs it is `orm_pg::testing`.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{ItemFn, Path, Token, ext::IdentExt, punctuated::Punctuated, spanned::Spanned};

use crate::{
    attr::{Item, Value},
    ctxt::Ctxt,
    name::did_you_mean,
    valid,
};

#[derive(Default)]
struct Args {
    models: Vec<Path>,
    lists: Vec<Path>,
    setup: Option<Path>,
    current_thread: bool,
    krate: Option<Path>,
}

/// Writes the test.
pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut ctxt = Ctxt::default();
    let args = args_of(&mut ctxt, args);
    let Some(function) = ctxt.ok(syn::parse2::<ItemFn>(item.clone())) else {
        return ctxt.with(item);
    };
    check(&mut ctxt, &function);
    ctxt.with(write(&args, &function))
}

fn args_of(ctxt: &mut Ctxt, tokens: TokenStream) -> Args {
    let mut args = Args::default();
    let parser = Punctuated::<Item, Token![,]>::parse_terminated;
    for item in ctxt.ok(syn::parse::Parser::parse2(parser, tokens)).into_iter().flatten() {
        let key = item.key().map(|it| it.unraw().to_string()).unwrap_or_default();
        match (item, key.as_str()) {
            (Item::List(_, items), "models") => {
                for item in items {
                    match item {
                        Item::Path(path) => args.models.push(path),
                        item => ctxt.error(item.span(), "`models(..)` takes models: `models(User, Post)`"),
                    }
                }
            }
            (Item::Pair(_, Value::Path(path)), "models") => args.lists.push(path),
            (Item::Pair(_, Value::Path(path)), "setup") => args.setup = Some(path),
            (Item::Pair(_, Value::Text(text)), "setup") => args.setup = ctxt.ok(text.parse()),
            (Item::Pair(_, Value::Path(path)), "crate") => args.krate = Some(path),
            (Item::Pair(_, Value::Text(text)), "crate") => args.krate = ctxt.ok(text.parse()),
            (Item::Pair(_, Value::Text(text)), "flavor") => match text.value().as_str() {
                "current_thread" => args.current_thread = true,
                "multi_thread" => args.current_thread = false,
                other => {
                    let near = did_you_mean(other, ["current_thread", "multi_thread"]);
                    let message = format!("`flavor` is \"current_thread\" or \"multi_thread\"{near}");
                    ctxt.error(text.span(), message);
                }
            },
            (item, key) => {
                let near = did_you_mean(key, ["models", "setup", "flavor", "crate"]);
                let expected =
                    "expected `models(User, Post)`, `models = LIST`, `setup = path` or `flavor = \"current_thread\"`";
                ctxt.error(item.span(), format!("{expected}{near}"));
            }
        }
    }
    args
}

fn check(ctxt: &mut Ctxt, function: &ItemFn) {
    let signature = &function.sig;
    if signature.asyncness.is_none() {
        ctxt.error(signature.fn_token.span, "a test on a database is asynchronous: write `async fn`");
    }
    if signature.inputs.len() != 1 {
        ctxt.error(arguments_span(function), "a test takes one argument, its database: `(db: Database)`");
    }
    if !signature.generics.params.is_empty() {
        ctxt.error(signature.generics.span(), "a test cannot be generic");
    }
}

fn arguments_span(function: &ItemFn) -> Span {
    match function.sig.inputs.iter().nth(1) {
        Some(second) => second.span(),
        None => function.sig.ident.span(),
    }
}

fn write(args: &Args, function: &ItemFn) -> TokenStream {
    let krate = valid::krate(args.krate.clone());
    let (ident, output) = (&function.sig.ident, &function.sig.output);
    let path = format!("::{}", ident.unraw());
    let models = (!args.models.is_empty()).then(|| {
        let models = &args.models;
        quote!(.models(#krate::models![#(#models),*]))
    });
    let lists = &args.lists;
    let setup = args.setup.as_ref().map(|setup| quote!(.setup(#setup)));
    let current_thread = args.current_thread.then(|| quote!(.current_thread()));
    let panics = function.attrs.iter().any(|it| it.path().is_ident("should_panic"));
    let should_panic = panics.then(|| quote!(.should_panic()));
    let runnable =
        function.sig.asyncness.is_some() && function.sig.inputs.len() == 1 && function.sig.generics.params.is_empty();
    // Attributes such as `ignore` are the harness's; the rest belongs to the body.
    let (outer, inner): (Vec<_>, Vec<_>) = function.attrs.iter().partition(|it| {
        let harness = ["should_panic", "ignore", "cfg", "cfg_attr", "doc"];
        harness.iter().any(|name| it.path().is_ident(name))
    });
    let (signature, block) = (&function.sig, &function.block);
    let body = if runnable {
        quote! {
            #krate::__private::testing::run(
                #krate::__private::testing::TestCase::new(::core::concat!(::core::module_path!(), #path))
                    #models
                    #(.models(#lists))*
                    #setup
                    #current_thread
                    #should_panic,
                #ident,
            )
        }
    } else {
        // The mistake has had its message.
        quote!(::core::unreachable!())
    };
    let allow = (!runnable).then(|| quote!(#[allow(dead_code)]));
    quote! {
        #[::core::prelude::v1::test]
        #(#outer)*
        fn #ident() #output {
            #(#inner)*
            #allow
            #signature #block

            #body
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(args: TokenStream, item: TokenStream) -> Vec<String> {
        let mut ctxt = Ctxt::default();
        args_of(&mut ctxt, args);
        check(&mut ctxt, &syn::parse2(item).unwrap());
        ctxt.messages()
    }

    #[test]
    fn a_test_is_asynchronous_and_takes_its_database() {
        assert_eq!(
            messages(
                quote!(),
                quote!(
                    async fn works(db: Database) {}
                )
            ),
            [""; 0]
        );
        assert_eq!(
            messages(
                quote!(),
                quote!(
                    fn works() {}
                )
            ),
            [
                "a test on a database is asynchronous: write `async fn`",
                "a test takes one argument, its database: `(db: Database)`",
            ]
        );
    }

    #[test]
    fn unknown_arguments_are_refused_with_what_was_meant() {
        let args = quote!(model(User), flavor = "multi");
        assert_eq!(
            messages(
                args,
                quote!(
                    async fn works(db: Database) {}
                )
            ),
            [
                "expected `models(User, Post)`, `models = LIST`, `setup = path` or `flavor = \"current_thread\"`; did you mean `models`?",
                "`flavor` is \"current_thread\" or \"multi_thread\"",
            ]
        );
    }
}

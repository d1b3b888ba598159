//! The function of a test.

use proc_macro2::{Span, TokenStream};
use syn::{ItemFn, spanned::Spanned};

use super::folder::files_of;
use crate::{
    ast::{Stub, Test, TestMigrations},
    attr::TestInput,
    ctxt::Ctxt,
};

/// Checks a test; if the function cannot be called, the code does not call it.
pub(crate) fn test(ctxt: &mut Ctxt, (_, item): &(TokenStream, TokenStream), read: TestInput) -> Result<Test, Stub> {
    let TestInput { krate, migrations, models, lists, setup, current_thread, function } = read;
    let Some(function) = function else { return Err(Stub::Unchanged(item.clone())) };
    let runnable = check_signature(ctxt, &function);
    if let Some(TestMigrations::Folder(folder)) = &migrations
        && let Err(message) = files_of(folder)
    {
        ctxt.error(folder.span(), message);
    }
    Ok(Test { function, runnable, krate, migrations, models, lists, setup, current_thread })
}

/// Whether the signature has no mistake.
fn check_signature(ctxt: &mut Ctxt, function: &ItemFn) -> bool {
    let signature = &function.sig;
    let (is_async, takes_one) = (signature.asyncness.is_some(), signature.inputs.len() == 1);
    let is_generic = !signature.generics.params.is_empty();
    if !is_async {
        ctxt.error(signature.fn_token.span, "a test on a database is asynchronous: write `async fn`");
    }
    if !takes_one {
        ctxt.error(arguments_span(function), "a test takes one argument, its database: `(db: Database)`");
    }
    if is_generic {
        ctxt.error(signature.generics.span(), "a test cannot be generic: remove the parameters");
    }
    is_async && takes_one && !is_generic
}

fn arguments_span(function: &ItemFn) -> Span {
    match function.sig.inputs.iter().nth(1) {
        Some(second) => second.span(),
        None => function.sig.ident.span(),
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    fn messages(args: TokenStream, item: TokenStream) -> Vec<String> {
        let mut ctxt = Ctxt::default();
        let input = (args, item);
        let read = crate::attr::test(&mut ctxt, &input);
        let _checked = test(&mut ctxt, &input, read);
        ctxt.messages()
    }

    #[test]
    fn a_test_is_asynchronous_and_takes_its_database() {
        let good = quote!(
            async fn works(db: Database) {}
        );
        assert_eq!(messages(quote!(), good), [""; 0]);
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
                "expected `migrations = \"folder\"`, `models(User, Post)`, `models = LIST`, `setup = path` or `flavor = \"current_thread\"`; did you mean `models`?",
                "`flavor` is \"current_thread\" or \"multi_thread\"",
            ]
        );
    }
}

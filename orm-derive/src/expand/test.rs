//! `#[orm_pg::test]`: an asynchronous test on its own database.
//!
//! The function stays unchanged, inside one that the test harness calls; `orm_pg::testing` runs it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

use super::tokens::private;
use crate::ast::{Test, TestMigrations};

/// Writes the test.
pub(crate) fn test(test: &Test) -> TokenStream {
    let Test { function, runnable, krate, migrations, models, lists, setup, current_thread } = test;
    let private = private(krate);
    let (ident, output) = (&function.sig.ident, &function.sig.output);
    let path = format!("::{}", ident.unraw());
    let migrations = migrations.as_ref().map(|it| match it {
        TestMigrations::Folder(folder) => {
            quote!(.migrations(#private::testing::folder(::core::env!("CARGO_MANIFEST_DIR"), #folder)))
        }
        TestMigrations::Named(path) => {
            quote!(.migrations(::core::result::Result::Ok(#private::testing::named(&#path))))
        }
    });
    let models = (!models.is_empty()).then(|| quote!(.models(#krate::models![#(#models),*])));
    let setup = setup.as_ref().map(|setup| quote!(.setup(#setup)));
    let current_thread = current_thread.then(|| quote!(.current_thread()));
    let panics = function.attrs.iter().any(|it| it.path().is_ident("should_panic"));
    let should_panic = panics.then(|| quote!(.should_panic()));
    // Attributes such as `ignore` are for the test harness; the others stay on the function.
    let (outer, inner): (Vec<_>, Vec<_>) = function.attrs.iter().partition(|it| {
        let harness = ["should_panic", "ignore", "cfg", "cfg_attr", "doc"];
        harness.iter().any(|name| it.path().is_ident(name))
    });
    let (signature, block) = (&function.sig, &function.block);
    let body = if *runnable {
        quote! {
            #private::testing::run(
                #private::testing::TestCase::new(::core::concat!(::core::module_path!(), #path))
                    #migrations
                    #models
                    #(.models(#lists))*
                    #setup
                    #current_thread
                    #should_panic,
                #ident,
            )
        }
    } else {
        // The signature has a mistake, which was reported.
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

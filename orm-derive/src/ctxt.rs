//! Gathers the mistakes of one input, so that the compiler shows all of them at once.

use proc_macro2::{Span, TokenStream};

/// The mistakes found so far.
#[derive(Debug, Default)]
#[must_use = "the mistakes have to be shown"]
pub(crate) struct Ctxt {
    errors: Vec<syn::Error>,
}

impl Ctxt {
    /// Adds a mistake at `span`.
    pub(crate) fn error(&mut self, span: Span, message: impl std::fmt::Display) {
        self.errors.push(syn::Error::new(span, message));
    }

    /// Adds a mistake that `syn` found.
    pub(crate) fn push(&mut self, error: syn::Error) {
        self.errors.push(error);
    }

    /// Takes the value, or notes why there is none.
    pub(crate) fn ok<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// The compiler's messages, followed by `code`.
    pub(crate) fn with(self, code: TokenStream) -> TokenStream {
        let mut out: TokenStream = self.errors.iter().map(syn::Error::to_compile_error).collect();
        out.extend(code);
        out
    }

    /// The messages as text, for tests.
    #[cfg(test)]
    pub(crate) fn messages(&self) -> Vec<String> {
        self.errors.iter().flat_map(|error| error.clone().into_iter().map(|it| it.to_string())).collect()
    }
}

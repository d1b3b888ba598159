//! Gathers the mistakes of one input, so that the compiler shows all of them at once.

use proc_macro2::{Span, TokenStream};

/// A value from the input and where it was written, for messages about it.
#[derive(Clone)]
pub(crate) struct Located<T> {
    /// The value.
    pub(crate) value: T,
    /// Its place.
    pub(crate) span: Span,
}

impl<T> Located<T> {
    pub(crate) fn new(span: Span, value: T) -> Self {
        Self { value, span }
    }
}

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

    /// Returns the value, or adds the mistake that `syn` found instead.
    pub(crate) fn ok<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.errors.push(error)).ok()
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

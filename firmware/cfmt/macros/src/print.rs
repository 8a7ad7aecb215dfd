//! The print macros: tokens → [`model::Call`] → calls of a formatter in C or in Rust.

mod expand;
mod flags;
mod format;
mod model;
mod parse;
mod spec;

#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;

pub(crate) use model::{Backend, Target};

/// What a print macro becomes: the call, or every complaint about it.
pub(crate) fn macro_output(input: TokenStream, target: Target, backend: Backend) -> TokenStream {
    match parse::call(input, target) {
        Ok(call) => expand::call(&call, backend),
        Err(error) => expand::refusal(&error),
    }
}

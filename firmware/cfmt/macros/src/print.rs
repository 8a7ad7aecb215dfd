//! The print macros: tokens → [`model::Call`] → one call of `dprintf`.

mod expand;
mod format;
mod model;
mod parse;
mod spec;

#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;

pub(crate) use model::Target;

/// What a print macro becomes: the C call, or every complaint about it.
pub(crate) fn macro_output(input: TokenStream, target: Target) -> TokenStream {
    match parse::call(input, target) {
        Ok(call) => expand::call(&call),
        Err(error) => expand::refusal(&error),
    }
}

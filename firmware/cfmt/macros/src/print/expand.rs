//! [`Call`] → tokens. Nothing can fail any more.

use super::model::{Call, Hole};
use super::spec::Passing;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

/// The C call as one expression.
///
/// The arguments are borrowed by a `match`, as the standard library's macros do it: each is evaluated once,
/// and what it borrows from a temporary lives until the call is over.
pub(crate) fn call(call: &Call) -> TokenStream {
    let file_descriptor = Literal::i32_unsuffixed(call.target.file_descriptor);
    let c_format = Literal::c_string(&call.c_format);
    let values = &call.arguments;
    let bindings: Vec<_> = (0..values.len()).map(|it| argument_name(call, it)).collect();
    let conversions = call.holes.iter().enumerate().map(|(idx, hole)| conversion(call, idx, hole));
    let passed = call.holes.iter().enumerate().map(|(idx, hole)| passed(idx, hole));
    let print = quote! {
        unsafe { ::cfmt::ffi::dprintf(#file_descriptor, #c_format.as_ptr() #(, #passed)*) }
    };
    if values.is_empty() {
        return print;
    }
    quote! {
        match (#(&(#values),)*) {
            (#(#bindings,)*) => {
                #(#conversions)*
                // SAFETY: the format was made with these arguments, and their types were just checked.
                #print
            }
        }
    }
}

/// The complaint, typed like the call, so that it stays the only one.
pub(crate) fn refusal(error: &syn::Error) -> TokenStream {
    let compile_error = error.to_compile_error();
    quote! {
        { #compile_error 0 as ::core::ffi::c_int }
    }
}

/// `let hole0 = ::cfmt::spec::decimal(argument0);`, spanned so that a wrong type is shown at its argument.
fn conversion(call: &Call, idx: usize, hole: &Hole) -> TokenStream {
    let name = hole_name(idx);
    let argument = argument_name(call, hole.argument_idx);
    let convert = Ident::new(hole.spec.convert, argument.span());
    quote_spanned! { argument.span() =>
        let #name = ::cfmt::spec::#convert(#argument);
    }
}

fn passed(idx: usize, hole: &Hole) -> TokenStream {
    let name = hole_name(idx);
    match hole.spec.passing {
        Passing::Value => quote! { #name },
        Passing::LengthAndPointer => quote! { #name.0, #name.1 },
    }
}

fn argument_name(call: &Call, idx: usize) -> Ident {
    let place = call.arguments.get(idx).map_or(call.format_span, |it| it.span());
    Ident::new(&format!("argument{idx}"), Span::mixed_site().located_at(place))
}

fn hole_name(idx: usize) -> Ident {
    format_ident!("hole{idx}", span = Span::mixed_site())
}

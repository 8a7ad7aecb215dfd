//! [`Call`] → tokens. Nothing can fail any more.

mod c;
mod rust;

use super::model::{Backend, Call, Hole, Segment, Sink};
use super::spec::Passing;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

/// The print as one expression.
///
/// The arguments are borrowed by a `match`, as the standard library's macros do it: each is evaluated once,
/// and what it borrows from a temporary lives until the call is over.
pub(crate) fn call(call: &Call, backend: Backend) -> TokenStream {
    let values = &call.arguments;
    let bindings: Vec<_> = (0..values.len()).map(|it| argument_name(call, it)).collect();
    let conversions = holes(call).map(|(idx, hole)| conversion(call, idx, hole));
    let print = match backend {
        Backend::C => c::print(call),
        Backend::Rust => rust::print(call),
    };
    // Only streams are shared; the arguments are evaluated before, since they may print, too.
    let print = match call.target.sink {
        Sink::Stream(_) => quote! { let _locked = ::cfmt::lock::lock(); #print },
        Sink::Text | Sink::Bytes => print,
    };
    let print = match values.is_empty() {
        true => quote! { { #print } },
        false => quote! {
            match (#(&(#values),)*) {
                (#(#bindings,)*) => {
                    #(#conversions)*
                    // SAFETY: the format was made with these arguments, and their types were just checked.
                    #print
                }
            }
        },
    };
    in_buffer(call, print)
}

/// Evaluates the buffer first and checks its type, if there is one.
fn in_buffer(call: &Call, print: TokenStream) -> TokenStream {
    let Some(value) = &call.buffer else { return print };
    let buffer = buffer_name();
    let constructor = match call.target.sink {
        Sink::Text => "text",
        Sink::Stream(_) | Sink::Bytes => "bytes",
    };
    let constructor = Ident::new(constructor, value.span());
    let new = quote_spanned! { value.span() => ::cfmt::buffer::#constructor(#value) };
    quote! {
        match #new {
            mut #buffer => #print,
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

/// The holes with their numbers.
fn holes(call: &Call) -> impl Iterator<Item = (usize, &Hole)> {
    let holes = call.segments.iter().filter_map(|it| match it {
        Segment::Hole(hole) => Some(hole),
        Segment::Text(_) => None,
    });
    holes.enumerate()
}

/// `let hole0 = ::cfmt::spec::decimal(argument0);`, spanned so that a wrong type is shown at its argument.
fn conversion(call: &Call, idx: usize, hole: &Hole) -> TokenStream {
    let name = hole_name(idx);
    let argument = argument_name(call, hole.argument_idx);
    let convert = Ident::new(hole.spec.convert, argument.span());
    // Outside our own `unsafe`, so that a raw pointer asks for the user's.
    let pointer = match hole.spec.passing {
        Passing::CString => {
            quote_spanned! { argument.span() => .wrap_the_macro_in_unsafe_if_it_ends_in_nul() }
        }
        _ => TokenStream::new(),
    };
    quote_spanned! { argument.span() =>
        let #name = ::cfmt::spec::#convert(#argument)#pointer;
    }
}

fn argument_name(call: &Call, idx: usize) -> Ident {
    let place = call.arguments.get(idx).map_or(call.format_span, |it| it.span());
    Ident::new(&format!("argument{idx}"), Span::mixed_site().located_at(place))
}

fn hole_name(idx: usize) -> Ident {
    format_ident!("hole{idx}", span = Span::mixed_site())
}

fn buffer_name() -> Ident {
    Ident::new("buffer", Span::mixed_site())
}

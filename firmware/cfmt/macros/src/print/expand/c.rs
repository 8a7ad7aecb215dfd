//! One call of `dprintf` or `snprintf`.

use super::super::model::{Call, Segment, Sink};
use super::super::spec::Passing;
use super::{buffer_name, hole_name, holes};
use proc_macro2::{Literal, TokenStream};
use quote::quote;
use std::ffi::CString;

/// The call as an expression that is the function's answer.
pub(super) fn print(call: &Call) -> TokenStream {
    let format = Literal::c_string(&format(call));
    let passed = holes(call).map(|(idx, hole)| {
        let name = hole_name(idx);
        match hole.spec.passing {
            Passing::LengthAndPointer => quote! { #name.length(), #name.pointer() },
            _ => quote! { #name },
        }
    });
    let passed = quote! { #format.as_ptr() #(, #passed)* };
    let buffer = buffer_name();
    match call.target.sink {
        Sink::Stream(file_descriptor) => {
            let file_descriptor = Literal::i32_unsuffixed(file_descriptor);
            quote! { unsafe { ::cfmt::ffi::dprintf(#file_descriptor, #passed) } }
        }
        Sink::Text | Sink::Bytes => quote! {
            {
                let printed = unsafe { ::cfmt::ffi::snprintf(#buffer.pointer(), #buffer.length(), #passed) };
                #buffer.finish(printed)
            }
        },
    }
}

/// The C format: conversions instead of holes, `%` doubled.
fn format(call: &Call) -> CString {
    let parts = call.segments.iter().map(|it| match it {
        Segment::Text(text) => text.replace('%', "%%"),
        Segment::Hole(hole) => format!("%{}{}", hole.flags.to_c(), hole.spec.c_conversion),
    });
    CString::new(parts.collect::<String>()).expect("formats with a NUL were refused")
}

//! One small call per hole, so that the linker drops the conversions that a program never uses.
//!
//! The format is text up to a NUL, then the bytes that say how the hole is printed, and so on; a last NUL
//! ends it. `cfmt::rust` reads it in step with the calls.

use super::super::model::{Call, Hole, Segment, Sink};
use super::super::spec::Passing;
use super::{buffer_name, hole_name, holes};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

/// A negative number has a minus. These three stand above a number's base.
const SIGNED: u8 = 0x20;
/// Any other has a plus.
const PLUS: u8 = 0x40;
/// Zeros fill the width.
const ZERO: u8 = 0x80;

/// The calls as an expression that is the number of bytes.
pub(super) fn print(call: &Call) -> TokenStream {
    let format = Literal::byte_string(&format(call));
    let steps = holes(call).map(|(idx, hole)| step(idx, hole));
    let buffer = buffer_name();
    match call.target.sink {
        Sink::Stream(file_descriptor) => {
            let stream = stream(file_descriptor);
            quote! {
                unsafe {
                    let mut printer = ::cfmt::rust::Printer::#stream(#format.as_ptr());
                    #(printer.#steps;)*
                    printer.finish()
                }
            }
        }
        Sink::Text | Sink::Bytes => quote! {
            {
                let printed = unsafe {
                    let mut printer =
                        ::cfmt::rust::Printer::buffer(#buffer.pointer(), #buffer.length(), #format.as_ptr());
                    #(printer.#steps;)*
                    printer.finish()
                };
                #buffer.finish(printed)
            }
        },
    }
}

fn stream(file_descriptor: i32) -> Ident {
    let name = if file_descriptor == 2 { "error" } else { "output" };
    Ident::new(name, Span::call_site())
}

fn step(idx: usize, hole: &Hole) -> TokenStream {
    let name = hole_name(idx);
    let is_plain = hole.flags.width.is_none() && !hole.flags.plus;
    match hole.spec.passing {
        Passing::Signed | Passing::Unsigned { .. } if is_plain => quote! { integer(#name as u64) },
        Passing::Signed | Passing::Unsigned { .. } => quote! { padded(#name as u64) },
        Passing::Address => quote! { integer(#name as usize as u64) },
        Passing::Float => quote! { float(#name as f64) },
        Passing::Byte => quote! { byte(#name) },
        Passing::CString => quote! { c_string(#name) },
        Passing::LengthAndPointer => quote! { bytes(#name.length(), #name.pointer()) },
    }
}

fn format(call: &Call) -> Vec<u8> {
    let mut format = Vec::new();
    for segment in &call.segments {
        match segment {
            Segment::Text(text) => format.extend_from_slice(text.as_bytes()),
            Segment::Hole(hole) => push_hole(&mut format, hole),
        }
    }
    format.push(0);
    format
}

fn push_hole(format: &mut Vec<u8>, hole: &Hole) {
    const DEFAULT_PRECISION: u8 = 6;
    let flags = hole.flags;
    let plus = if flags.plus { PLUS } else { 0 };
    let zero = if flags.zero { ZERO } else { 0 };
    match hole.spec.passing {
        Passing::Signed => format.extend([0, 10 | SIGNED | plus | zero]),
        Passing::Unsigned { base } => format.extend([0, base | zero]),
        Passing::Address => format.extend(*b"0x\0\x10"),
        Passing::Float => format.extend([0, plus, flags.precision.unwrap_or(DEFAULT_PRECISION)]),
        Passing::Byte | Passing::CString | Passing::LengthAndPointer => format.push(0),
    }
    if hole.spec.is_integer() && (flags.width.is_some() || flags.plus) {
        format.push(flags.width.unwrap_or(0));
    }
}

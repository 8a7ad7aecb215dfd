//! What a print macro means, after all questions are answered.

use super::flags::Flags;
use super::spec::Spec;
use proc_macro2::Span;
use std::ffi::c_int;
use syn::Expr;

/// Who turns numbers into text when the program runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    /// The C functions `dprintf` and `snprintf`, which the program supplies.
    C,
    /// `cfmt::rust`.
    Rust,
}

/// Where a macro prints to and what it adds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    pub sink: Sink,
    /// Whether a newline ends the text.
    pub newline: bool,
}

/// What receives the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sink {
    /// The file descriptor that `dprintf` gets.
    Stream(c_int),
    /// A `&mut str`, the macro's first argument.
    Text,
    /// A `&mut [u8]`, the macro's first argument.
    Bytes,
}

impl Target {
    /// Standard output as it is.
    pub(crate) const STDOUT: Self = Self { sink: Sink::Stream(1), newline: false };
    /// Standard error as it is.
    pub(crate) const STDERR: Self = Self { sink: Sink::Stream(2), newline: false };
    /// A string.
    pub(crate) const TEXT: Self = Self { sink: Sink::Text, newline: false };
    /// Bytes.
    pub(crate) const BYTES: Self = Self { sink: Sink::Bytes, newline: false };

    /// The same with a newline at the end.
    pub(crate) const fn with_newline(self) -> Self {
        Self { newline: true, ..self }
    }
}

/// One print.
pub(crate) struct Call {
    pub target: Target,
    /// Where the text goes, if not to a stream.
    pub buffer: Option<Expr>,
    /// What is printed, in this order.
    pub segments: Vec<Segment>,
    pub format_span: Span,
    /// Each is evaluated once, in this order, however often it is printed.
    pub arguments: Vec<Expr>,
}

/// A part of what is printed.
pub(crate) enum Segment {
    /// Text as it stands, without NUL.
    Text(String),
    Hole(Hole),
}

/// One place in the format where an argument is printed.
pub(crate) struct Hole {
    pub argument_idx: usize,
    pub spec: &'static Spec,
    pub flags: Flags,
}

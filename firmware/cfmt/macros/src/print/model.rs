//! What a print macro means, after all questions are answered.

use super::spec::Spec;
use proc_macro2::Span;
use std::ffi::{CString, c_int};
use syn::Expr;

/// Where a macro prints to and what it adds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    /// The file descriptor that `dprintf` gets.
    pub file_descriptor: c_int,
    /// Whether a newline ends the text.
    pub newline: bool,
}

impl Target {
    /// Standard output as it is.
    pub(crate) const STDOUT: Self = Self { file_descriptor: 1, newline: false };

    /// The same with a newline at the end.
    pub(crate) const fn with_newline(self) -> Self {
        Self { newline: true, ..self }
    }
}

/// One call of `dprintf`.
pub(crate) struct Call {
    pub target: Target,
    /// The C format: conversions instead of holes, `%` doubled.
    pub c_format: CString,
    pub format_span: Span,
    /// Each is evaluated once, in this order, however often it is printed.
    pub arguments: Vec<Expr>,
    /// What is passed, in the order of the conversions.
    pub holes: Vec<Hole>,
}

/// One place in the format where an argument is printed.
pub(crate) struct Hole {
    pub argument_idx: usize,
    pub spec: &'static Spec,
}

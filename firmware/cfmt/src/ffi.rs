//! The C side, for the macros only.
#![expect(
    unsafe_code,
    reason = "a C function is declared here; only the macros call it, with checked arguments"
)]

use core::ffi::{c_char, c_int};

unsafe extern "C" {
    /// Prints; the program supplies it.
    pub fn dprintf(file_descriptor: c_int, format: *const c_char, ...) -> c_int;
}

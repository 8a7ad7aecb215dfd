//! The C side, for the macros only.
#![expect(
    unsafe_code,
    reason = "C functions are declared here; only the macros call them, with checked arguments"
)]

use core::ffi::{c_char, c_int};

unsafe extern "C" {
    /// Prints; the program supplies it.
    pub fn dprintf(file_descriptor: c_int, format: *const c_char, ...) -> c_int;

    /// Prints into a buffer and ends it with NUL; the program supplies it if it prints into buffers.
    pub fn snprintf(buffer: *mut c_char, length: usize, format: *const c_char, ...) -> c_int;
}

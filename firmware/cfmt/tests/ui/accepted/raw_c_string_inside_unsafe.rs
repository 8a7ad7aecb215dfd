#![deny(warnings, unsafe_op_in_unsafe_fn)]

use std::ffi::c_char;

unsafe fn print_name(name: *const c_char) {
    // SAFETY: the caller promised.
    unsafe { cfmt::cprintln!("{:cs}", name) };
}

fn main() {
    // SAFETY: it is a C string.
    unsafe { print_name(c"Plimsoll".as_ptr()) };
}

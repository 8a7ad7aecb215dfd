//! The suite, printed by the formatter in Rust.
#![expect(clippy::duplicate_mod, reason = "the same tests for both formatters")]

use cfmt_macros::{
    rust_cbprint as cbprint, rust_ceprint as ceprint, rust_ceprintln as ceprintln, rust_cprint as cprint,
    rust_cprintln as cprintln, rust_csprint as csprint,
};

#[path = "suite/buffers.rs"]
mod buffers;
#[path = "suite/printing.rs"]
mod printing;

/// C stops at the NUL.
#[test]
fn text_after_a_nul_is_printed_too() {
    let mut buffer = [b'.'; 9];
    assert_eq!(cbprint!(&mut buffer, "{:rs}{:rc}{:rb}", "a\0b", '\0', b"\0c"), 6);
    assert_eq!(&buffer, b"a\0b\0\0c\0..");
}
